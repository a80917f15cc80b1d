#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct CosFunction {
  template <typename T>
  T operator()(T x) const {
    return std::cos(x);
  }
};

}  // namespace

const OpDef& Cos() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "cos",
                                  .doc = "Cosine of radians. Source: ONNX Cos-7.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<CosFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
