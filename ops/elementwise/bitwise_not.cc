#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct BitwiseNotFunction {
  bool operator()(bool x) const { return !x; }
  template <typename T>
  T operator()(T x) const {
    return static_cast<T>(~x);
  }
};

}  // namespace

const OpDef& BitwiseNot() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "bitwise_not",
                       .doc = "Every bit inverted; of bool: not. Source: ONNX BitwiseNot-18.",
                       .inputs = {"data"},
                       .type = SameTypeRule<NoAttrs, DTypeSet::kBits>,
                       .fusion = Fusion::kElementwise,
                       .kernels = {{"portable", UnaryKernel<BitwiseNotFunction, DTypeSet::kBits>}}}));
  return def;
}

}  // namespace baton
