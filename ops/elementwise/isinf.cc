#include <limits>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct IsInfAttrs {
  bool detect_negative = true;
  bool detect_positive = true;
};

absl::Status IsInfKernel(const IsInfAttrs& attrs, KernelCall& call) {
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[0]->dtype, [&](auto element) {
    using T = decltype(element);
    constexpr auto kInfinity = std::numeric_limits<ComputeType<T>>::infinity();
    const auto function = [&](ComputeType<T> x) {
      return (attrs.detect_positive && x == kInfinity) || (attrs.detect_negative && x == -kInfinity);
    };
    UnaryLoop<Bool, T>(function, *call.inputs[0], *call.outputs[0]);
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& IsInf() {
  static const OpDef& def = *new OpDef(
      MakeOp<IsInfAttrs>({.name = "isinf",
                          .doc = "Whether x is infinite. Source: ONNX IsInf-10.",
                          .attrs = {{"detect_negative", &IsInfAttrs::detect_negative, "whether -inf counts"},
                                    {"detect_positive", &IsInfAttrs::detect_positive, "whether +inf counts"}},
                          .inputs = {"data"},
                          .type = PredicateTypeRule<IsInfAttrs, DTypeSet::kFloat>,
                          .fusion = Fusion::kElementwise,
                          .kernels = {{"portable", IsInfKernel}}}));
  return def;
}

}  // namespace baton
