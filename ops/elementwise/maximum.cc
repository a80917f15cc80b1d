#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct MaximumFunction {
  static constexpr auto Row = &MaximumRow;
  template <typename T>
  T operator()(T a, T b) const {
    return Larger(a, b);
  }
};

}  // namespace

const OpDef& Maximum() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "maximum",
                       .doc = "The larger operand; NaN if either is. Source: ONNX Max-13.",
                       .inputs = {"lhs", "rhs"},
                       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .scalar = ScalarForm::kMaximum,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", BinaryKernel<MaximumFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
