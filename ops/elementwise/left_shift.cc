#include "ops/elementwise/kernels.h"
#include "ops/elementwise/shift.h"

namespace baton {
namespace {

struct LeftShiftFunction {
  template <typename T>
  static absl::Status Check(const TensorObject& amounts) {
    return RequireShiftAmounts<T>(amounts);
  }
  template <typename T>
  T operator()(T value, T amount) const {
    return ShiftedLeft(value, amount);
  }
};

}  // namespace

const OpDef& LeftShift() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "left_shift",
       .doc = "a * 2^b in the bits of the element type; a negative b is an error. Source: ONNX BitShift-11.",
       .inputs = {"lhs", "rhs"},
       .type = BroadcastTypeRule<NoAttrs, DTypeSet::kInteger>,
       .fusion = Fusion::kBroadcast,
       .kernels = {{"portable", BinaryKernel<LeftShiftFunction, DTypeSet::kInteger>}}}));
  return def;
}

}  // namespace baton
