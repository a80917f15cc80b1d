#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/tensor/indices.h"
#include "ops/tensor/scatter.h"

namespace baton {

const OpDef& ScatterElements();

namespace {

enum Input { kData, kIndices, kUpdates };

struct ScatterElementsAttrs {
  int64_t axis = 0;
  std::string reduction = "none";
};

absl::Status CheckScatterElementsAttrs(const ScatterElementsAttrs& attrs) {
  return CheckReduction(attrs.reduction);
}

absl::Status ScatterElementsType(TypeContext& context, const ScatterElementsAttrs& attrs,
                                 TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kIndices, DTypeSet::kIndex));
  const TensorType& data = *context.input(kData);
  const Shape& indices = context.input(kIndices)->shape;
  const Shape& updates = context.input(kUpdates)->shape;
  if (context.input(kUpdates)->dtype != data.dtype) {
    return absl::InvalidArgumentError("updates and data have different element types");
  }
  if (context.AllRanked()) {
    BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.shape.rank()));
    BATON_RETURN_IF_ERROR(RequireRank(context, kIndices, data.shape.rank(), "indices"));
    BATON_RETURN_IF_ERROR(RequireRank(context, kUpdates, data.shape.rank(), "updates"));
    for (int i = 0; i < indices.rank(); ++i) {
      const std::string along = absl::StrCat(" along axis ", i);
      BATON_RETURN_IF_ERROR(
          context.RequireEqual(indices[i], updates[i], "extents of indices and updates" + along));
      if (i == axis) continue;
      BATON_RETURN_IF_ERROR(context.RequireAtLeast(data.shape[i], indices[i], "data's extent" + along));
    }
  }
  result->push_back(data);
  return absl::OkStatus();
}

template <typename T>
absl::Status Scatter(ScatterReduction reduction, int axis, KernelCall& call) {
  const TensorObject& indices = *call.inputs[kIndices];
  TensorObject& result = *call.outputs[0];
  const T* updates = call.inputs[kUpdates]->As<T>();
  const Strides strides = DenseStrides(result.shape());
  const int64_t n = indices.num_elements();
  int64_t position[kMaxRank] = {};
  int64_t base = 0;  // offset of the position in the result, without the indexed axis
  for (int64_t i = 0; i < n; ++i) {
    int64_t index = IndexAt(indices, i);
    if (!NormalizeIndex(result.dims[axis], &index))
      return IndexError(IndexAt(indices, i), result.dims[axis], axis);
    T& element = result.As<T>()[base + index * strides[axis]];
    element = Reduced(reduction, element, updates[i]);
    for (int k = indices.rank - 1; k >= 0; --k) {
      const int64_t stride = k == axis ? 0 : strides[k];
      base += stride;
      if (++position[k] < indices.dims[k]) break;
      base -= stride * indices.dims[k];
      position[k] = 0;
    }
  }
  return absl::OkStatus();
}

absl::Status ScatterElementsKernel(const ScatterElementsAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  BATON_RETURN_IF_ERROR(CopyBytes(call));
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank));
  const ScatterReduction reduction = ReductionFromName(attrs.reduction);
  return VisitDTypeIn<DTypeSet::kAny>(
      data.dtype, [&](auto element) { return Scatter<decltype(element)>(reduction, axis, call); });
}

absl::StatusOr<std::vector<int>> ScatterElementsElements(TypeContext& context,
                                                         const ScatterElementsAttrs& attrs) {
  if (ReductionFromName(attrs.reduction) != ScatterReduction::kNone) {
    return absl::FailedPreconditionError("elements are combined, not moved");
  }
  return TraceElements(ScatterElements(), &attrs, context, kIndices);
}

}  // namespace

const OpDef& ScatterElements() {
  static const OpDef& def = *new OpDef(MakeOp<ScatterElementsAttrs>(
      {.name = "scatter_elements",
       .doc = "data with updates put at (or combined into) the elements that indices name along `axis`, in "
              "order. "
              "Source: ONNX ScatterElements-18.",
       .attrs = {{"axis", &ScatterElementsAttrs::axis,
                  "the axis that is indexed; negative counts from the end"},
                 {"reduction", &ScatterElementsAttrs::reduction, "none, add, mul, mean, max or min"}},
       .inputs = {"data", "indices", "updates"},
       .type = ScatterElementsType,
       .check_attrs = CheckScatterElementsAttrs,
       .elements = ScatterElementsElements,
       .kernels = {{"portable", ScatterElementsKernel}}}));
  return def;
}

}  // namespace baton
