#include "ops/nn/gate_matrix.h"

#include <algorithm>
#include <type_traits>

#include "ops/openblas/blas.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Up to here the packed product reads its weights often enough from a near cache to beat OpenBLAS, which
// repacks them (measured with 128 units and AVX-512).
constexpr int64_t kMaxPackedRows = 32;

template <typename T>
void CopyStart(const T* start, int64_t start_stride, int64_t n, int64_t rows, T* y, int64_t y_stride) {
  for (int64_t i = 0; i < n; ++i) {
    if (start == nullptr) {
      std::fill_n(y + i * y_stride, rows, T(0));
    } else {
      std::copy_n(start + i * start_stride, rows, y + i * y_stride);
    }
  }
}

}  // namespace

template <typename T>
void GateMatrix<T>::Multiply(const T* x, int64_t x_stride, int64_t n, const T* start, int64_t start_stride,
                             T* y, int64_t y_stride) const {
  if constexpr (std::is_same_v<T, float>) {
    if (fast && packed != nullptr && n <= kMaxPackedRows) {
      return packed->Multiply({x, x_stride}, n, {start, start_stride}, {y, y_stride});
    }
  }
  CopyStart(start, start_stride, n, rows, y, y_stride);
  const MatrixProduct<T> product = {false,    true,    n,     rows, depth, T(1),     x,
                                    x_stride, weights, depth, T(1), y,     y_stride, num_threads};
  if (fast && FitsBlas(product)) return baton::Multiply(product);
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t r = 0; r < rows; ++r) {
      T sum = 0;
      for (int64_t k = 0; k < depth; ++k) sum += x[i * x_stride + k] * weights[r * depth + k];
      y[i * y_stride + r] += sum;
    }
  }
}
template void GateMatrix<float>::Multiply(const float*, int64_t, int64_t, const float*, int64_t, float*,
                                          int64_t) const;
template void GateMatrix<double>::Multiply(const double*, int64_t, int64_t, const double*, int64_t, double*,
                                           int64_t) const;

absl::StatusOr<PackedGates> PackedGates::Pack(const Tensor& weights, int units, absl::Span<const int> parts) {
  PackedGates gates;
  // The type rule has not been asked yet: a constant of another shape is left for it to refuse.
  if (!weights || weights.dtype() != DType::kFloat32 || weights->rank != 3 || weights->dims[1] % units != 0) {
    return gates;
  }
  const int64_t rows = weights->dims[1];
  const int64_t depth = weights->dims[2];
  if (weights->num_elements() == 0) return gates;
  gates.num_parts_ = static_cast<int>(parts.size());
  for (int64_t d = 0; d < weights->dims[0]; ++d) {
    const float* from = weights->As<float>() + d * rows * depth;
    for (int part : parts) {
      const int64_t count = rows / units * part;
      BATON_ASSIGN_OR_RETURN(PackedMatrix matrix, PackedMatrix::Pack({from, depth}, count, depth));
      gates.matrices_.push_back(std::move(matrix));
      from += count * depth;
    }
  }
  return gates;
}

}  // namespace baton
