#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct SinFunction {
  template <typename T>
  T operator()(T x) const {
    return std::sin(x);
  }
};

}  // namespace

const OpDef& Sin() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "sin",
                                  .doc = "Sine of radians. Source: ONNX Sin-7.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<SinFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
