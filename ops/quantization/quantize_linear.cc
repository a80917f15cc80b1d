#include "ops/quantization/quantized_type.h"
#include "ops/quantization/scales.h"

namespace baton {
namespace {

enum Input { kData, kScale, kZeroPoint };

struct QuantizeLinearAttrs {
  int64_t axis = 1;
  int64_t block_size = 0;
  DType dtype = DType::kUInt8;
  DType precision = DType::kFloat32;
};

absl::Status CheckQuantizeLinearAttrs(const QuantizeLinearAttrs& attrs) {
  if (!IsQuantizedType(attrs.dtype)) {
    return absl::InvalidArgumentError(absl::StrCat("attribute 'dtype' is ", DTypeName(attrs.dtype),
                                                   ", expected an integer of 8 or 16 bits"));
  }
  if (!IsFloat(attrs.precision) || attrs.precision == DType::kFloat64) {
    return absl::InvalidArgumentError(absl::StrCat("attribute 'precision' is ", DTypeName(attrs.precision),
                                                   ", expected float32, float16 or bfloat16"));
  }
  return CheckScaleAttrs(ScalesOf(attrs));
}

absl::Status QuantizeLinearType(TypeContext& context, const QuantizeLinearAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireDType(context, kScale, DTypeSet::kNumeric));
  if (context.HasInput(kZeroPoint) && context.input(kZeroPoint)->dtype != attrs.dtype) {
    return absl::InvalidArgumentError(absl::StrCat("zero_point has element type ",
                                                   DTypeName(context.input(kZeroPoint)->dtype), ", expected ",
                                                   DTypeName(attrs.dtype)));
  }
  BATON_RETURN_IF_ERROR(RequireScales(context, ScalesOf(attrs)));
  result->push_back({attrs.dtype, context.input(kData)->shape});
  return absl::OkStatus();
}

float RoundedTo(DType precision, float value) {
  if (precision == DType::kFloat16) return static_cast<float>(Float16(value));
  if (precision == DType::kBFloat16) return static_cast<float>(BFloat16(value));
  return value;
}

template <typename T, typename Q>
void QuantizeRow(DType precision, const ScaledRow& row, const T* x, const float* scales,
                 const int32_t* zero_points, Q* y) {
  for (int64_t i = 0; i < row.count; ++i) {
    const float quotient = Convert<float>(x[i]) / scales[row.scale + i * row.scale_step];
    y[i] =
        Quantized<Q>(RoundedTo(precision, quotient), zero_points[row.zero_point + i * row.zero_point_step]);
  }
}

absl::Status QuantizeLinearKernel(const QuantizeLinearAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  if (data.num_elements() == 0) return absl::OkStatus();
  const ScalePlan plan(ScalesOf(attrs), data, *call.inputs[kScale], call.inputs[kZeroPoint]);
  BATON_ASSIGN_OR_RETURN(const Copied<float> scales, DivisorsAsFloat(call.context, *call.inputs[kScale]));
  BATON_ASSIGN_OR_RETURN(const Copied<int32_t> zeros, ZeroPointsAsInt(call.context, call.inputs[kZeroPoint]));
  return VisitDTypeIn<DTypeSet::kNumeric>(data.dtype, [&](auto element) {
    using T = decltype(element);
    return VisitQuantized(attrs.dtype, [&](auto quantized) {
      using Q = decltype(quantized);
      plan.ForEachRow([&](const ScaledRow& row) {
        QuantizeRow(attrs.precision, row, data.As<T>() + row.begin, scales.data, zeros.data,
                    call.outputs[0]->As<Q>() + row.begin);
      });
      return absl::OkStatus();
    });
  });
}

}  // namespace

const OpDef& QuantizeLinear() {
  static const OpDef& def = *new OpDef(MakeOp<QuantizeLinearAttrs>(
      {.name = "quantize_linear",
       .doc = "data / scale rounded to the nearest integer (ties to even) plus zero_point, saturated; NaN "
              "gives zero_point. A scale of 0 or NaN is an error. "
              "Source: ONNX QuantizeLinear-25.",
       .attrs =
           {{"axis", &QuantizeLinearAttrs::axis, "the axis of several scales; negative counts from the end"},
            {"block_size", &QuantizeLinearAttrs::block_size,
             "elements along the axis that share a scale; 0: all of the other axes do"},
            {"dtype", &QuantizeLinearAttrs::dtype, "element type of the result and of zero_point"},
            {"precision", &QuantizeLinearAttrs::precision, "the quotient is rounded to this element type"}},
       .inputs = {"data", "scale", InputDef("zero_point").Optional()},
       .type = QuantizeLinearType,
       .check_attrs = CheckQuantizeLinearAttrs,
       .kernels = {{"portable", QuantizeLinearKernel}}}));
  return def;
}

}  // namespace baton
