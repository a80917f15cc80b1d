#include "ops/element_trace.h"
#include "ops/nn/axis_split.h"
#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Repeat();

namespace {

struct RepeatAttrs {
  int64_t axis = 0;
};

absl::Status RepeatType(TypeContext& context, const RepeatAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kInteger));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 1, "repeats"));
  TensorType type = *context.input(0);
  if (type.shape.has_rank()) {
    BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, type.shape.rank()));
    const std::vector<Dim>* value = context.InputValue(1);
    Dims dims = type.shape.dims();
    if (value != nullptr && value->size() == 1) {
      BATON_RETURN_IF_ERROR(context.RequireAtLeast(value->front(), Dim(0), "repeats"));
      dims[axis] = dims[axis] * value->front();
    } else {
      dims[axis] = context.FreshDim("extent");
    }
    type.shape = Shape(std::move(dims));
  }
  result->push_back(std::move(type));
  return absl::OkStatus();
}

absl::Status RepeatKernel(const RepeatAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  const int axis = FromFront(attrs.axis, data.rank);
  const AxisSplit split(data, axis);
  const int64_t repeats = result.dims[axis] / split.extent;
  StridedCopySpec spec;
  spec.dims = {split.outer * split.extent, repeats, split.inner};
  spec.source_strides = {split.inner, 0, 1};
  spec.result_strides = {repeats * split.inner, split.inner, 1};
  StridedCopy(data.dtype, spec, data.data, result.data);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> RepeatElements(TypeContext& context, const RepeatAttrs& attrs) {
  return TraceElements(Repeat(), &attrs, context);
}

}  // namespace

const OpDef& Repeat() {
  static const OpDef& def = *new OpDef(MakeOp<RepeatAttrs>(
      {.name = "repeat",
       .doc = "Every slice along `axis` `repeats` times in a row. Source: numpy.repeat.",
       .attrs = {{"axis", &RepeatAttrs::axis, "the axis that grows; negative counts from the end"}},
       .inputs = {"data", InputDef("repeats").DecidesShape()},
       .type = RepeatType,
       .elements = RepeatElements,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", RepeatKernel}}}));
  return def;
}

}  // namespace baton
