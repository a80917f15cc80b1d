#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct FloorFunction {
  static constexpr auto Row = &FloorRow;
  template <typename T>
  T operator()(T x) const {
    return std::floor(x);
  }
};

}  // namespace

const OpDef& Floor() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "floor",
                                  .doc = "The greatest integer not above x. Source: ONNX Floor-13.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .scalar = ScalarForm::kFloor,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<FloorFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
