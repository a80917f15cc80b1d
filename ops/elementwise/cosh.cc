#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct CoshFunction {
  template <typename T>
  T operator()(T x) const {
    return std::cosh(x);
  }
};

}  // namespace

const OpDef& Cosh() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "cosh",
                                  .doc = "Hyperbolic cosine. Source: ONNX Cosh-9.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<CoshFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
