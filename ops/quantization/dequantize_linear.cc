#include "ops/elementwise/kernels.h"
#include "ops/quantization/scales.h"

namespace baton {
namespace {

enum Input { kData, kScale, kZeroPoint };

struct DequantizeLinearAttrs {
  int64_t axis = 1;
  int64_t block_size = 0;
  DType dtype = DType::kFloat32;
};

absl::Status CheckDequantizeLinearAttrs(const DequantizeLinearAttrs& attrs) {
  if (!IsFloat(attrs.dtype)) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'dtype' is ", DTypeName(attrs.dtype), ", expected a float type"));
  }
  return CheckScaleAttrs(ScalesOf(attrs));
}

absl::Status DequantizeLinearType(TypeContext& context, const DequantizeLinearAttrs& attrs,
                                  TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, DTypeSet::kInteger));
  BATON_RETURN_IF_ERROR(RequireDType(context, kScale, DTypeSet::kFloat));
  if (context.HasInput(kZeroPoint) && context.input(kZeroPoint)->dtype != context.input(kData)->dtype) {
    return absl::InvalidArgumentError("zero_point and data have different element types");
  }
  if (DTypeSize(context.input(kData)->dtype) > 4 || context.input(kData)->dtype == DType::kUInt32) {
    return absl::InvalidArgumentError(absl::StrCat("data has element type ",
                                                   DTypeName(context.input(kData)->dtype),
                                                   ", expected int32 or an integer of 8 or 16 bits"));
  }
  BATON_RETURN_IF_ERROR(RequireScales(context, ScalesOf(attrs)));
  result->push_back({attrs.dtype, context.input(kData)->shape});
  return absl::OkStatus();
}

template <typename Q, typename T>
void DequantizeRow(const ScaledRow& row, const Q* x, const float* scales, const int32_t* zero_points, T* y) {
  for (int64_t i = 0; i < row.count; ++i) {
    const int64_t difference =
        static_cast<int64_t>(x[i]) - zero_points[row.zero_point + i * row.zero_point_step];
    y[i] = Convert<T>(static_cast<float>(difference) * scales[row.scale + i * row.scale_step]);
  }
}

absl::Status DequantizeLinearKernel(const DequantizeLinearAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  if (data.num_elements() == 0) return absl::OkStatus();
  const ScalePlan plan(ScalesOf(attrs), data, *call.inputs[kScale], call.inputs[kZeroPoint]);
  BATON_ASSIGN_OR_RETURN(const Copied<float> scales, ScalesAsFloat(call.context, *call.inputs[kScale]));
  BATON_ASSIGN_OR_RETURN(const Copied<int32_t> zeros, ZeroPointsAsInt(call.context, call.inputs[kZeroPoint]));
  return VisitDTypeIn<DTypeSet::kInteger>(data.dtype, [&](auto quantized) {
    using Q = decltype(quantized);
    return VisitDTypeIn<DTypeSet::kFloat>(attrs.dtype, [&](auto element) {
      using T = decltype(element);
      plan.ForEachRow([&](const ScaledRow& row) {
        DequantizeRow(row, data.As<Q>() + row.begin, scales.data, zeros.data,
                      call.outputs[0]->As<T>() + row.begin);
      });
      return absl::OkStatus();
    });
  });
}

}  // namespace

const OpDef& DequantizeLinear() {
  static const OpDef& def = *new OpDef(MakeOp<DequantizeLinearAttrs>(
      {.name = "dequantize_linear",
       .doc = "(data - zero_point) * scale, computed in float32. A scale of NaN is an error. Source: ONNX "
              "DequantizeLinear-25.",
       .attrs = {{"axis", &DequantizeLinearAttrs::axis,
                  "the axis of several scales; negative counts from the end"},
                 {"block_size", &DequantizeLinearAttrs::block_size,
                  "elements along the axis that share a scale; 0: all of the other axes do"},
                 {"dtype", &DequantizeLinearAttrs::dtype, "element type of the result"}},
       .inputs = {"data", "scale", InputDef("zero_point").Optional()},
       .type = DequantizeLinearType,
       .check_attrs = CheckDequantizeLinearAttrs,
       .kernels = {{"portable", DequantizeLinearKernel}}}));
  return def;
}

}  // namespace baton
