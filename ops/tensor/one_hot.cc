#include <algorithm>

#include "ops/element_bits.h"
#include "ops/elementwise/kernels.h"
#include "ops/tensor/indices.h"

namespace baton {
namespace {

enum Input { kIndices, kDepth, kValues };

struct OneHotAttrs {
  int64_t axis = -1;
  bool wrap_negative = true;
};

absl::Status OneHotType(TypeContext& context, const OneHotAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kIndices, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireDType(context, kDepth, DTypeSet::kInteger));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kDepth, "depth"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kValues, 1, "values"));
  const Shape& values = context.input(kValues)->shape;
  if (values.has_rank()) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(values[0], Dim(2), "elements of values [off, on] and 2"));
  }
  const Shape& indices = context.input(kIndices)->shape;
  Shape shape = Shape::Unranked();
  if (indices.has_rank()) {
    BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, indices.rank() + 1));
    const std::vector<Dim>* depth = context.InputValue(kDepth);
    const bool known = depth != nullptr && depth->size() == 1;
    const Dim extent = known ? depth->front() : context.FreshDim("depth");
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(extent, Dim(0), "depth"));
    Dims dims = indices.dims();
    dims.insert(dims.begin() + axis, extent);
    shape = Shape(std::move(dims));
  }
  result->push_back({context.input(kValues)->dtype, std::move(shape)});
  return absl::OkStatus();
}

// Sets result[outer, index, inner] for every index that is in range; others leave their line off.
template <typename T, typename Index>
void SetOnes(const OneHotAttrs& attrs, const TensorObject& indices, int64_t depth, int64_t inner, T on,
             T* result) {
  const int64_t n = indices.num_elements();
  for (int64_t i = 0; i < n; ++i) {
    int64_t index = Convert<int64_t>(indices.As<Index>()[i]);
    if (index < 0 && !attrs.wrap_negative) continue;
    if (NormalizeIndex(depth, &index)) result[(i / inner * depth + index) * inner + i % inner] = on;
  }
}

absl::Status OneHotKernel(const OneHotAttrs& attrs, KernelCall& call) {
  const TensorObject& indices = *call.inputs[kIndices];
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, result.rank));
  int64_t inner = 1;
  for (int i = axis + 1; i < result.rank; ++i) inner *= result.dims[i];
  return VisitElementBits(result.dtype, [&](auto element) {
    using T = decltype(element);
    const T* values = call.inputs[kValues]->As<T>();
    std::fill_n(result.As<T>(), result.num_elements(), values[0]);
    return VisitDTypeIn<DTypeSet::kNumeric>(indices.dtype, [&](auto index) {
      SetOnes<T, decltype(index)>(attrs, indices, result.dims[axis], inner, values[1], result.As<T>());
      return absl::OkStatus();
    });
  });
}

}  // namespace

const OpDef& OneHot() {
  static const OpDef& def = *new OpDef(
      MakeOp<OneHotAttrs>({.name = "one_hot",
                           .doc = "A new axis of extent depth that is values[1] at the index and values[0] "
                                  "elsewhere; an index outside "
                                  "[-depth, depth) is nowhere. Source: ONNX OneHot-11.",
                           .attrs = {{"axis", &OneHotAttrs::axis, "where the new axis stands in the result"},
                                     {"wrap_negative", &OneHotAttrs::wrap_negative,
                                      "negative indices count from the end, else they are nowhere"}},
                           .inputs = {"indices", InputDef("depth").DecidesShape(), "values"},
                           .type = OneHotType,
                           .kernels = {{"portable", OneHotKernel}}}));
  return def;
}

}  // namespace baton
