#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct AcoshFunction {
  template <typename T>
  T operator()(T x) const {
    return std::acosh(x);
  }
};

}  // namespace

const OpDef& Acosh() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "acosh",
                                  .doc = "Inverse hyperbolic cosine; NaN below 1. Source: ONNX Acosh-9.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<AcoshFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
