#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct SubtractFunction {
  static constexpr auto Row = &SubtractRow;
  template <typename T>
  T operator()(T a, T b) const {
    return Difference(a, b);
  }
};

}  // namespace

const OpDef& Subtract() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "subtract",
                       .doc = "a - b; integers wrap. Source: ONNX Sub-14.",
                       .inputs = {"lhs", "rhs"},
                       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .scalar = ScalarForm::kSubtract,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", BinaryKernel<SubtractFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
