#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct Log10Function {
  template <typename T>
  T operator()(T x) const {
    return std::log10(x);
  }
};

}  // namespace

const OpDef& Log10() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "log10",
                                  .doc = "Logarithm to the base 10; NaN below 0.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<Log10Function, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
