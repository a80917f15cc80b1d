#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct BitwiseXorFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};

}  // namespace

const OpDef& BitwiseXor() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "bitwise_xor",
                       .doc = "Either a or b, bit by bit. Source: ONNX BitwiseXor-18.",
                       .inputs = {"lhs", "rhs"},
                       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kBits>,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", BinaryKernel<BitwiseXorFunction, DTypeSet::kBits>}}}));
  return def;
}

}  // namespace baton
