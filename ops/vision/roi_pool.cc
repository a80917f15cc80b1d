#include <cmath>

#include "ops/elementwise/arithmetic.h"
#include "ops/vision/roi.h"

namespace baton {
namespace {

struct RoiPoolAttrs {
  std::vector<int64_t> pooled_size;
  double spatial_scale = 1;
};

absl::Status CheckRoiPoolAttrs(const RoiPoolAttrs& attrs) {
  return CheckPooledSize(attrs.pooled_size);
}

absl::Status RoiPoolType(TypeContext& context, const RoiPoolAttrs& attrs, TensorTypes* result) {
  return RoiType(context, attrs.pooled_size, result);
}

struct Range {
  int64_t begin, end;
};

// The pixels of bin `bin` of `num_bins` along an axis; neighbours may share one.
Range BinPixels(double start, double end, int64_t extent, int64_t bin, int64_t num_bins) {
  const int64_t first = Convert<int32_t>(std::round(start));
  const int64_t length = std::max<int64_t>(Convert<int32_t>(std::round(end)) - first + 1, 1);
  const double size = static_cast<double>(length) / static_cast<double>(num_bins);
  // The margins undo rounding of the products.
  const double low = std::floor(static_cast<double>(bin) * size + 1e-5) + static_cast<double>(first);
  const double high = std::ceil(static_cast<double>(bin + 1) * size - 1e-5) + static_cast<double>(first);
  const double limit = static_cast<double>(extent);
  return {static_cast<int64_t>(std::clamp(low, 0.0, limit)),
          static_cast<int64_t>(std::clamp(high, 0.0, limit))};
}

// 0 where there are no pixels.
template <typename T>
T GreatestPixel(const T* image, int64_t width, const Range& rows, const Range& columns) {
  if (rows.begin >= rows.end || columns.begin >= columns.end) return T(0);
  ComputeType<T> greatest = -std::numeric_limits<ComputeType<T>>::infinity();
  for (int64_t y = rows.begin; y < rows.end; ++y) {
    for (int64_t x = columns.begin; x < columns.end; ++x)
      greatest = Larger(greatest, Load(image[y * width + x]));
  }
  return T(greatest);
}

template <typename T>
absl::Status PoolRoi(const RoiPoolAttrs& attrs, int64_t index, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  BATON_ASSIGN_OR_RETURN(const Roi roi, RoiAt<T>(call, index));
  const double scale = attrs.spatial_scale;
  const int64_t num_rows = attrs.pooled_size[0], num_columns = attrs.pooled_size[1];
  const int64_t channels = data.dims[1], height = data.dims[2], width = data.dims[3];
  T* y = call.outputs[0]->As<T>() + index * channels * num_rows * num_columns;
  for (int64_t c = 0; c < channels; ++c) {
    const T* image = data.As<T>() + (roi.batch * channels + c) * height * width;
    for (int64_t row = 0; row < num_rows; ++row) {
      const Range rows = BinPixels(roi.box.y1 * scale, roi.box.y2 * scale, height, row, num_rows);
      for (int64_t column = 0; column < num_columns; ++column) {
        const Range columns = BinPixels(roi.box.x1 * scale, roi.box.x2 * scale, width, column, num_columns);
        *y++ = GreatestPixel(image, width, rows, columns);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status RoiPoolKernel(const RoiPoolAttrs& attrs, KernelCall& call) {
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  return VisitDTypeIn<DTypeSet::kFloat>(result.dtype, [&](auto element) {
    for (int64_t i = 0; i < result.dims[0]; ++i) {
      BATON_RETURN_IF_ERROR(PoolRoi<decltype(element)>(attrs, i, call));
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& RoiPool() {
  static const OpDef& def = *new OpDef(MakeOp<RoiPoolAttrs>(
      {.name = "vision.roi_pool",
       .doc =
           "Cuts every region (batch, x1, y1, x2, y2), rounded to whole pixels of data (NCHW), into bins and "
           "takes the greatest pixel of each. Source: Girshick, \"Fast R-CNN\", 2015; ONNX MaxRoiPool-1.",
       .attrs = {{"pooled_size", &RoiPoolAttrs::pooled_size, "bins: height, width", /*required=*/true},
                 {"spatial_scale", &RoiPoolAttrs::spatial_scale, "pixels of data per pixel of the regions"}},
       .inputs = {"data", "rois"},
       .type = RoiPoolType,
       .check_attrs = CheckRoiPoolAttrs,
       .kernels = {{"portable", RoiPoolKernel}}}));
  return def;
}

}  // namespace baton
