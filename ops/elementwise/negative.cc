#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct NegativeFunction {
  template <typename T>
  T operator()(T x) const {
    return Negated(x);
  }
};

}  // namespace

const OpDef& Negative() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "negative",
                       .doc = "-x; integers wrap. Source: ONNX Neg-13.",
                       .inputs = {"data"},
                       .type = SameTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .scalar = ScalarForm::kNegative,
                       .fusion = Fusion::kElementwise,
                       .kernels = {{"portable", UnaryKernel<NegativeFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
