#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct ModFunction {
  template <typename T>
  static absl::Status Check(const TensorObject& divisor) {
    return RequireNonZero<T>(divisor);
  }
  template <typename T>
  T operator()(T a, T b) const {
    return TruncatedRemainder(a, b);
  }
};

}  // namespace

const OpDef& Mod() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "mod",
                                  .doc = "a - b * trunc(a / b), with the sign of a. An integer divisor of "
                                         "zero is an error. Source: ONNX Mod-13, fmod = 1.",
                                  .inputs = {"lhs", "rhs"},
                                  .type = BroadcastTypeRule<NoAttrs, DTypeSet::kNumeric>,
                                  .scalar = ScalarForm::kModulo,
                                  .fusion = Fusion::kBroadcast,
                                  .kernels = {{"portable", BinaryKernel<ModFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
