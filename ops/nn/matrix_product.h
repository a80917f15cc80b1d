// Products of dense matrices for nn.matmul and nn.gemm: plain loops for any element type, and the
// small-product form of a constant right operand.
#pragma once

#include <algorithm>
#include <memory>

#include "ops/elementwise/kernels.h"
#include "ops/nn/packed_matrix.h"
#include "ops/op_def.h"

namespace baton {

// One operand of a product by plain loops: element (i, j) is data[i * row + j * column].
template <typename T>
struct StridedMatrix {
  const T* data;
  int64_t row, column;
};

// Sums of products: float32 for halves, unsigned for integers so that they wrap.
template <typename T>
using ProductType = std::conditional_t<kIsFloat<T>, ComputeType<T>, uint64_t>;

// Calls `store(i, j, sum over l of a(i, l) * b(l, j))` for i < m, j < n.
template <typename T, typename Store>
void PlainProduct(const StridedMatrix<T>& a, const StridedMatrix<T>& b, int64_t m, int64_t n, int64_t k,
                  const Store& store) {
  using Sum = ProductType<T>;
  constexpr int64_t kPiece = 64;
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t first = 0; first < n; first += kPiece) {
      const int64_t count = std::min(kPiece, n - first);
      Sum sums[kPiece] = {};
      for (int64_t l = 0; l < k; ++l) {
        const Sum factor = static_cast<Sum>(a.data[i * a.row + l * a.column]);
        const T* row = b.data + l * b.row + first * b.column;
        for (int64_t j = 0; j < count; ++j) sums[j] += factor * static_cast<Sum>(row[j * b.column]);
      }
      for (int64_t j = 0; j < count; ++j) store(i, first + j, sums[j]);
    }
  }
}

// Up to this many rows the packed form is faster than OpenBLAS, which repacks its operands at every call
// (measured with 256 to 1024 columns and AVX-512).
inline constexpr int64_t kMaxPackedProductRows = 16;

// Packs the constant right operand `b` [K, N] (or [N, K] if `transposed`) as rows of N; an empty PackedMatrix
// when it is not constant float32 of rank 2, or of a size for which packing does not pay. Errors:
// ResourceExhausted.
absl::StatusOr<PackedMatrix> PackRightOperand(const Tensor& b, bool transposed);

}  // namespace baton
