#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Squeeze();

namespace {

// Drops every extent that is 1; unranked when it is not known which are.
Shape DropOnes(const Shape& shape) {
  if (!shape.has_rank()) return Shape::Unranked();
  Dims dims;
  for (const Dim& dim : shape.dims()) {
    if (dim == Dim(1)) continue;
    if (!Dim::ProvablyDifferent(dim, Dim(1))) return Shape::Unranked();
    dims.push_back(dim);
  }
  return Shape(std::move(dims));
}

// REQUIRES: `shape` has a rank.
absl::StatusOr<Shape> DropAxes(TypeContext& context, const Shape& shape, const Ints& given) {
  BATON_ASSIGN_OR_RETURN(const Ints axes, NormalizeAxes(given, shape.rank()));
  Dims dims;
  for (int i = 0; i < shape.rank(); ++i) {
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) {
      dims.push_back(shape[i]);
    } else {
      BATON_RETURN_IF_ERROR(
          context.RequireEqual(shape[i], Dim(1), absl::StrCat("the extent of squeezed axis ", i, " and 1")));
    }
  }
  return Shape(std::move(dims));
}

absl::Status SqueezeType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  Shape shape = Shape::Unranked();
  if (!context.HasInput(1)) {
    shape = DropOnes(data.shape);
  } else {
    BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> count, OperandLength(context, 1, "axes"));
    const std::optional<Ints> axes = ConstantOperand(context, 1);
    if (data.shape.has_rank() && axes) {
      BATON_ASSIGN_OR_RETURN(shape, DropAxes(context, data.shape, *axes));
    } else if (data.shape.has_rank() && count) {
      BATON_ASSIGN_OR_RETURN(shape, FreshShape(context, data.shape.rank() - *count, "extent"));
    }
  }
  result->push_back({data.dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> SqueezeElements(TypeContext& context, const NoAttrs& attrs) {
  return TraceElements(Squeeze(), &attrs, context);
}

absl::Status SqueezeKernel(const NoAttrs&, KernelCall& call) {
  return CopyBytes(call);
}

}  // namespace

const OpDef& Squeeze() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "squeeze",
                       .doc = "Drops axes of extent 1: `axes`, or all when absent. Source: ONNX Squeeze-13.",
                       .inputs = {"data", InputDef("axes").Optional().DecidesShape()},
                       .type = SqueezeType,
                       .elements = SqueezeElements,
                       .is_view = true,
                       .fusion = Fusion::kInjective,
                       .kernels = {{"portable", SqueezeKernel}}}));
  return def;
}

}  // namespace baton
