// GateMatrix: the weights of a recurrent cell and the way to multiply by them: plain loops (reference),
// packed when constant and few rows are multiplied, else OpenBLAS. Used by lstm, gru and rnn.
#pragma once

#include <vector>

#include "ops/nn/packed_matrix.h"
#include "ops/op_def.h"

namespace baton {

template <typename T>  // float or double
struct GateMatrix {
  const T* weights = nullptr;  // [rows, depth]
  int64_t rows = 0, depth = 0;
  bool fast = false;                     // false: plain loops
  const PackedMatrix* packed = nullptr;  // float only, and only with `fast`
  int num_threads = 1;                   // of OpenBLAS

  // y[i, r] = start[i, r] + sum over k of x[i, k] * weights[r, k] for i < n; a null `start` is zeros. Strides
  // in elements; start's may be 0. REQUIRES: y overlaps neither.
  void Multiply(const T* x, int64_t x_stride, int64_t n, const T* start, int64_t start_stride, T* y,
                int64_t y_stride) const;

  // Rows [first, first + count) as a matrix of their own, with their own packed form (or null).
  GateMatrix Slice(int64_t first, int64_t count, const PackedMatrix* own) const {
    return {weights + first * depth, count, depth, fast, own, num_threads};
  }
};

// The constant weights of a call site, packed: for every direction the rows of each part, one after the
// other.
class PackedGates {
 public:
  // Packs `weights` [D, rows, depth] cut into `parts` of rows, in units of rows / units: {3} with 3 units is
  // all, {2, 1} two thirds and the rest. Packs nothing (Get gives null) when it is no constant float32 of
  // rank 3. Errors: ResourceExhausted.
  static absl::StatusOr<PackedGates> Pack(const Tensor& weights, int units, absl::Span<const int> parts);
  // Null when not packed.
  const PackedMatrix* Get(int64_t direction, int part) const {
    const size_t index = static_cast<size_t>(direction * num_parts_ + part);
    return index < matrices_.size() ? &matrices_[index] : nullptr;
  }

 private:
  std::vector<PackedMatrix> matrices_;
  int num_parts_ = 0;
};

}  // namespace baton
