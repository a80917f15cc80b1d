// What nn.global_avg_pool, nn.global_max_pool and nn.global_lp_pool share. Source: ONNX GlobalAveragePool-1,
// GlobalMaxPool-1, GlobalLpPool-2.
#pragma once

#include "ops/elementwise/kernels.h"
#include "ops/op_def.h"
#include "ops/type_relations.h"

namespace baton {

template <typename Attrs>
absl::Status GlobalPoolType(TypeContext& context, const Attrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  const TensorType& data = *context.input(0);
  if (!data.shape.has_rank()) return result->push_back(data), absl::OkStatus();
  if (data.shape.rank() < 2) {
    return absl::InvalidArgumentError(absl::StrCat("data has rank ", data.shape.rank(),
                                                   ", expected 2 or more (batch, channels, spatial axes)"));
  }
  Dims dims(data.shape.rank(), Dim(1));
  dims[0] = data.shape[0];
  dims[1] = data.shape[1];
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// `pool(x, n)` pools one plane of n elements.
template <typename Pool>
absl::Status PoolPlanes(const Pool& pool, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const int64_t planes = call.outputs[0]->num_elements();
  if (planes == 0) return absl::OkStatus();
  const int64_t n = data.num_elements() / planes;
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t i = 0; i < planes; ++i) call.outputs[0]->As<T>()[i] = pool(data.As<T>() + i * n, n);
    return absl::OkStatus();
  });
}

// For pools without attributes: `Pool::Of(x, n)`.
template <typename Pool>
absl::Status GlobalPoolKernel(const NoAttrs&, KernelCall& call) {
  return PoolPlanes([](const auto* x, int64_t n) { return Pool::Of(x, n); }, call);
}

}  // namespace baton
