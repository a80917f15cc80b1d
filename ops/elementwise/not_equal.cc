#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct NotEqualFunction {
  template <typename T>
  bool operator()(T a, T b) const {
    return a != b;
  }
};

}  // namespace

const OpDef& NotEqual() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "not_equal",
                       .doc = "a != b; true for NaN.",
                       .inputs = {"lhs", "rhs"},
                       .type = ComparisonTypeRule<NoAttrs, DTypeSet::kAny>,
                       .scalar = ScalarForm::kNotEqual,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", ComparisonKernel<NotEqualFunction, DTypeSet::kAny>}}}));
  return def;
}

}  // namespace baton
