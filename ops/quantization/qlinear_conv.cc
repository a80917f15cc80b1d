#include "ops/op_cost.h"
#include "ops/quantization/integer_conv.h"
#include "ops/quantization/quantized_type.h"
#include "ops/quantization/scales.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input {
  kData,
  kDataScale,
  kDataZeroPoint,
  kWeight,
  kWeightScale,
  kWeightZeroPoint,
  kYScale,
  kYZeroPoint,
  kBias
};

constexpr IntegerConvInputs kInputs = {.data_zero_point = kDataZeroPoint,
                                       .weight = kWeight,
                                       .weight_zero_point = kWeightZeroPoint,
                                       .bias = kBias};

absl::Status QLinearConvType(TypeContext& context, const ConvAttrs& attrs, TensorTypes* result) {
  for (int scale : {kDataScale, kWeightScale, kYScale}) {
    BATON_RETURN_IF_ERROR(RequireDType(context, scale, DTypeSet::kFloat));
  }
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kDataScale, "data_scale"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kYScale, "y_scale"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, kYZeroPoint, "y_zero_point"));
  BATON_RETURN_IF_ERROR(RequireQuantized(context, kYZeroPoint, kYZeroPoint, "y_zero_point"));
  BATON_ASSIGN_OR_RETURN(Shape shape, IntegerConvShape(context, attrs, kInputs));
  BATON_RETURN_IF_ERROR(
      RequirePerOutputChannel(context, kWeightScale, context.input(kWeight)->shape, "weight_scale"));
  result->push_back({context.input(kYZeroPoint)->dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status QLinearConvKernel(const ConvAttrs& attrs, KernelCall& call) {
  TensorObject& result = *call.outputs[0];
  const int64_t n = result.num_elements();
  if (n == 0) return absl::OkStatus();
  int32_t* sums = static_cast<int32_t*>(call.context.Scratch(n * sizeof(int32_t)));
  if (sums == nullptr) return absl::ResourceExhaustedError("no memory for the sums");
  BATON_RETURN_IF_ERROR(IntegerConv(call, attrs, kInputs, sums));
  BATON_ASSIGN_OR_RETURN(const Copied<float> x_scale, ScalesAsFloat(call.context, *call.inputs[kDataScale]));
  BATON_ASSIGN_OR_RETURN(const Copied<float> w_scale,
                         ScalesAsFloat(call.context, *call.inputs[kWeightScale]));
  BATON_ASSIGN_OR_RETURN(const Copied<float> y_scale, DivisorsAsFloat(call.context, *call.inputs[kYScale]));
  BATON_ASSIGN_OR_RETURN(const Copied<int32_t> y_zero,
                         ZeroPointsAsInt(call.context, call.inputs[kYZeroPoint]));
  const int64_t channels = result.dims[1];
  const int64_t plane = n / (result.dims[0] * channels);
  return VisitQuantized(result.dtype, [&](auto element) {
    using Q = decltype(element);
    for (int64_t line = 0; line < n / plane; ++line) {
      const double product = static_cast<double>(x_scale.data[0]) * w_scale.Cyclic(line % channels);
      const double scale = product / y_scale.data[0];
      for (int64_t i = line * plane; i < (line + 1) * plane; ++i) {
        result.As<Q>()[i] = Quantized<Q>(sums[i] * scale, y_zero.data[0]);
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& QLinearConv() {
  static const OpDef& def = *new OpDef(MakeOp<ConvAttrs>(
      {.name = "qlinear_conv",
       .doc =
           "The convolution of quantised data and weight plus an int32 bias, quantised: int32 sums times "
           "data_scale * weight_scale / y_scale, rounded and saturated as quantize_linear does. weight_scale "
           "and weight_zero_point are one number, or one per output channel. Source: ONNX QLinearConv-10.",
       .attrs = ConvAttrList(),
       .inputs = {"data", "data_scale", "data_zero_point", "weight", "weight_scale", "weight_zero_point",
                  "y_scale", "y_zero_point", InputDef("bias").Optional()},
       .type = QLinearConvType,
       .check_attrs = CheckConv,
       .flops = ConvFlops<ConvAttrs, 3>,
       .kernels = {{"portable", QLinearConvKernel}}}));
  return def;
}

}  // namespace baton
