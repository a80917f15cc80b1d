#include "ops/elementwise/convert.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct CastAttrs {
  DType dtype = DType::kFloat32;
};

absl::Status CastType(TypeContext& context, const CastAttrs& attrs, TensorTypes* result) {
  result->push_back({attrs.dtype, context.input(0)->shape});
  return absl::OkStatus();
}

template <typename To, typename From>
void ConvertAll(const TensorObject& data, TensorObject& result) {
  const From* __restrict x = data.As<From>();
  To* __restrict y = result.As<To>();
  const int64_t n = data.num_elements();
  for (int64_t i = 0; i < n; ++i) y[i] = Convert<To>(x[i]);
}

absl::Status CastKernel(const CastAttrs& attrs, KernelCall& call) {
  VisitDType(call.inputs[0]->dtype, [&](auto from) {
    VisitDType(attrs.dtype,
               [&](auto to) { ConvertAll<decltype(to), decltype(from)>(*call.inputs[0], *call.outputs[0]); });
  });
  return absl::OkStatus();
}

}  // namespace

const OpDef& Cast() {
  static const OpDef& def = *new OpDef(MakeOp<CastAttrs>(
      {.name = "cast",
       .doc = "Converts the elements. Float to integer truncates and saturates, NaN gives 0; integer to "
              "narrower "
              "integer keeps the low bits; to bool is x != 0. Source: ONNX Cast-13.",
       .attrs = {{"dtype", &CastAttrs::dtype, "element type of the result", /*required=*/true}},
       .inputs = {"data"},
       .type = CastType,
       .scalar = ScalarForm::kCast,
       .fusion = Fusion::kElementwise,
       .kernels = {{"portable", CastKernel}}}));
  return def;
}

}  // namespace baton
