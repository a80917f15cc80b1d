#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct TruncFunction {
  template <typename T>
  T operator()(T x) const {
    return std::trunc(x);
  }
};

}  // namespace

const OpDef& Trunc() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "trunc",
                                  .doc = "The nearest integer toward zero.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<TruncFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
