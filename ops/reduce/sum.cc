#include "ops/reduce/reduce.h"

namespace baton {

const OpDef& Sum() {
  static const OpDef& def = *new OpDef(MakeReduction(
      "sum", "Sum over axes; of no elements 0. Source: ONNX ReduceSum-13.", ReduceTypeOf<DTypeSet::kNumeric>,
      ReduceKernel<SumReducer, DTypeSet::kNumeric>, ScalarForm::kAdd));
  return def;
}

}  // namespace baton
