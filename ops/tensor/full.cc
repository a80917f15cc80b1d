#include <algorithm>

#include "ops/element_bits.h"
#include "ops/element_trace.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Full();

namespace {

absl::Status FullType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> rank, OperandLength(context, 0, "shape"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 1, "fill"));
  const std::vector<Dim>* value = context.InputValue(0);
  Shape shape;
  if (value != nullptr) {
    for (const Dim& dim : *value)
      BATON_RETURN_IF_ERROR(context.RequireAtLeast(dim, Dim(0), "extent in shape"));
    shape = Shape(Dims(value->begin(), value->end()));
  } else {
    BATON_ASSIGN_OR_RETURN(shape, FreshShape(context, rank, "extent"));
  }
  result->push_back({context.input(1)->dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status FullKernel(const NoAttrs&, KernelCall& call) {
  TensorObject& result = *call.outputs[0];
  VisitElementBits(result.dtype, [&](auto element) {
    using T = decltype(element);
    std::fill_n(result.As<T>(), result.num_elements(), *call.inputs[1]->As<T>());
  });
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> FullElements(TypeContext& context, const NoAttrs& attrs) {
  return TraceElements(Full(), &attrs, context);
}

}  // namespace

const OpDef& Full() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "full",
       .doc =
           "A tensor of the given shape whose elements all are `fill`, which has one element. Source: ONNX "
           "ConstantOfShape-9.",
       .inputs = {InputDef("shape").DecidesShape(), "fill"},
       .type = FullType,
       .elements = FullElements,
       .fusion = Fusion::kBroadcast,
       .kernels = {{"portable", FullKernel}}}));
  return def;
}

}  // namespace baton
