// Convolutions of quantised numbers with int32 sums, shared by conv_integer and qlinear_conv.
#pragma once

#include "ops/nn/conv.h"

namespace baton {

// The indices of operands among an operator's inputs; data is input 0. A bias past the inputs is absent.
struct IntegerConvInputs {
  int data_zero_point, weight, weight_zero_point, bias;
};

// Checks operands and zero points; the result's shape.
absl::StatusOr<Shape> IntegerConvShape(TypeContext& context, const ConvAttrs& attrs,
                                       const IntegerConvInputs& inputs);

// Input `index` is one number, or one per output channel of the weight.
absl::Status RequirePerOutputChannel(TypeContext& context, int index, const Shape& weight,
                                     absl::string_view what);

// The convolution of data and weight less their zero points, plus bias, in the result's order. Sums wrap.
// Errors: ResourceExhausted. REQUIRES: the result has elements.
absl::Status IntegerConv(KernelCall& call, const ConvAttrs& attrs, const IntegerConvInputs& inputs,
                         int32_t* sums);

}  // namespace baton
