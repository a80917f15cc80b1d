#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct BitwiseAndFunction {
  template <typename T>
  T operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};

}  // namespace

const OpDef& BitwiseAnd() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "bitwise_and",
                       .doc = "a and b, bit by bit. Source: ONNX BitwiseAnd-18.",
                       .inputs = {"lhs", "rhs"},
                       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kBits>,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", BinaryKernel<BitwiseAndFunction, DTypeSet::kBits>}}}));
  return def;
}

}  // namespace baton
