#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct LogicalXorFunction {
  bool operator()(bool a, bool b) const { return a != b; }
};

}  // namespace

const OpDef& LogicalXor() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "logical_xor",
                       .doc = "Exactly one of a and b. Source: ONNX Xor-7.",
                       .inputs = {"lhs", "rhs"},
                       .type = ComparisonTypeRule<NoAttrs, DTypeSet::kBool>,
                       .scalar = ScalarForm::kXor,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", ComparisonKernel<LogicalXorFunction, DTypeSet::kBool>}}}));
  return def;
}

}  // namespace baton
