#include <cmath>

#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct TruncDivideFunction {
  template <typename T>
  static absl::Status Check(const TensorObject& divisor) {
    return RequireNonZero<T>(divisor);
  }
  template <typename T>
  T operator()(T a, T b) const {
    const T quotient = TruncatedQuotient(a, b);
    if constexpr (std::is_integral_v<T>) {
      return quotient;
    } else {
      return std::trunc(quotient);
    }
  }
};

}  // namespace

const OpDef& TruncDivide() {
  static const OpDef& def = *new OpDef(
      MakeOp<NoAttrs>({.name = "trunc_divide",
                       .doc = "trunc(a / b). An integer divisor of zero is an error.",
                       .inputs = {"lhs", "rhs"},
                       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kNumeric>,
                       .fusion = Fusion::kBroadcast,
                       .kernels = {{"portable", BinaryKernel<TruncDivideFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
