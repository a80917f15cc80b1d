#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct EqualFunction {
  template <typename T>
  bool operator()(T a, T b) const {
    return a == b;
  }
};

}  // namespace

const OpDef& Equal() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "equal",
                       .doc = "a == b; false for NaN. Source: ONNX Equal-13.",
                       .inputs = {"lhs", "rhs"},
                       .type = ComparisonTypeRule<NoAttrs, DTypeSet::kAny>,
                       .scalar = ScalarForm::kEqual,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", ComparisonKernel<EqualFunction, DTypeSet::kAny>}}}));
  return def;
}

}  // namespace baton
