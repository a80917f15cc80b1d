#include "ops/strided_copy.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct ReinterpretAttrs {
  DType dtype = DType::kFloat32;
};

absl::Status ReinterpretType(TypeContext& context, const ReinterpretAttrs& attrs, TensorTypes* result) {
  const DType from = context.input(0)->dtype;
  if (DTypeSize(from) != DTypeSize(attrs.dtype)) {
    return absl::InvalidArgumentError(absl::StrCat("elements of ", DTypeName(from), " have ", DTypeSize(from),
                                                   " bytes, those of ", DTypeName(attrs.dtype), " have ",
                                                   DTypeSize(attrs.dtype)));
  }
  result->push_back({attrs.dtype, context.input(0)->shape});
  return absl::OkStatus();
}

absl::Status ReinterpretKernel(const ReinterpretAttrs&, KernelCall& call) {
  return CopyBytes(call);
}

}  // namespace

const OpDef& Reinterpret() {
  static const OpDef& def = *new OpDef(MakeOp<ReinterpretAttrs>(
      {.name = "reinterpret",
       .doc = "The same bits as elements of another type of the same size.",
       .attrs = {{"dtype", &ReinterpretAttrs::dtype, "element type of the result", /*required=*/true}},
       .inputs = {"data"},
       .type = ReinterpretType,
       .fusion = Fusion::kElementwise,
       .kernels = {{"portable", ReinterpretKernel}}}));
  return def;
}

}  // namespace baton
