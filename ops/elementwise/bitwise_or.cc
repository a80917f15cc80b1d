#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct BitwiseOrFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};

}  // namespace

const OpDef& BitwiseOr() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "bitwise_or",
                       .doc = "a or b, bit by bit. Source: ONNX BitwiseOr-18.",
                       .inputs = {"lhs", "rhs"},
                       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kBits>,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", BinaryKernel<BitwiseOrFunction, DTypeSet::kBits>}}}));
  return def;
}

}  // namespace baton
