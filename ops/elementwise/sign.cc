#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct SignFunction {
  template <typename T>
  T operator()(T x) const {
    if (x > 0) return 1;
    if constexpr (!std::is_unsigned_v<T>) {
      if (x < 0) return -1;
    }
    return x;
  }
};

}  // namespace

const OpDef& Sign() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "sign",
                                  .doc = "-1, 0 or 1; zeros and NaN stay. Source: ONNX Sign-13.",
                                  .inputs = {"data"},
                                  .type = SameTypeRule<NoAttrs, DTypeSet::kNumeric>,
                                  .fusion = Fusion::kElementwise,
                                  .kernels = {{"portable", UnaryKernel<SignFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
