#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct CeilFunction {
  static constexpr auto Row = &CeilRow;
  template <typename T>
  T operator()(T x) const {
    return std::ceil(x);
  }
};

}  // namespace

const OpDef& Ceil() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "ceil",
                                  .doc = "The least integer not below x. Source: ONNX Ceil-13.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .scalar = ScalarForm::kCeil,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<CeilFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
