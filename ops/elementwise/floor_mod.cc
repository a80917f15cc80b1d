#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct FloorModFunction {
  template <typename T>
  static absl::Status Check(const TensorObject& divisor) {
    return RequireNonZero<T>(divisor);
  }
  template <typename T>
  T operator()(T a, T b) const {
    return FloorRemainder(a, b);
  }
};

}  // namespace

const OpDef& FloorMod() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "floor_mod",
                       .doc = "a - b * floor(a / b), with the sign of b. An integer divisor of zero is an "
                              "error. Source: ONNX Mod-13, fmod = 0.",
                       .inputs = {"lhs", "rhs"},
                       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .scalar = ScalarForm::kFloorModulo,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", BinaryKernel<FloorModFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
