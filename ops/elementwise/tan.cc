#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct TanFunction {
  template <typename T>
  T operator()(T x) const {
    return std::tan(x);
  }
};

}  // namespace

const OpDef& Tan() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "tan",
                                  .doc = "Tangent of radians. Source: ONNX Tan-7.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<TanFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
