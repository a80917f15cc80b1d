#include "ops/element_bits.h"
#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& GatherElements();

namespace {

struct GatherElementsAttrs {
  int64_t axis = 0;
};

absl::Status GatherElementsType(TypeContext& context, const GatherElementsAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kIndex));
  const TensorType& data = *context.input(0);
  const Shape& indices = context.input(1)->shape;
  if (context.AllRanked()) {
    BATON_RETURN_IF_ERROR(RequireRank(context, 1, data.shape.rank(), "indices"));
    BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.shape.rank()));
    for (int i = 0; i < indices.rank(); ++i) {
      if (i == axis) continue;
      BATON_RETURN_IF_ERROR(
          context.RequireAtLeast(data.shape[i], indices[i], absl::StrCat("data's extent along axis ", i)));
    }
  }
  result->push_back({data.dtype, indices});
  return absl::OkStatus();
}

absl::Status GatherElementsKernel(const GatherElementsAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const TensorObject& indices = *call.inputs[1];
  TensorObject& result = *call.outputs[0];
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank));
  const Strides strides = DenseStrides(data.shape());
  const int64_t n = indices.num_elements();
  return VisitElementBits(data.dtype, [&](auto element) -> absl::Status {
    using T = decltype(element);
    int64_t position[kMaxRank] = {};
    int64_t base = 0;  // offset of the position in data, without the indexed axis
    for (int64_t i = 0; i < n; ++i) {
      int64_t index = IndexAt(indices, i);
      if (!NormalizeIndex(data.dims[axis], &index))
        return IndexError(IndexAt(indices, i), data.dims[axis], axis);
      result.As<T>()[i] = data.As<T>()[base + index * strides[axis]];
      for (int k = indices.rank - 1; k >= 0; --k) {
        const int64_t stride = k == axis ? 0 : strides[k];
        base += stride;
        if (++position[k] < indices.dims[k]) break;
        base -= stride * indices.dims[k];
        position[k] = 0;
      }
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<int>> GatherElementsElements(TypeContext& context,
                                                        const GatherElementsAttrs& attrs) {
  return TraceElements(GatherElements(), &attrs, context, /*operand=*/1);
}

}  // namespace

const OpDef& GatherElements() {
  static const OpDef& def = *new OpDef(
      MakeOp<GatherElementsAttrs>({.name = "gather_elements",
                                   .doc = "result[..., i, ...] = data[..., indices[..., i, ...], ...] along "
                                          "`axis`. Source: ONNX GatherElements-13.",
                                   .attrs = {{"axis", &GatherElementsAttrs::axis,
                                              "the axis that is indexed; negative counts from the end"}},
                                   .inputs = {"data", "indices"},
                                   .type = GatherElementsType,
                                   .elements = GatherElementsElements,
                                   .kernels = {{"portable", GatherElementsKernel}}}));
  return def;
}

}  // namespace baton
