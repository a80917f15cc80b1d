#include <algorithm>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

absl::Status NonzeroType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  const Shape& data = context.input(0)->shape;
  const Dim rank = data.has_rank() ? Dim(std::max(data.rank(), 1)) : context.FreshDim("rank");
  result->push_back({DType::kInt64, Shape({rank, context.FreshDim("nonzero")})});
  return absl::OkStatus();
}

template <typename T>
bool IsNonzero(T element) {
  return Load(element) != ComputeType<T>{};
}

template <typename T>
absl::Status WriteIndices(KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const T* begin = data.As<T>();
  const int64_t n = data.num_elements();
  const int rank = std::max<int>(data.rank, 1);  // a scalar counts as one element of a vector
  const int64_t count = std::count_if(begin, begin + n, IsNonzero<T>);
  BATON_RETURN_IF_ERROR(call.context.AllocateOutput(0, DType::kInt64, {rank, count}));
  int64_t* column = call.outputs[0]->As<int64_t>();
  int64_t index[kMaxRank] = {};
  for (int64_t i = 0; i < n; ++i) {
    if (IsNonzero(begin[i])) {
      for (int axis = 0; axis < rank; ++axis) column[axis * count] = index[axis];
      ++column;
    }
    for (int axis = data.rank - 1; axis >= 0 && ++index[axis] == data.dims[axis]; --axis) index[axis] = 0;
  }
  return absl::OkStatus();
}

absl::Status NonzeroKernel(const NoAttrs&, KernelCall& call) {
  return VisitDTypeIn<DTypeSet::kAny>(call.inputs[0]->dtype,
                                      [&](auto element) { return WriteIndices<decltype(element)>(call); });
}

}  // namespace

const OpDef& Nonzero() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "nonzero",
                                  .doc = "The indices of the elements that are not zero, row-major, one "
                                         "column each: int64 [rank, n]. Source: ONNX "
                                         "NonZero-13.",
                                  .inputs = {"data"},
                                  .type = NonzeroType,
                                  .kernels = {{"portable", NonzeroKernel}}}));
  return def;
}

}  // namespace baton
