#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct FloorDivideFunction {
  template <typename T>
  static absl::Status Check(const TensorObject& divisor) {
    return RequireNonZero<T>(divisor);
  }
  template <typename T>
  T operator()(T a, T b) const {
    return FloorQuotient(a, b);
  }
};

}  // namespace

const OpDef& FloorDivide() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "floor_divide",
                       .doc = "floor(a / b). An integer divisor of zero is an error.",
                       .inputs = {"lhs", "rhs"},
                       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .scalar = ScalarForm::kFloorDivide,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", BinaryKernel<FloorDivideFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
