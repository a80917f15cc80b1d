#include "ops/op_cost.h"
#include "ops/quantization/integer_conv.h"

namespace baton {
namespace {

constexpr IntegerConvInputs kInputs = {.data_zero_point = 2, .weight = 1, .weight_zero_point = 3, .bias = 4};

absl::Status ConvIntegerType(TypeContext& context, const ConvAttrs& attrs, TensorTypes* result) {
  BATON_ASSIGN_OR_RETURN(Shape shape, IntegerConvShape(context, attrs, kInputs));
  result->push_back({DType::kInt32, std::move(shape)});
  return absl::OkStatus();
}

absl::Status ConvIntegerKernel(const ConvAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  return IntegerConv(call, attrs, kInputs, call.outputs[0]->As<int32_t>());
}

}  // namespace

const OpDef& ConvInteger() {
  static const OpDef& def = *new OpDef(MakeOp<ConvAttrs>(
      {.name = "conv_integer",
       .doc =
           "nn.conv of (data - data_zero_point) and (weight - weight_zero_point) in int32, which wraps; the "
           "padding is data_zero_point. weight_zero_point is one number, or one per output channel. Source: "
           "ONNX ConvInteger-10.",
       .attrs = ConvAttrList(),
       .inputs = {"data", "weight", InputDef("data_zero_point").Optional(),
                  InputDef("weight_zero_point").Optional()},
       .type = ConvIntegerType,
       .check_attrs = CheckConv,
       .flops = ConvFlops<ConvAttrs>,
       .kernels = {{"portable", ConvIntegerKernel}}}));
  return def;
}

}  // namespace baton
