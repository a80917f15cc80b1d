#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct SqrtFunction {
  static constexpr auto Row = &SqrtRow;
  template <typename T>
  T operator()(T x) const {
    return std::sqrt(x);
  }
};

}  // namespace

const OpDef& Sqrt() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "sqrt",
                                  .doc = "The square root; NaN below zero. Source: ONNX Sqrt-13.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .scalar = ScalarForm::kSqrt,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<SqrtFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
