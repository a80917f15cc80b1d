#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct ExpFunction {
  static constexpr auto Row = &ExpRow;
  template <typename T>
  T operator()(T x) const {
    return std::exp(x);
  }
};

}  // namespace

const OpDef& Exp() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "exp",
                                  .doc = "e to the x. Source: ONNX Exp-13.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<ExpFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
