// What cumsum and cumprod share: running results along an axis that is an operand.
#pragma once

#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"
#include "ops/tensor/indices.h"

namespace baton {

struct CumulativeAttrs {
  bool exclusive = false;
  bool reverse = false;
};

inline absl::Status CumulativeType(TypeContext& context, const CumulativeAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 1, "axis"));
  const TensorType& data = *context.input(0);
  const std::optional<Ints> axis = ConstantOperand(context, 1);
  if (axis && axis->size() == 1 && data.shape.has_rank()) {
    BATON_RETURN_IF_ERROR(NormalizeAxis(axis->front(), data.shape.rank()).status());
  }
  result->push_back(data);
  return absl::OkStatus();
}

// Halves are computed in float and rounded for each element.
template <typename Function, typename T>
void CumulateLine(const CumulativeAttrs& attrs, const T* data, T* result, int64_t extent, int64_t stride) {
  auto running = static_cast<ComputeType<T>>(Function::kStart);
  for (int64_t i = 0; i < extent; ++i) {
    const int64_t at = (attrs.reverse ? extent - 1 - i : i) * stride;
    const ComputeType<T> next = Function()(running, Load(data[at]));
    result[at] = T(attrs.exclusive ? running : next);
    running = next;
  }
}

// `Function()(running, element)` continues the running result, which starts as Function::kStart.
template <typename Function>
absl::Status CumulativeKernel(const CumulativeAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(IndexAt(*call.inputs[1], 0), data.rank));
  const int64_t n = data.num_elements();
  if (n == 0) return absl::OkStatus();
  int64_t stride = 1;
  for (int i = axis + 1; i < data.rank; ++i) stride *= data.dims[i];
  const int64_t block = stride * data.dims[axis];
  return VisitDTypeIn<DTypeSet::kNumeric>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t start = 0; start < n; start += block) {
      for (int64_t i = 0; i < stride; ++i) {
        CumulateLine<Function>(attrs, data.As<T>() + start + i, result.As<T>() + start + i, data.dims[axis],
                               stride);
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace baton
