#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct LessFunction {
  template <typename T>
  bool operator()(T a, T b) const {
    return a < b;
  }
};

}  // namespace

const OpDef& Less() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "less",
                       .doc = "a < b; false for NaN. Source: ONNX Less-13.",
                       .inputs = {"lhs", "rhs"},
                       .type = ComparisonTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .scalar = ScalarForm::kLess,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", ComparisonKernel<LessFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
