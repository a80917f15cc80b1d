#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct RoundFunction {
  static constexpr auto Row = &RoundRow;
  template <typename T>
  T operator()(T x) const {
    return std::nearbyint(x);
  }
};

}  // namespace

const OpDef& Round() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "round",
                                  .doc = "The nearest integer, halves to even. Source: ONNX Round-11.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<RoundFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
