#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct LeakyReluAttrs {
  double alpha = 0.01;
};

absl::Status LeakyReluKernel(const LeakyReluAttrs& attrs, KernelCall& call) {
  const auto function = [&](auto x) { return x < 0 ? static_cast<decltype(x)>(attrs.alpha) * x : x; };
  return RunUnary<DTypeSet::kFloat>(function, call);
}

}  // namespace

const OpDef& LeakyRelu() {
  static const OpDef& def = *new OpDef(
      MakeOp<LeakyReluAttrs>({.name = "nn.leaky_relu",
                              .doc = "x where x >= 0, alpha * x elsewhere. Source: ONNX LeakyRelu-16.",
                              .attrs = {{"alpha", &LeakyReluAttrs::alpha, "slope below zero"}},
                              .inputs = {"data"},
                              .type = SameTypeRule<LeakyReluAttrs, DTypeSet::kFloat>,
                              .fusion = Fusion::kElementwise,
                              .kernels = {{"portable", LeakyReluKernel}}}));
  return def;
}

}  // namespace baton
