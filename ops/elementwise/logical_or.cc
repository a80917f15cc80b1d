#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct LogicalOrFunction {
  bool operator()(bool a, bool b) const { return a || b; }
};

}  // namespace

const OpDef& LogicalOr() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "logical_or",
                       .doc = "a or b. Source: ONNX Or-7.",
                       .inputs = {"lhs", "rhs"},
                       .type = ComparisonTypeRule<NoAttrs, DTypeSet::kBool>,
                       .scalar = ScalarForm::kOr,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", ComparisonKernel<LogicalOrFunction, DTypeSet::kBool>}}}));
  return def;
}

}  // namespace baton
