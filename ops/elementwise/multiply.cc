#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct MultiplyFunction {
  static constexpr auto Row = &MultiplyRow;
  template <typename T>
  T operator()(T a, T b) const {
    return Product(a, b);
  }
};

}  // namespace

const OpDef& Multiply() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "multiply",
                       .doc = "a * b; integers wrap. Source: ONNX Mul-14.",
                       .inputs = {"lhs", "rhs"},
                       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .scalar = ScalarForm::kMultiply,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", BinaryKernel<MultiplyFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
