#include "ops/elementwise/kernels.h"
#include "ops/elementwise/shift.h"

namespace baton {
namespace {

struct RightShiftFunction {
  template <typename T>
  static absl::Status Check(const TensorObject& amounts) {
    return RequireShiftAmounts<T>(amounts);
  }
  template <typename T>
  T operator()(T value, T amount) const {
    return ShiftedRight(value, amount);
  }
};

}  // namespace

const OpDef& RightShift() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "right_shift",
       .doc = "floor(a / 2^b), the sign is kept; a negative b is an error. Source: ONNX BitShift-11.",
       .inputs = {"lhs", "rhs"},
       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kInteger>,
       .fusion = Fusion::kBroadcast,
       .kernels = {{"portable", BinaryKernel<RightShiftFunction, DTypeSet::kInteger>}}}));
  return def;
}

}  // namespace baton
