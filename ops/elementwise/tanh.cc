#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct TanhFunction {
  static constexpr auto Row = &TanhRow;
  template <typename T>
  T operator()(T x) const {
    return std::tanh(x);
  }
};

}  // namespace

const OpDef& Tanh() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "tanh",
                                  .doc = "The hyperbolic tangent. Source: ONNX Tanh-13.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<TanhFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
