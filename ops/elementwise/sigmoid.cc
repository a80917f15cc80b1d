#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct SigmoidFunction {
  static constexpr auto Row = &SigmoidRow;
  template <typename T>
  T operator()(T x) const {
    const T e = std::exp(-std::abs(x));
    return (x < 0 ? e : T{1}) / (1 + e);
  }
};

}  // namespace

const OpDef& Sigmoid() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "sigmoid",
                       .doc = "1 / (1 + exp(-x)), without overflow. Source: ONNX Sigmoid-13.",
                       .inputs = {"data"},
                       .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                       .fusion = Fusion::kElementwise,
                       .kernels = {{"portable", UnaryKernel<SigmoidFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
