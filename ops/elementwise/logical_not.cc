#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct LogicalNotFunction {
  bool operator()(bool x) const { return !x; }
};

}  // namespace

const OpDef& LogicalNot() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "logical_not",
                       .doc = "not a. Source: ONNX Not-1.",
                       .inputs = {"data"},
                       .type = SameTypeRule<NoAttrs, DTypeSet::kBool>,
                       .scalar = ScalarForm::kNot,
                       .fusion = Fusion::kElementwise,
                       .kernels = {{"portable", UnaryKernel<LogicalNotFunction, DTypeSet::kBool>}}}));
  return def;
}

}  // namespace baton
