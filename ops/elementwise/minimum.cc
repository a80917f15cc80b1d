#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct MinimumFunction {
  static constexpr auto Row = &MinimumRow;
  template <typename T>
  T operator()(T a, T b) const {
    return Smaller(a, b);
  }
};

}  // namespace

const OpDef& Minimum() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "minimum",
                       .doc = "The smaller operand; NaN if either is. Source: ONNX Min-13.",
                       .inputs = {"lhs", "rhs"},
                       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .scalar = ScalarForm::kMinimum,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", BinaryKernel<MinimumFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
