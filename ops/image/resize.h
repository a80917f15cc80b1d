// image.resize: its attributes and type rule (resize_type.cc), which the kernel (resize.cc) shares.
#pragma once

#include <string>
#include <vector>

#include "ops/image/resample.h"
#include "ops/op_def.h"
#include "ops/type_relations.h"

namespace baton {

enum ResizeInput { kData, kSizes, kRoi, kScales };
enum class Aspect { kStretch, kNotLarger, kNotSmaller };

struct ResizeAttrs {
  std::vector<int64_t> axes;
  std::vector<double> scales;
  std::string method = "linear";
  std::string coordinate_transformation_mode = "half_pixel";
  std::string rounding_method = "round";
  double cubic_alpha = -0.5;
  bool cubic_exclude = false;
  double extrapolation_value = 0;
  bool antialias = false;
  std::string keep_aspect_ratio_policy = "stretch";
};

// What attributes mean. Errors: InvalidArgument for names that are not known.
absl::StatusOr<ResampleOptions> OptionsOf(const ResizeAttrs& attrs);
absl::StatusOr<Aspect> AspectOf(const ResizeAttrs& attrs);
inline bool Crops(const ResizeAttrs& attrs) {
  return attrs.coordinate_transformation_mode == "tf_crop_and_resize";
}

absl::Status CheckResizeAttrs(const ResizeAttrs& attrs);
absl::Status CheckScale(double scale);
absl::Status ResizeType(TypeContext& context, const ResizeAttrs& attrs, TensorTypes* result);

// The axes that are resized; all where none are given.
absl::StatusOr<Ints> ResizedAxes(const ResizeAttrs& attrs, int rank);

// floor(extent * scale) in float, as models that give scales were made with. ONNX's text of
// tf_crop_and_resize multiplies by the region's part of the axis too, which neither its reference nor other
// runtimes do.
int64_t Scaled(int64_t extent, double scale);

// The scale that all axes get so that none becomes larger (or smaller) than wanted. REQUIRES: extents > 0.
float CommonScale(Aspect aspect, absl::Span<const int64_t> extents, absl::Span<const int64_t> wanted);

}  // namespace baton
