#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct GreaterEqualFunction {
  template <typename T>
  bool operator()(T a, T b) const {
    return a >= b;
  }
};

}  // namespace

const OpDef& GreaterEqual() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "greater_equal",
       .doc = "a >= b; false for NaN. Source: ONNX GreaterOrEqual-16.",
       .inputs = {"lhs", "rhs"},
       .type = ComparisonTypeRule<NoAttrs, DTypeSet::kNumeric>,
       .scalar = ScalarForm::kGreaterEqual,
       .fusion = Fusion::kBroadcast,
       .kernels = {{"portable", ComparisonKernel<GreaterEqualFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
