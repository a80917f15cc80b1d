#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct FlattenAttrs {
  int64_t axis = 1;
};

absl::Status FlattenType(TypeContext& context, const FlattenAttrs& attrs, TensorTypes* result) {
  const TensorType& data = *context.input(0);
  if (!data.shape.has_rank()) {
    BATON_ASSIGN_OR_RETURN(Shape shape, FreshShape(context, 2, "extent"));
    result->push_back({data.dtype, std::move(shape)});
    return absl::OkStatus();
  }
  const int rank = data.shape.rank();
  if (attrs.axis < -rank || attrs.axis > rank) {
    return absl::InvalidArgumentError(
        absl::StrCat("axis ", attrs.axis, " is outside [", -rank, ", ", rank, "]"));
  }
  const int64_t axis = attrs.axis < 0 ? attrs.axis + rank : attrs.axis;
  Dim outer = 1;
  Dim inner = 1;
  for (int i = 0; i < rank; ++i) (i < axis ? outer : inner) = (i < axis ? outer : inner) * data.shape[i];
  result->push_back({data.dtype, Shape({outer, inner})});
  return absl::OkStatus();
}

absl::Status FlattenKernel(const FlattenAttrs&, KernelCall& call) {
  return CopyBytes(call);
}

}  // namespace

const OpDef& Flatten() {
  static const OpDef& def = *new OpDef(MakeOp<FlattenAttrs>(
      {.name = "flatten",
       .doc = "The same elements in rank 2: the axes before `axis` and the rest. Source: ONNX Flatten-13.",
       .attrs = {{"axis", &FlattenAttrs::axis, "first axis of the second part, in [-rank, rank]"}},
       .inputs = {"data"},
       .type = FlattenType,
       .is_view = true,
       .fusion = Fusion::kInjective,
       .kernels = {{"portable", FlattenKernel}}}));
  return def;
}

}  // namespace baton
