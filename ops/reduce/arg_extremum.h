// What argmax and argmin share. Source: ONNX ArgMax-13.
#pragma once

#include "ops/elementwise/kernels.h"
#include "ops/nn/axis_split.h"
#include "ops/op_def.h"
#include "ops/type_relations.h"

namespace baton {

struct ArgExtremumAttrs {
  int64_t axis = 0;
  bool keepdims = true;
  bool select_last_index = false;
};

inline absl::Status ArgExtremumType(TypeContext& context, const ArgExtremumAttrs& attrs,
                                    TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  const Shape& data = context.input(0)->shape;
  if (!data.has_rank()) return result->push_back({DType::kInt64, Shape::Unranked()}), absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank()));
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(data[axis], Dim(1), "the extent of data on the axis"));
  Dims dims = data.dims();
  if (attrs.keepdims) {
    dims[axis] = Dim(1);
  } else {
    dims.erase(dims.begin() + axis);
  }
  result->push_back({DType::kInt64, Shape(std::move(dims))});
  return absl::OkStatus();
}

// `Better()(a, b)`: a beats b. Ties go to the first index, or the last. NaN beats nothing and is beaten by
// nothing.
template <typename Better>
absl::Status ArgExtremumKernel(const ArgExtremumAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  int64_t* y = call.outputs[0]->As<int64_t>();
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  const AxisSplit split(data, FromFront(attrs.axis, data.rank));
  return VisitDTypeIn<DTypeSet::kNumeric>(data.dtype, [&](auto element) {
    using T = decltype(element);
    const Better better;
    for (int64_t outer = 0; outer < split.outer; ++outer) {
      for (int64_t inner = 0; inner < split.inner; ++inner) {
        const T* x = data.As<T>() + outer * split.extent * split.inner + inner;
        int64_t best = 0;
        for (int64_t i = 1; i < split.extent; ++i) {
          const auto candidate = Load(x[i * split.inner]);
          const auto leader = Load(x[best * split.inner]);
          if (better(candidate, leader) || (attrs.select_last_index && candidate == leader)) best = i;
        }
        *y++ = best;
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace baton
