#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct GreaterFunction {
  template <typename T>
  bool operator()(T a, T b) const {
    return a > b;
  }
};

}  // namespace

const OpDef& Greater() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "greater",
                       .doc = "a > b; false for NaN. Source: ONNX Greater-13.",
                       .inputs = {"lhs", "rhs"},
                       .type = ComparisonTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .scalar = ScalarForm::kGreater,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", ComparisonKernel<GreaterFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
