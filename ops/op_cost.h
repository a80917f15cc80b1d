// Cost rules that families of operators share: OpSpec::flops. Estimates for the compiler's cost model; the
// right order is enough.
#pragma once

#include "absl/types/span.h"
#include "ops/op_def.h"
#include "vm/core/dim.h"

namespace baton {

using CostInputs = absl::Span<const TensorType* const>;
using CostOutputs = absl::Span<const TensorType>;

// One multiply-add for each element of the result and each of `contracted`.
inline Dim ProductFlops(const TensorType& result, const Dim& contracted) {
  return Dim(2) * result.shape.NumElements() * contracted;
}

// Products whose first operand is contracted along its last axis.
template <typename Attrs>
Dim MatMulFlops(CostInputs inputs, CostOutputs outputs, const Attrs&) {
  const Shape& a = inputs[0]->shape;
  return a.rank() == 0 ? Dim(1) : ProductFlops(outputs[0], a[a.rank() - 1]);
}

// Of a weight [M, C, k...]: what one output element is the sum of. Constant extents are expected; a symbol
// stays one.
inline Dim TapsPerOutput(const TensorType& weight) {
  Dim taps(1);
  for (int axis = 1; axis < weight.shape.rank(); ++axis) taps = taps * weight.shape[axis];
  return taps;
}

// Convolutions whose weight is input `kWeight`.
template <typename Attrs, int kWeight = 1>
Dim ConvFlops(CostInputs inputs, CostOutputs outputs, const Attrs&) {
  return ProductFlops(outputs[0], TapsPerOutput(*inputs[kWeight]));
}

// lstm, gru and rnn: every step of every batch row multiplies by all of W and R.
template <typename Attrs>
Dim RecurrentFlops(CostInputs inputs, CostOutputs, const Attrs&) {
  const Shape& x = inputs[0]->shape;
  if (x.rank() < 2) return Dim(1);
  return Dim(2) * x[0] * x[1] * (inputs[1]->shape.NumElements() + inputs[2]->shape.NumElements());
}

// Operators that spend about `kFlops` on each element of their result.
template <typename Attrs, int64_t kFlops>
Dim FlopsPerResult(CostInputs, CostOutputs outputs, const Attrs&) {
  return Dim(kFlops) * outputs[0].shape.NumElements();
}
// The same for their first operand.
template <typename Attrs, int64_t kFlops>
Dim FlopsPerOperand(CostInputs inputs, CostOutputs, const Attrs&) {
  return Dim(kFlops) * inputs[0]->shape.NumElements();
}

}  // namespace baton
