#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Expand();

namespace {

absl::Status ExpandType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> length, OperandLength(context, 1, "shape"));
  const std::vector<Dim>* value = context.InputValue(1);
  Shape shape = Shape::Unranked();
  if (value != nullptr && data.shape.has_rank()) {
    for (const Dim& dim : *value)
      BATON_RETURN_IF_ERROR(context.RequireAtLeast(dim, Dim(0), "extent in shape"));
    const Shape target(Dims(value->begin(), value->end()));
    BATON_ASSIGN_OR_RETURN(shape, BroadcastShapes(context, {&data.shape, &target}));
  } else if (length && data.shape.has_rank()) {
    BATON_ASSIGN_OR_RETURN(shape,
                           FreshShape(context, std::max<int64_t>(*length, data.shape.rank()), "extent"));
  }
  result->push_back({data.dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status ExpandKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  const Strides dense = DenseStrides(data.shape());
  StridedCopySpec spec;
  spec.result_strides = DenseStrides(result.shape());
  for (int i = 0; i < result.rank; ++i) {
    const int own = i - (result.rank - data.rank);
    spec.dims.push_back(result.dims[i]);
    spec.source_strides.push_back(own < 0 || data.dims[own] == 1 ? 0 : dense[own]);
  }
  StridedCopy(data.dtype, spec, data.data, result.data);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> ExpandElements(TypeContext& context, const NoAttrs& attrs) {
  return TraceElements(Expand(), &attrs, context);
}

}  // namespace

const OpDef& Expand() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "expand",
                       .doc = "Broadcasts data against a tensor of the given shape. Source: ONNX Expand-13.",
                       .inputs = {"data", InputDef("shape").DecidesShape()},
                       .type = ExpandType,
                       .elements = ExpandElements,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", ExpandKernel}}}));
  return def;
}

}  // namespace baton
