#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct AtanFunction {
  template <typename T>
  T operator()(T x) const {
    return std::atan(x);
  }
};

}  // namespace

const OpDef& Atan() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "atan",
                                  .doc = "Arc tangent in radians. Source: ONNX Atan-7.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<AtanFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
