#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct AsinhFunction {
  template <typename T>
  T operator()(T x) const {
    return std::asinh(x);
  }
};

}  // namespace

const OpDef& Asinh() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "asinh",
                                  .doc = "Inverse hyperbolic sine. Source: ONNX Asinh-9.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<AsinhFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
