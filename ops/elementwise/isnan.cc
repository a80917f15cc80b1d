#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

absl::Status IsNanKernel(const NoAttrs&, KernelCall& call) {
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[0]->dtype, [&](auto element) {
    UnaryLoop<Bool, decltype(element)>([](auto x) { return x != x; }, *call.inputs[0], *call.outputs[0]);
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& IsNan() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>({.name = "isnan",
                                                        .doc = "Whether x is NaN. Source: ONNX IsNaN-13.",
                                                        .inputs = {"data"},
                                                        .type = PredicateTypeRule<NoAttrs, DTypeSet::kFloat>,
                                                        .fusion = Fusion::kElementwise,
                                                        .kernels = {{"portable", IsNanKernel}}}));
  return def;
}

}  // namespace baton
