#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct RoundAttrs {
  std::string ties = "even";
};

absl::Status CheckRoundAttrs(const RoundAttrs& attrs) {
  if (attrs.ties == "even" || attrs.ties == "away") return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'ties' is '", attrs.ties, "', expected even or away"));
}

struct RoundEvenFunction {
  static constexpr auto Row = &RoundRow;
  template <typename T>
  T operator()(T x) const {
    return std::nearbyint(x);
  }
};

struct RoundAwayFunction {
  template <typename T>
  T operator()(T x) const {
    return std::round(x);
  }
};

absl::Status RoundKernel(const RoundAttrs& attrs, KernelCall& call) {
  if (attrs.ties == "away") return RunUnary<DTypeSet::kFloat>(RoundAwayFunction(), call);
  return RunUnary<DTypeSet::kFloat>(RoundEvenFunction(), call);
}

}  // namespace

const OpDef& Round() {
  static const OpDef& def = *new OpDef(MakeOp<RoundAttrs>(
      {.name = "round",
       .doc = "The nearest integer. Source: ONNX Round-11 (ties to even); C's round (ties away from zero).",
       .attrs = {{"ties", &RoundAttrs::ties, "where halves go: even, or away from zero"}},
       .inputs = {"data"},
       .type = SameTypeRule<RoundAttrs, DTypeSet::kFloat>,
       .check_attrs = CheckRoundAttrs,
       .fusion = Fusion::kElementwise,
       .kernels = {{"portable", RoundKernel}}}));
  return def;
}

}  // namespace baton
