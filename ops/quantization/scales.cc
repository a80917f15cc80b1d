#include "ops/quantization/scales.h"

#include <cmath>

#include "ops/elementwise/convert.h"
#include "ops/nn/axis_split.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

constexpr const char* kNames[] = {"data", "scale", "zero_point"};

// Dims of blocks: those of data, with one extent per block along the axis.
absl::Status RequireBlocks(TypeContext& context, int index, const ScaleAttrs& attrs) {
  const Shape& data = context.input(0)->shape;
  const Shape& scales = context.input(index)->shape;
  BATON_RETURN_IF_ERROR(RequireRank(context, index, data.rank(), kNames[index]));
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank()));
  for (int i = 0; i < data.rank(); ++i) {
    const Dim expected = i == axis ? CeilDiv(data[i], Dim(attrs.block_size)) : data[i];
    BATON_RETURN_IF_ERROR(context.RequireEqual(
        scales[i], expected,
        absl::StrCat("extents of ", kNames[index], " and of data's blocks along axis ", i)));
  }
  return absl::OkStatus();
}

absl::Status RequireScalesOf(TypeContext& context, int index, const ScaleAttrs& attrs) {
  if (!context.HasInput(index) || !context.input(index)->shape.has_rank()) return absl::OkStatus();
  const Shape& data = context.input(0)->shape;
  const Shape& scales = context.input(index)->shape;
  if (attrs.block_size > 0) return data.has_rank() ? RequireBlocks(context, index, attrs) : absl::OkStatus();
  if (scales.rank() == 0 || (scales.rank() == 1 && scales[0] == Dim(1))) return absl::OkStatus();
  BATON_RETURN_IF_ERROR(RequireRank(context, index, 1, kNames[index]));
  if (!data.has_rank()) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank()));
  BATON_ASSIGN_OR_RETURN(const Dim extent, context.BroadcastDim(scales[0], data[axis]));
  return context.RequireEqual(extent, data[axis],
                              absl::StrCat("extents of ", kNames[index], " and of data along axis ", axis));
}

template <typename T>
absl::StatusOr<Copied<T>> CopyAs(KernelContext& context, const TensorObject& tensor) {
  const int64_t n = tensor.num_elements();
  T* copy = static_cast<T*>(context.Scratch(n * sizeof(T)));
  if (copy == nullptr) return absl::ResourceExhaustedError("no memory for scales and zero points");
  VisitDType(tensor.dtype, [&](auto element) {
    using Element = decltype(element);
    for (int64_t i = 0; i < n; ++i) copy[i] = Convert<T>(tensor.As<Element>()[i]);
  });
  return Copied<T>{copy, n};
}

}  // namespace

absl::Status CheckScaleAttrs(const ScaleAttrs& attrs) {
  if (attrs.block_size >= 0 && attrs.block_size <= INT32_MAX) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'block_size' is ", attrs.block_size, ", expected 0 to ", INT32_MAX));
}

absl::Status RequireScales(TypeContext& context, const ScaleAttrs& attrs) {
  BATON_RETURN_IF_ERROR(RequireScalesOf(context, 1, attrs));
  return RequireScalesOf(context, 2, attrs);
}

ScalePlan::Places ScalePlan::PlacesOf(const ScaleAttrs& attrs, int axis, const TensorObject& tensor) const {
  if (attrs.block_size == 0) return {.axis_stride = tensor.num_elements() == 1 ? 0 : 1};
  return {.block = attrs.block_size,
          .outer_stride = tensor.dims[axis] * inner_,
          .axis_stride = inner_,
          .inner_stride = 1};
}

ScalePlan::ScalePlan(const ScaleAttrs& attrs, const TensorObject& data, const TensorObject& scales,
                     const TensorObject* zero_points) {
  const bool one_each =
      scales.num_elements() == 1 && (zero_points == nullptr || zero_points->num_elements() == 1);
  if (one_each) {
    inner_ = data.num_elements();
    return;
  }
  const int axis = FromFront(attrs.axis, data.rank);
  const AxisSplit split(data, axis);
  outer_ = split.outer;
  extent_ = split.extent;
  inner_ = split.inner;
  scales_ = PlacesOf(attrs, axis, scales);
  if (zero_points != nullptr) zero_points_ = PlacesOf(attrs, axis, *zero_points);
}

absl::StatusOr<Copied<float>> ScalesAsFloat(KernelContext& context, const TensorObject& scales) {
  BATON_ASSIGN_OR_RETURN(const Copied<float> copied, CopyAs<float>(context, scales));
  for (int64_t i = 0; i < copied.count; ++i) {
    if (std::isnan(copied.data[i]))
      return absl::InvalidArgumentError(absl::StrCat("scale ", i, " is NaN, expected a number"));
  }
  return copied;
}

absl::StatusOr<Copied<float>> DivisorsAsFloat(KernelContext& context, const TensorObject& scales) {
  BATON_ASSIGN_OR_RETURN(const Copied<float> copied, ScalesAsFloat(context, scales));
  for (int64_t i = 0; i < copied.count; ++i) {
    if (copied.data[i] == 0)
      return absl::InvalidArgumentError(absl::StrCat("scale ", i, " is 0, and values are divided by it"));
  }
  return copied;
}

absl::StatusOr<Copied<int32_t>> ZeroPointsAsInt(KernelContext& context, const TensorObject* zero_points) {
  static constexpr int32_t kZero = 0;
  if (zero_points == nullptr) return Copied<int32_t>{&kZero, 1};
  return CopyAs<int32_t>(context, *zero_points);
}

}  // namespace baton
