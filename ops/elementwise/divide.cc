#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct DivideFunction {
  static constexpr auto Row = &DivideRow;
  template <typename T>
  static absl::Status Check(const TensorObject& divisor) {
    return RequireNonZero<T>(divisor);
  }
  template <typename T>
  T operator()(T a, T b) const {
    return TruncatedQuotient(a, b);
  }
};

}  // namespace

const OpDef& Divide() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "divide",
       .doc = "a / b; integers truncate toward zero, and a zero divisor is an error. Source: ONNX Div-14.",
       .inputs = {"lhs", "rhs"},
       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kNumeric>,
       .scalar = ScalarForm::kDivide,
       .fusion = Fusion::kBroadcast,
       .kernels = {{"portable", BinaryKernel<DivideFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
