#include <algorithm>
#include <cmath>

#include "ops/elementwise/kernels.h"
#include "ops/image/resample.h"

namespace baton {
namespace {

enum Input { kData, kGrid };
enum class Padding { kZeros, kBorder, kReflection };

struct GridSampleAttrs {
  std::string method = "bilinear";
  std::string padding_mode = "zeros";
  bool align_corners = true;
};

std::optional<ResizeMethod> MethodFromName(absl::string_view name) {
  if (name == "nearest") return ResizeMethod::kNearest;
  if (name == "bilinear") return ResizeMethod::kLinear;
  if (name == "bicubic") return ResizeMethod::kCubic;
  return std::nullopt;
}

std::optional<Padding> PaddingFromName(absl::string_view name) {
  if (name == "zeros") return Padding::kZeros;
  if (name == "border") return Padding::kBorder;
  if (name == "reflection") return Padding::kReflection;
  return std::nullopt;
}

absl::Status CheckGridSampleAttrs(const GridSampleAttrs& attrs) {
  if (!MethodFromName(attrs.method)) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'method' is '", attrs.method, "', expected nearest, bilinear or bicubic"));
  }
  if (PaddingFromName(attrs.padding_mode)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("attribute 'padding_mode' is '", attrs.padding_mode,
                                                 "', expected zeros, border or reflection"));
}

absl::Status GridSampleType(TypeContext& context, const GridSampleAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  const TensorType& data = *context.input(kData);
  const Shape& grid = context.input(kGrid)->shape;
  for (const Shape* shape : {&data.shape, &grid}) {
    if (!shape->has_rank() || shape->rank() == 4 || shape->rank() == 5) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("data or grid has rank ", shape->rank(), ", expected 4 or 5"));
  }
  if (!context.AllRanked()) return result->push_back({data.dtype, Shape::Unranked()}), absl::OkStatus();
  BATON_RETURN_IF_ERROR(RequireRank(context, kGrid, data.shape.rank(), "grid"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(grid[0], data.shape[0], "batches of grid and data"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(grid[1], Dim(data.shape.rank() - 2),
                                             "coordinates of grid and spatial axes of data"));
  Dims dims = grid.dims();
  dims[1] = data.shape[1];
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// A place or coordinate outside [low, high] mirrored back into it.
double Reflect(double x, double low, double high) {
  const double span = high - low;
  if (span <= 0) return low;
  const double distance = std::fmod(std::abs(x - low), 2 * span);
  return low + (distance > span ? 2 * span - distance : distance);
}

// How one axis is sampled.
struct Sampler {
  ResizeMethod method;
  Padding padding;
  bool align_corners;

  // A coordinate of the grid, -1 to 1, in pixels. Kept in a range in which arithmetic is exact; NaN lies
  // outside.
  double Pixel(double x, int64_t extent) const {
    constexpr double kFar = 1e9;
    const double n = static_cast<double>(extent);
    const double pixel = align_corners ? (x + 1) / 2 * (n - 1) : ((x + 1) * n - 1) / 2;
    return pixel > -kFar ? std::min(pixel, kFar) : -kFar;
  }

  double Pad(double x, int64_t extent) const {
    const double last = static_cast<double>(extent - 1);
    if (padding == Padding::kZeros) return x;
    if (padding == Padding::kReflection) {
      x = align_corners ? Reflect(x, 0, last) : Reflect(x, -0.5, last + 0.5);
    }
    return std::clamp(x, 0.0, last);
  }

  // Places outside have no weight.
  PlaceTaps Sample(double x, int64_t extent) const {
    PlaceTaps taps{};
    double pixel = Pixel(x, extent);
    if (method != ResizeMethod::kCubic) pixel = Pad(pixel, extent);
    const double floor = std::floor(pixel);
    double first = floor;
    taps.count = 2;
    taps.weights[1] = pixel - floor;
    taps.weights[0] = 1 - taps.weights[1];
    if (method == ResizeMethod::kNearest) {
      first = std::nearbyint(pixel);
      taps.count = 1;
      taps.weights[0] = 1;
    } else if (method == ResizeMethod::kCubic) {
      first = floor - 1;
      taps.count = 4;
      CubicWeights(/*alpha=*/-0.75, pixel - floor, taps.weights);
    }
    for (int i = 0; i < taps.count; ++i) {
      double place = first + i;
      if (method == ResizeMethod::kCubic) place = Pad(place, extent);
      if (!(place >= 0 && place <= static_cast<double>(extent - 1))) taps.weights[i] = place = 0;
      taps.places[i] = static_cast<int64_t>(place);
    }
    return taps;
  }
};

// The pixels of a channel that make one element, and their weights: the product of the axes' taps.
struct Neighbours {
  static constexpr int kMax = kMaxTaps * kMaxTaps * kMaxTaps;
  int count = 1;
  int64_t offsets[kMax] = {0};
  double weights[kMax] = {1};

  void Extend(const PlaceTaps& taps, int64_t extent) {
    // From the back, as each entry grows to taps.count entries in place.
    for (int i = count; i-- > 0;) {
      const int64_t offset = offsets[i] * extent;
      const double weight = weights[i];
      for (int k = taps.count; k-- > 0;) {
        offsets[i * taps.count + k] = offset + taps.places[k];
        weights[i * taps.count + k] = weight * taps.weights[k];
      }
    }
    count *= taps.count;
  }
};

template <typename T>
void SampleAll(const GridSampleAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  const TensorObject& grid = *call.inputs[kGrid];
  const Sampler sampler = {*MethodFromName(attrs.method), *PaddingFromName(attrs.padding_mode),
                           attrs.align_corners};
  const int spatial = data.rank - 2;
  int64_t from = 1, to = 1;  // pixels of an image of data and of the result
  for (int i = 2; i < data.rank; ++i) from *= data.dims[i], to *= grid.dims[i];
  const int64_t channels = data.dims[1];
  for (int64_t i = 0; i < data.dims[0] * to; ++i) {
    const int64_t batch = i / to, pixel = i % to;
    Neighbours neighbours;
    for (int axis = 0; axis < spatial; ++axis) {
      // The grid gives x first, which is the last axis.
      const T x = grid.As<T>()[(batch * spatial + spatial - 1 - axis) * to + pixel];
      neighbours.Extend(sampler.Sample(Convert<double>(x), data.dims[2 + axis]), data.dims[2 + axis]);
    }
    for (int64_t c = 0; c < channels; ++c) {
      const T* image = data.As<T>() + (batch * channels + c) * from;
      double sum = 0;
      for (int k = 0; k < neighbours.count; ++k) {
        // Without weight a pixel does not count, not even one that is NaN.
        if (neighbours.weights[k] != 0)
          sum += neighbours.weights[k] * Convert<double>(image[neighbours.offsets[k]]);
      }
      call.outputs[0]->As<T>()[(batch * channels + c) * to + pixel] = Convert<T>(sum);
    }
  }
}

absl::Status GridSampleKernel(const GridSampleAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  if (data.num_elements() == 0) return absl::InvalidArgumentError("data has no pixels to sample");
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    SampleAll<decltype(element)>(attrs, call);
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& GridSample() {
  static const OpDef& def = *new OpDef(MakeOp<GridSampleAttrs>(
      {.name = "image.grid_sample",
       .doc = "data (NCHW or NCDHW) sampled at the places that grid [N, 2, H, W] or [N, 3, D, H, W] names: "
              "x, y(, z) "
              "from -1 to 1. Source: torch.nn.functional.grid_sample; ONNX GridSample-20, whose grid has the "
              "coordinates last.",
       .attrs = {{"method", &GridSampleAttrs::method, "nearest, bilinear or bicubic"},
                 {"padding_mode", &GridSampleAttrs::padding_mode,
                  "what lies outside: zeros, border or reflection"},
                 {"align_corners", &GridSampleAttrs::align_corners,
                  "-1 and 1 are the centres of the corner pixels, else their outer edges"}},
       .inputs = {"data", "grid"},
       .type = GridSampleType,
       .check_attrs = CheckGridSampleAttrs,
       .kernels = {{"portable", GridSampleKernel}}}));
  return def;
}

}  // namespace baton
