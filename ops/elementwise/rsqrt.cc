#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct RsqrtFunction {
  template <typename T>
  T operator()(T x) const {
    return 1 / std::sqrt(x);
  }
};

}  // namespace

const OpDef& Rsqrt() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "rsqrt",
                                  .doc = "1 / sqrt(x); infinite at 0, NaN below.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<RsqrtFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
