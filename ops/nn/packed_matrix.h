// PackedMatrix: a constant float32 weight matrix laid out once for multiplication with a few rows at a time,
// as recurrent cells and short convolutions do. With few rows a general matrix product spends its time
// repacking the weights at every call; here each weight is read once, in order.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "vm/core/tensor.h"

namespace baton {

// Immutable; copies share the data. Threads: safe.
class PackedMatrix {
 public:
  PackedMatrix() = default;
  // Where row r, column k of the weights lies: data[r * row_stride + k * depth_stride].
  struct Source {
    const float* data;
    int64_t row_stride, depth_stride = 1;
  };
  // Packs f32[rows, depth]. Errors: ResourceExhausted.
  static absl::StatusOr<PackedMatrix> Pack(Source weights, int64_t rows, int64_t depth);

  explicit operator bool() const { return static_cast<bool>(panels_); }
  int64_t rows() const { return rows_; }
  int64_t depth() const { return depth_; }

  // Dense rows of float32, `stride` elements apart.
  struct Rows {
    float* data;
    int64_t stride;
  };
  struct ConstRows {
    const float* data;
    int64_t stride;
  };
  // y[i, r] = start[i, r] + sum over k of x[i, k] * weights[r, k], for i < n and r < rows(). A null `start`
  // is zeros; its stride may be 0. Sums run in order of k in float32, so a row's result does not depend on n.
  // REQUIRES: y overlaps neither x nor start, unless y and start are the same.
  void Multiply(ConstRows x, int64_t n, ConstRows start, Rows y) const {
    MultiplyPart(0, depth_, x, n, start, y);
  }
  // The same with k in [first, end) only. REQUIRES: 0 <= first <= end <= depth().
  void MultiplyPart(int64_t first, int64_t end, ConstRows x, int64_t n, ConstRows start, Rows y) const;

 private:
  int64_t rows_ = 0;
  int64_t depth_ = 0;
  Tensor panels_;  // f32[ceil(rows / 16), depth, 16]; rows past the end are zero
};

}  // namespace baton
