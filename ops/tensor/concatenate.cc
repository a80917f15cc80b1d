#include <cstring>

#include "ops/element_trace.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Concatenate();

namespace {

struct ConcatenateAttrs {
  int64_t axis = 0;
};

// The extents along `axis` add up, the others must agree. REQUIRES: `shape` is ranked.
absl::Status AddPart(TypeContext& context, const Shape& shape, int axis, Dims* dims) {
  if (shape.rank() != static_cast<int>(dims->size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("inputs have ranks ", dims->size(), " and ", shape.rank()));
  }
  for (int i = 0; i < shape.rank(); ++i) {
    Dim& dim = (*dims)[i];
    if (i == axis) {
      dim = dim + shape[i];
      continue;
    }
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(dim, shape[i], absl::StrCat("extents of the inputs along axis ", i)));
    if (shape[i].is_constant()) dim = shape[i];
  }
  return absl::OkStatus();
}

absl::Status ConcatenateType(TypeContext& context, const ConcatenateAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  const Shape* first = nullptr;
  for (int i = 0; i < context.num_inputs() && first == nullptr; ++i) {
    if (context.input(i)->shape.has_rank()) first = &context.input(i)->shape;
  }
  if (first == nullptr) {
    result->push_back({context.input(0)->dtype, Shape::Unranked()});
    return absl::OkStatus();
  }
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, first->rank()));
  Dims dims = first->dims();
  dims[axis] = Dim(0);
  for (int i = 0; i < context.num_inputs(); ++i) {
    const Shape& shape = context.input(i)->shape;
    if (shape.has_rank()) BATON_RETURN_IF_ERROR(AddPart(context, shape, axis, &dims));
  }
  if (!context.AllRanked()) dims[axis] = context.FreshDim("extent");
  result->push_back({context.input(0)->dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

absl::Status ConcatenateKernel(const ConcatenateAttrs& attrs, KernelCall& call) {
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, result.rank));
  int64_t outer = 1;
  for (int i = 0; i < axis; ++i) outer *= result.dims[i];
  char* column = static_cast<char*>(result.data);
  const int64_t row_bytes = result.num_bytes() / outer;
  for (const TensorObject* input : call.inputs) {
    const int64_t part_bytes = input->num_bytes() / outer;
    if (part_bytes == 0) continue;
    const char* part = static_cast<const char*>(input->data);
    for (int64_t i = 0; i < outer; ++i) {
      std::memcpy(column + i * row_bytes, part + i * part_bytes, static_cast<size_t>(part_bytes));
    }
    column += part_bytes;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> ConcatenateElements(TypeContext& context, const ConcatenateAttrs& attrs) {
  return TraceElements(Concatenate(), &attrs, context);
}

}  // namespace

const OpDef& Concatenate() {
  static const OpDef& def = *new OpDef(MakeOp<ConcatenateAttrs>(
      {.name = "concatenate",
       .doc = "Joins the inputs along an axis. Source: ONNX Concat-13.",
       .attrs = {{"axis", &ConcatenateAttrs::axis, "the axis along which they follow each other"}},
       .inputs = {InputDef("data").Variadic()},
       .type = ConcatenateType,
       .elements = ConcatenateElements,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", ConcatenateKernel}}}));
  return def;
}

}  // namespace baton
