#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct LogicalAndFunction {
  bool operator()(bool a, bool b) const { return a && b; }
};

}  // namespace

const OpDef& LogicalAnd() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "logical_and",
                       .doc = "a and b. Source: ONNX And-7.",
                       .inputs = {"lhs", "rhs"},
                       .type = ComparisonTypeRule<NoAttrs, DTypeSet::kBool>,
                       .scalar = ScalarForm::kAnd,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", ComparisonKernel<LogicalAndFunction, DTypeSet::kBool>}}}));
  return def;
}

}  // namespace baton
