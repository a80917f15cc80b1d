#include <cmath>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct LogFunction {
  template <typename T>
  T operator()(T x) const {
    return std::log(x);
  }
};

}  // namespace

const OpDef& Log() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "log",
                       .doc = "The natural logarithm; -inf at zero, NaN below. Source: ONNX Log-13.",
                       .inputs = {"data"},
                       .type = SameTypeRule<NoAttrs, DTypeSet::kFloat>,
                       .fusion = Fusion::kElementwise,
                       .kernels = {{"portable", UnaryKernel<LogFunction, DTypeSet::kFloat>}}}));
  return def;
}

}  // namespace baton
