#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct AcosFunction {
  template <typename T>
  T operator()(T x) const {
    return std::acos(x);
  }
};

}  // namespace

const OpDef& Acos() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "acos",
                                  .doc = "Arc cosine in radians; NaN outside [-1, 1]. Source: ONNX Acos-7.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<AcosFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
