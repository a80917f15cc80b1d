#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

absl::Status IsFiniteKernel(const NoAttrs&, KernelCall& call) {
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[0]->dtype, [&](auto element) {
    UnaryLoop<Bool, decltype(element)>([](auto x) { return std::isfinite(x); }, *call.inputs[0],
                                       *call.outputs[0]);
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& IsFinite() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>({.name = "isfinite",
                                                        .doc = "Whether x is neither infinite nor NaN.",
                                                        .inputs = {"data"},
                                                        .type = PredicateTypeRule<NoAttrs, DTypeSet::kFloat>,
                                                        .fusion = Fusion::kElementwise,
                                                        .kernels = {{"portable", IsFiniteKernel}}}));
  return def;
}

}  // namespace baton
