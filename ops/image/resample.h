// How one axis of an image is resampled: for every place of the result the places of the input that it is
// made of, and their weights. resize applies it axis by axis. Internal to ops/image.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace baton {

enum class ResizeMethod { kNearest, kLinear, kCubic };

enum class CoordinateMode {
  kHalfPixel,
  kHalfPixelSymmetric,
  kPytorchHalfPixel,
  kTfHalfPixelForNn,
  kAlignCorners,
  kAsymmetric,
  kTfCropAndResize,
};

// kFloorOrCeil: kFloor, but kCeil on an axis that shrinks.
enum class RoundingMethod { kRound, kRoundPreferFloor, kRoundPreferCeil, kFloor, kCeil, kFloorOrCeil };

struct ResampleOptions {
  ResizeMethod method = ResizeMethod::kLinear;
  CoordinateMode coordinates = CoordinateMode::kHalfPixel;
  RoundingMethod rounding = RoundingMethod::kRound;
  double cubic_alpha = -0.5;
  bool cubic_exclude = false;  // leave out what lies outside, instead of repeating the border
  bool antialias = false;      // of kLinear and kCubic: an axis that shrinks weighs all it leaves out
};

// From the names that the attributes of image.resize have. Errors: InvalidArgument for others.
absl::StatusOr<ResampleOptions> MakeResampleOptions(absl::string_view method, absl::string_view coordinates,
                                                    absl::string_view rounding);

// An axis: extents of input and result, and what coordinates depend on besides.
struct ResampleAxis {
  int64_t in = 0;
  int64_t out = 0;
  std::optional<float> scale;  // as the model gives it; else out / in
  double roi_start = 0;        // kTfCropAndResize: the part of the input, in [0, 1]
  double roi_end = 1;
};

// Where place `i` of the result lies in the input. Source: ONNX Resize-19.
double InputCoordinate(CoordinateMode mode, const ResampleAxis& axis, int64_t i);
// A place of the input and its weight in one place of the result.
struct Tap {
  int64_t place = 0;  // inside; kOutside in the first tap of what kTfCropAndResize gives a fixed value
  double weight = 0;
};
inline constexpr int64_t kOutside = -1;

// The number of taps that each place of the result has. Errors: InvalidArgument for an antialiased axis that
// shrinks too far.
absl::StatusOr<int64_t> TapsPerPlace(const ResampleOptions& options, const ResampleAxis& axis);

// The taps of place i are taps[i * width] to taps[i * width + width - 1]. REQUIRES: `width` is TapsPerPlace,
// axis.in > 0.
void MakeTaps(const ResampleOptions& options, const ResampleAxis& axis, int64_t width, absl::Span<Tap> taps);

// The four weights of the cubic with parameter `alpha` at `fraction` in [0, 1) past the second. Source: Keys,
// "Cubic Convolution Interpolation for Digital Image Processing", IEEE TASSP 29(6), 1981.
void CubicWeights(double alpha, double fraction, double* weights);

}  // namespace baton
