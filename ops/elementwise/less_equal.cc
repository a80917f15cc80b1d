#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct LessEqualFunction {
  template <typename T>
  bool operator()(T a, T b) const {
    return a <= b;
  }
};

}  // namespace

const OpDef& LessEqual() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "less_equal",
                       .doc = "a <= b; false for NaN. Source: ONNX LessOrEqual-16.",
                       .inputs = {"lhs", "rhs"},
                       .type = ComparisonTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .scalar = ScalarForm::kLessEqual,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", ComparisonKernel<LessEqualFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
