#include <algorithm>
#include <cmath>
#include <utility>

#include "ops/elementwise/kernels.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

absl::Status DetType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  const TensorType& data = *context.input(0);
  if (!data.shape.has_rank()) return result->push_back(data), absl::OkStatus();
  const int rank = data.shape.rank();
  if (rank < 2) {
    return absl::InvalidArgumentError(absl::StrCat("data has rank ", rank, ", expected 2 or more"));
  }
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(data.shape[rank - 2], data.shape[rank - 1], "rows and columns of a matrix"));
  Dims dims = data.shape.dims();
  dims.resize(rank - 2);
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// The determinant of the row-major matrix `a`, which is destroyed: Gaussian elimination with row pivots.
double Determinant(double* a, int64_t n) {
  double product = 1;
  for (int64_t k = 0; k < n; ++k) {
    int64_t pivot = k;
    for (int64_t row = k + 1; row < n; ++row) {
      if (std::abs(a[row * n + k]) > std::abs(a[pivot * n + k])) pivot = row;
    }
    if (pivot != k) {
      std::swap_ranges(a + k * n, a + (k + 1) * n, a + pivot * n);
      product = -product;
    }
    product *= a[k * n + k];
    if (a[k * n + k] == 0) return product;
    for (int64_t row = k + 1; row < n; ++row) {
      const double factor = a[row * n + k] / a[k * n + k];
      for (int64_t column = k + 1; column < n; ++column) a[row * n + column] -= factor * a[k * n + column];
    }
  }
  return product;
}

absl::Status DetKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  const int64_t n = data.dims[data.rank - 1];
  const int64_t size = data.num_elements() / result.num_elements();
  auto* matrix = static_cast<double*>(call.context.Scratch(size * sizeof(double)));
  if (matrix == nullptr) return absl::ResourceExhaustedError("no memory for a matrix");
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t i = 0; i < result.num_elements(); ++i) {
      for (int64_t k = 0; k < size; ++k) matrix[k] = Convert<double>(data.As<T>()[i * size + k]);
      result.As<T>()[i] = Convert<T>(Determinant(matrix, n));
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& Det() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "det",
                       .doc = "The determinants of the matrices in the last two axes. Source: ONNX Det-11.",
                       .inputs = {"data"},
                       .type = DetType,
                       .kernels = {{"portable", DetKernel}}}));
  return def;
}

}  // namespace baton
