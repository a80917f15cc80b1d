#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct ErfFunction {
  template <typename T>
  T operator()(T x) const {
    return std::erf(x);
  }
};

}  // namespace

const OpDef& Erf() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "erf",
                                  .doc = "The error function. Source: ONNX Erf-13.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<ErfFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
