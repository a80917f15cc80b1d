#include "ops/image/resample.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/core/status.h"

namespace baton {
namespace {

template <typename E>
struct Name {
  absl::string_view name;
  E value;
};

constexpr Name<ResizeMethod> kMethods[] = {{"nearest_neighbor", ResizeMethod::kNearest},
                                           {"linear", ResizeMethod::kLinear},
                                           {"cubic", ResizeMethod::kCubic}};
constexpr Name<CoordinateMode> kCoordinateModes[] = {
    {"half_pixel", CoordinateMode::kHalfPixel},
    {"half_pixel_symmetric", CoordinateMode::kHalfPixelSymmetric},
    {"pytorch_half_pixel", CoordinateMode::kPytorchHalfPixel},
    {"tf_half_pixel_for_nn", CoordinateMode::kTfHalfPixelForNn},
    {"align_corners", CoordinateMode::kAlignCorners},
    {"asymmetric", CoordinateMode::kAsymmetric},
    {"tf_crop_and_resize", CoordinateMode::kTfCropAndResize}};
constexpr Name<RoundingMethod> kRoundingMethods[] = {
    {"round", RoundingMethod::kRound},
    {"round_prefer_floor", RoundingMethod::kRoundPreferFloor},
    {"round_prefer_ceil", RoundingMethod::kRoundPreferCeil},
    {"floor", RoundingMethod::kFloor},
    {"ceil", RoundingMethod::kCeil},
    {"floor_or_ceil", RoundingMethod::kFloorOrCeil}};

template <typename E, size_t n>
absl::StatusOr<E> Find(const Name<E> (&names)[n], absl::string_view attribute, absl::string_view name) {
  for (const Name<E>& entry : names) {
    if (entry.name == name) return entry.value;
  }
  const auto append_name = [](std::string* out, const Name<E>& entry) { out->append(entry.name.data()); };
  return absl::InvalidArgumentError(absl::StrCat("attribute '", attribute, "' is '", name, "', expected ",
                                                 absl::StrJoin(names, " or ", append_name)));
}

// `x` of the result's places in places of the input.
double Shrink(const ResampleAxis& axis, double x) {
  // A given scale divides in float, as the models that give one were trained and tested with.
  if (axis.scale) return static_cast<float>(x) / *axis.scale;
  return x * static_cast<double>(axis.in) / static_cast<double>(axis.out);
}

// The extent that the result would have if it need not be whole.
double ScaledExtent(const ResampleAxis& axis) {
  return axis.scale ? static_cast<double>(axis.in) * *axis.scale : static_cast<double>(axis.out);
}

// NaN, of a scale that float cannot divide by, is the first place.
int64_t ClampPlace(double place, int64_t extent) {
  return place > 0 ? static_cast<int64_t>(std::min(place, static_cast<double>(extent - 1))) : 0;
}

// More taps per place than this are refused: a model that asks for them means something else.
constexpr double kMaxTapsPerPlace = 1 << 20;

// The factor by which an antialiasing filter is stretched: none where the axis grows.
double FilterScale(const ResampleOptions& options, const ResampleAxis& axis) {
  if (!options.antialias) return 1;
  const double scale = ScaledExtent(axis) / static_cast<double>(axis.in);
  return std::min(scale, 1.0);
}

// The weight of what lies `distance` from the coordinate.
double FilterWeight(const ResampleOptions& options, double distance) {
  const double t = std::abs(distance);
  if (options.method == ResizeMethod::kLinear) return std::max(1 - t, 0.0);
  const double alpha = options.cubic_alpha;
  if (t <= 1) return ((alpha + 2) * t - (alpha + 3)) * t * t + 1;
  return t < 2 ? ((alpha * t - 5 * alpha) * t + 8 * alpha) * t - 4 * alpha : 0;
}

// The whole number that `coordinate` stands for.
double RoundCoordinate(RoundingMethod method, bool shrinks, double coordinate) {
  switch (method) {
    case RoundingMethod::kRound:
      return std::round(coordinate);
    case RoundingMethod::kRoundPreferFloor:
      return std::ceil(coordinate - 0.5);
    case RoundingMethod::kRoundPreferCeil:
      return std::floor(coordinate + 0.5);
    case RoundingMethod::kFloor:
      return std::floor(coordinate);
    case RoundingMethod::kCeil:
      return std::ceil(coordinate);
    case RoundingMethod::kFloorOrCeil:
      return shrinks ? std::ceil(coordinate) : std::floor(coordinate);
  }
  return coordinate;
}

void NearestTap(const ResampleOptions& options, const ResampleAxis& axis, double coordinate,
                absl::Span<Tap> taps) {
  const bool shrinks = ScaledExtent(axis) < static_cast<double>(axis.in);
  taps[0] = {ClampPlace(RoundCoordinate(options.rounding, shrinks, coordinate), axis.in), 1};
}

// Places around the coordinate, as many before it as after.
void FilterTaps(const ResampleOptions& options, const ResampleAxis& axis, double coordinate,
                absl::Span<Tap> taps) {
  const double scale = FilterScale(options, axis);
  // The coordinate lies in (middle, middle + 1]; without antialiasing a whole one may as well be the first.
  const double middle = options.antialias ? std::ceil(coordinate) - 1 : std::floor(coordinate);
  const double first = middle + 1 - static_cast<double>(taps.size() / 2);
  double sum = 0;
  for (size_t i = 0; i < taps.size(); ++i) {
    const double place = first + static_cast<double>(i);
    const bool inside = place >= 0 && place < static_cast<double>(axis.in);
    const bool counts = inside || !options.cubic_exclude;
    taps[i].place = ClampPlace(place, axis.in);
    taps[i].weight = counts ? FilterWeight(options, (place - coordinate) * scale) : 0;
    sum += taps[i].weight;
  }
  if (sum == 0 || !(options.antialias || options.cubic_exclude)) return;
  for (Tap& tap : taps) tap.weight /= sum;
}

}  // namespace

absl::StatusOr<ResampleOptions> MakeResampleOptions(absl::string_view method, absl::string_view coordinates,
                                                    absl::string_view rounding) {
  ResampleOptions options;
  BATON_ASSIGN_OR_RETURN(options.method, Find(kMethods, "method", method));
  BATON_ASSIGN_OR_RETURN(options.coordinates,
                         Find(kCoordinateModes, "coordinate_transformation_mode", coordinates));
  BATON_ASSIGN_OR_RETURN(options.rounding, Find(kRoundingMethods, "rounding_method", rounding));
  return options;
}

double InputCoordinate(CoordinateMode mode, const ResampleAxis& axis, int64_t i) {
  const double x = static_cast<double>(i);
  const double in = static_cast<double>(axis.in), out = static_cast<double>(axis.out);
  switch (mode) {
    case CoordinateMode::kHalfPixel:
      return Shrink(axis, x + 0.5) - 0.5;
    case CoordinateMode::kHalfPixelSymmetric: {
      const double adjustment = out / ScaledExtent(axis);
      return in / 2 * (1 - adjustment) + Shrink(axis, x + 0.5) - 0.5;
    }
    case CoordinateMode::kPytorchHalfPixel:
      return axis.out > 1 ? Shrink(axis, x + 0.5) - 0.5 : 0;
    case CoordinateMode::kTfHalfPixelForNn:
      return Shrink(axis, x + 0.5);
    case CoordinateMode::kAlignCorners: {
      const double steps = ScaledExtent(axis) - 1;
      return axis.out > 1 && steps > 0 ? x * (in - 1) / steps : 0;
    }
    case CoordinateMode::kAsymmetric:
      return Shrink(axis, x);
    case CoordinateMode::kTfCropAndResize: {
      const double start = axis.roi_start * (in - 1), end = axis.roi_end * (in - 1);
      return axis.out > 1 ? start + x * (end - start) / (out - 1) : (start + end) / 2;
    }
  }
  return x;
}

absl::StatusOr<int64_t> TapsPerPlace(const ResampleOptions& options, const ResampleAxis& axis) {
  if (options.method == ResizeMethod::kNearest) return 1;
  const double reach = options.method == ResizeMethod::kLinear ? 1 : 2;
  const double taps = 2 * std::ceil(reach / FilterScale(options, axis));
  if (taps <= kMaxTapsPerPlace) return static_cast<int64_t>(taps);
  return absl::InvalidArgumentError(absl::StrCat("antialiasing an axis of ", axis.in, " to ", axis.out,
                                                 " needs ", taps, " taps per place"));
}

void MakeTaps(const ResampleOptions& options, const ResampleAxis& axis, int64_t width, absl::Span<Tap> taps) {
  for (int64_t i = 0; i < axis.out; ++i) {
    const double coordinate = InputCoordinate(options.coordinates, axis, i);
    const absl::Span<Tap> place = taps.subspan(static_cast<size_t>(i * width), static_cast<size_t>(width));
    // Written so that a region of NaN lies outside.
    const bool inside = coordinate >= 0 && coordinate <= static_cast<double>(axis.in - 1);
    if (options.coordinates == CoordinateMode::kTfCropAndResize && !inside) {
      place[0].place = kOutside;
    } else if (options.method == ResizeMethod::kNearest) {
      NearestTap(options, axis, coordinate, place);
    } else {
      FilterTaps(options, axis, coordinate, place);
    }
  }
}

void CubicWeights(double alpha, double fraction, double* weights) {
  const auto near = [&](double t) { return ((alpha + 2) * t - (alpha + 3)) * t * t + 1; };
  const auto far = [&](double t) { return ((alpha * t - 5 * alpha) * t + 8 * alpha) * t - 4 * alpha; };
  weights[0] = far(fraction + 1);
  weights[1] = near(fraction);
  weights[2] = near(1 - fraction);
  weights[3] = far(2 - fraction);
}

}  // namespace baton
