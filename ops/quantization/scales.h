// Scales and zero points of quantize_linear and dequantize_linear: which one belongs to an element. There is
// one for the tensor, one per extent of an axis, or one per block of an axis. Source: ONNX QuantizeLinear-25.
#pragma once

#include "absl/status/statusor.h"
#include "ops/op_def.h"

namespace baton {

struct ScaleAttrs {
  int64_t axis, block_size;
};

template <typename Attrs>
ScaleAttrs ScalesOf(const Attrs& attrs) {
  return {attrs.axis, attrs.block_size};
}

absl::Status CheckScaleAttrs(const ScaleAttrs& attrs);

// Inputs 0, 1, 2: data, scales and optional zero points, each of a shape that suits data. The axis matters
// only where there is more than one scale. Errors: InvalidArgument "extents of scale and of data ...".
absl::Status RequireScales(TypeContext& context, const ScaleAttrs& attrs);

// Elements [begin, begin + count) of data; element i of them has scale number scale + i * scale_step.
struct ScaledRow {
  int64_t begin, count;
  int64_t scale, scale_step;
  int64_t zero_point, zero_point_step;
};

// Data cut at the axis, and the places of scales (or zero points) in it.
class ScalePlan {
 public:
  // REQUIRES: RequireScales; data has elements.
  ScalePlan(const ScaleAttrs& attrs, const TensorObject& data, const TensorObject& scales,
            const TensorObject* zero_points);

  // Calls `visit(row)` for all of data, in order.
  template <typename Visit>
  void ForEachRow(const Visit& visit) const {
    ScaledRow row{0, inner_, 0, scales_.inner_stride, 0, zero_points_.inner_stride};
    for (int64_t outer = 0; outer < outer_; ++outer) {
      for (int64_t i = 0; i < extent_; ++i, row.begin += inner_) {
        row.scale = scales_.At(outer, i);
        row.zero_point = zero_points_.At(outer, i);
        visit(row);
      }
    }
  }

 private:
  struct Places {
    int64_t block = 1;  // elements along the axis that share one
    int64_t outer_stride = 0, axis_stride = 0, inner_stride = 0;
    int64_t At(int64_t outer, int64_t i) const { return outer * outer_stride + i / block * axis_stride; }
  };
  Places PlacesOf(const ScaleAttrs& attrs, int axis, const TensorObject& tensor) const;

  int64_t outer_ = 1, extent_ = 1, inner_ = 1;
  Places scales_, zero_points_;
};

// Copies in scratch memory, in one type for all that models use. Zero points: null is a single 0. Errors:
// ResourceExhausted.
template <typename T>
struct Copied {
  const T* data;
  int64_t count;
  // For one element, or one for each of several things that follow each other.
  T Cyclic(int64_t i) const { return data[i % count]; }
};
// Errors: InvalidArgument for a scale that is NaN. Channels of zeros may have a scale of 0.
absl::StatusOr<Copied<float>> ScalesAsFloat(KernelContext& context, const TensorObject& scales);
// The same of scales to divide by. Errors also: a scale of 0.
absl::StatusOr<Copied<float>> DivisorsAsFloat(KernelContext& context, const TensorObject& scales);
absl::StatusOr<Copied<int32_t>> ZeroPointsAsInt(KernelContext& context, const TensorObject* zero_points);

}  // namespace baton
