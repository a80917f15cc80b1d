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

enum class RoundingMethod { kRound, kRoundPreferFloor, kRoundPreferCeil, kFloor, kCeil };

struct ResampleOptions {
  ResizeMethod method = ResizeMethod::kLinear;
  CoordinateMode coordinates = CoordinateMode::kHalfPixel;
  RoundingMethod rounding = RoundingMethod::kRound;
  double cubic_alpha = -0.5;
  bool cubic_exclude = false;  // leave out what lies outside, instead of repeating the border
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
// The whole number that `coordinate` stands for.
double RoundCoordinate(RoundingMethod method, double coordinate);

inline constexpr int kMaxTaps = 4;
// The input places (all inside) and weights of one place of the result.
struct PlaceTaps {
  int count = 0;  // 0: outside of the input, where kTfCropAndResize takes a fixed value
  int64_t places[kMaxTaps];
  double weights[kMaxTaps];
};

// taps[i] for every i < axis.out. REQUIRES: axis.in > 0.
void MakeTaps(const ResampleOptions& options, const ResampleAxis& axis, absl::Span<PlaceTaps> taps);

// The four weights of the cubic with parameter `alpha` at `fraction` in [0, 1) past the second. Source: Keys,
// "Cubic Convolution Interpolation for Digital Image Processing", IEEE TASSP 29(6), 1981.
void CubicWeights(double alpha, double fraction, double* weights);

}  // namespace baton
