#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct AsinFunction {
  template <typename T>
  T operator()(T x) const {
    return std::asin(x);
  }
};

}  // namespace

const OpDef& Asin() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "asin",
                                  .doc = "Arc sine in radians; NaN outside [-1, 1]. Source: ONNX Asin-7.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<AsinFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
