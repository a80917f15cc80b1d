#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct AtanhFunction {
  template <typename T>
  T operator()(T x) const {
    return std::atanh(x);
  }
};

}  // namespace

const OpDef& Atanh() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "atanh",
       .doc = "Inverse hyperbolic tangent; infinite at -1 and 1, NaN beyond. Source: ONNX Atanh-9.",
       .inputs = {"data"},
       .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
       .fusion = Fusion::kElementwise,
       .kernels = {{"portable", UnaryKernel<AtanhFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
