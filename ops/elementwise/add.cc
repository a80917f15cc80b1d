#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

struct AddFunction {
  static constexpr auto Row = &AddRow;
  template <typename T>
  T operator()(T a, T b) const {
    return Sum(a, b);
  }
};

}  // namespace

const OpDef& Add() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "add",
                                  .doc = "a + b; integers wrap. Source: ONNX Add-14.",
                                  .inputs = {"lhs", "rhs"},
                                  .type = BroadcastTypeRule<NoAttrs, DTypeSet::kNumeric>,
                                  .scalar = ScalarForm::kAdd,
                                  .fusion = Fusion::kBroadcast,
                                  .kernels = {{"portable", BinaryKernel<AddFunction, DTypeSet::kNumeric>}}}));
  return def;
}

}  // namespace baton
