#include "ops/element_trace.h"
#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {

const OpDef& Unsqueeze();

namespace {

absl::Status UnsqueezeType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> count, OperandLength(context, 1, "axes"));
  std::optional<int64_t> rank;
  if (data.shape.has_rank() && count) rank = data.shape.rank() + *count;
  BATON_ASSIGN_OR_RETURN(Shape shape, FreshShape(context, rank, "extent"));
  const std::optional<Ints> given = ConstantOperand(context, 1);
  if (rank && given) {
    BATON_ASSIGN_OR_RETURN(const Ints axes, NormalizeAxes(*given, shape.rank()));
    Dims dims;
    int next = 0;
    for (int i = 0; i < shape.rank(); ++i) {
      const bool is_new = std::find(axes.begin(), axes.end(), i) != axes.end();
      dims.push_back(is_new ? Dim(1) : data.shape[next++]);
    }
    shape = Shape(std::move(dims));
  }
  result->push_back({data.dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int>> UnsqueezeElements(TypeContext& context, const NoAttrs& attrs) {
  return TraceElements(Unsqueeze(), &attrs, context);
}

absl::Status UnsqueezeKernel(const NoAttrs&, KernelCall& call) {
  return CopyBytes(call);
}

}  // namespace

const OpDef& Unsqueeze() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "unsqueeze",
       .doc = "Inserts axes of extent 1; `axes` count in the result. Source: ONNX Unsqueeze-13.",
       .inputs = {"data", InputDef("axes").DecidesShape()},
       .type = UnsqueezeType,
       .elements = UnsqueezeElements,
       .is_view = true,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", UnsqueezeKernel}}}));
  return def;
}

}  // namespace baton
