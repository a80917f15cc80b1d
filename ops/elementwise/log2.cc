#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct Log2Function {
  template <typename T>
  T operator()(T x) const {
    return std::log2(x);
  }
};

}  // namespace

const OpDef& Log2() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "log2",
                                  .doc = "Logarithm to the base 2; NaN below 0.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<Log2Function, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
