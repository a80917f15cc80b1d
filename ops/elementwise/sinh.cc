#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct SinhFunction {
  template <typename T>
  T operator()(T x) const {
    return std::sinh(x);
  }
};

}  // namespace

const OpDef& Sinh() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "sinh",
                                  .doc = "Hyperbolic sine. Source: ONNX Sinh-9.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<SinhFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
