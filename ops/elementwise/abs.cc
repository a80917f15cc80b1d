#include <cmath>

#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct AbsFunction {
  template <typename T>
  T operator()(T x) const {
    if constexpr (std::is_floating_point_v<T>) {
      return std::abs(x);
    } else {
      return x < 0 ? Negated(x) : x;
    }
  }
};

}  // namespace

const OpDef& Abs() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "abs",
                                  .doc = "|x|; the least integer stays as it is. Source: ONNX Abs-13.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kNumeric>,
                                  .scalar = ScalarForm::kAbs,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<AbsFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
