#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct ReluFunction {
  static constexpr auto Row = &ReluRow;
  template <typename T>
  T operator()(T x) const {
    return x < 0 ? T{0} : x;
  }
};

}  // namespace

const OpDef& Relu() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "nn.relu",
                                  .doc = "max(x, 0); NaN stays. Source: ONNX Relu-14.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kNumeric>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<ReluFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
