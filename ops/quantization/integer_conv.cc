#include "ops/quantization/integer_conv.h"

#include "ops/nn/conv_loops.h"
#include "ops/quantization/quantized_type.h"
#include "ops/quantization/scales.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

// Numbers less their zero points, of which there is one per `block` elements, or one for all.
absl::StatusOr<const int32_t*> Centered(KernelContext& context, const TensorObject& tensor,
                                        const TensorObject* zero_points, int64_t block) {
  const int64_t n = tensor.num_elements();
  int32_t* result = static_cast<int32_t*>(context.Scratch(n * sizeof(int32_t)));
  if (result == nullptr) return absl::ResourceExhaustedError("no memory for the operands as int32");
  BATON_ASSIGN_OR_RETURN(const Copied<int32_t> zeros, ZeroPointsAsInt(context, zero_points));
  BATON_RETURN_IF_ERROR(VisitQuantized(tensor.dtype, [&](auto element) {
    const auto* x = tensor.As<decltype(element)>();
    for (int64_t i = 0; i < n; ++i) result[i] = static_cast<int32_t>(x[i]) - zeros.Cyclic(i / block);
    return absl::OkStatus();
  }));
  return result;
}

}  // namespace

absl::Status RequirePerOutputChannel(TypeContext& context, int index, const Shape& weight,
                                     absl::string_view what) {
  if (!context.HasInput(index) || !context.input(index)->shape.has_rank()) return absl::OkStatus();
  const Shape& shape = context.input(index)->shape;
  if (shape.rank() == 0) return absl::OkStatus();
  BATON_RETURN_IF_ERROR(RequireRank(context, index, 1, what));
  if (!weight.has_rank()) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const Dim extent, context.BroadcastDim(shape[0], weight[0]));
  return context.RequireEqual(extent, weight[0],
                              absl::StrCat("elements of ", what, " (or 1) and output channels of weight"));
}

absl::StatusOr<Shape> IntegerConvShape(TypeContext& context, const ConvAttrs& attrs,
                                       const IntegerConvInputs& inputs) {
  BATON_RETURN_IF_ERROR(RequireQuantized(context, 0, inputs.data_zero_point, "data"));
  BATON_RETURN_IF_ERROR(RequireQuantized(context, inputs.weight, inputs.weight_zero_point, "weight"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, inputs.data_zero_point, "data's zero point"));
  if (context.HasInput(inputs.bias) && context.input(inputs.bias)->dtype != DType::kInt32) {
    return absl::InvalidArgumentError(absl::StrCat(
        "bias has element type ", DTypeName(context.input(inputs.bias)->dtype), ", expected int32"));
  }
  BATON_ASSIGN_OR_RETURN(Shape shape,
                         ConvShape(context, attrs, {.weight = inputs.weight, .bias = inputs.bias}));
  BATON_RETURN_IF_ERROR(RequirePerOutputChannel(context, inputs.weight_zero_point,
                                                context.input(inputs.weight)->shape, "weight's zero point"));
  return shape;
}

absl::Status IntegerConv(KernelCall& call, const ConvAttrs& attrs, const IntegerConvInputs& inputs,
                         int32_t* sums) {
  const TensorObject& data = *call.inputs[0];
  const TensorObject& weight = *call.inputs[inputs.weight];
  const bool has_bias = inputs.bias < static_cast<int>(call.inputs.size()) && call.inputs[inputs.bias];
  // Without input channels nothing is subtracted, so that a block may be of any size.
  const int64_t per_output = std::max<int64_t>(weight.num_elements() / weight.dims[0], 1);
  BATON_ASSIGN_OR_RETURN(const int32_t* x, Centered(call.context, data, call.inputs[inputs.data_zero_point],
                                                    std::max<int64_t>(data.num_elements(), 1)));
  BATON_ASSIGN_OR_RETURN(const int32_t* w,
                         Centered(call.context, weight, call.inputs[inputs.weight_zero_point], per_output));
  const int32_t* bias = has_bias ? call.inputs[inputs.bias]->As<int32_t>() : nullptr;
  ConvLoops<uint32_t, int32_t>(attrs.group, ConvGeometry(attrs, data, weight, *call.outputs[0]), data.shape(),
                               weight.shape(), {x, w, bias, sums});
  return absl::OkStatus();
}

}  // namespace baton
