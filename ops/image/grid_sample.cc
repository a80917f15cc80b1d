#include <algorithm>
#include <cmath>

#include "ops/elementwise/kernels.h"
#include "ops/image/resample.h"
#include "ops/op_cost.h"
#include "ops/tensor/number.h"

namespace baton {
namespace {

enum Input { kData, kGrid };
enum class Padding { kZeros, kBorder, kReflection };

struct GridSampleAttrs {
  std::string method = "bilinear";
  std::string padding_mode = "zeros";
  bool align_corners = true;
  bool coordinates_last = false;
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

// The axis of the grid that has the coordinates.
int CoordinateAxis(const GridSampleAttrs& attrs, int rank) {
  return attrs.coordinates_last ? rank - 1 : 1;
}

absl::Status GridSampleType(TypeContext& context, const GridSampleAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kGrid, DTypeSet::kFloat));
  const TensorType& data = *context.input(kData);
  const Shape& grid = context.input(kGrid)->shape;
  for (const Shape* shape : {&data.shape, &grid}) {
    if (!shape->has_rank() || shape->rank() >= 3) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("data or grid has rank ", shape->rank(), ", expected 3 or more"));
  }
  if (!context.AllRanked()) return result->push_back({data.dtype, Shape::Unranked()}), absl::OkStatus();
  const int rank = data.shape.rank();
  const int coordinates = CoordinateAxis(attrs, rank);
  BATON_RETURN_IF_ERROR(RequireRank(context, kGrid, rank, "grid"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(grid[0], data.shape[0], "batches of grid and data"));
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(grid[coordinates], Dim(rank - 2), "coordinates of grid and spatial axes of data"));
  Dims dims = {data.shape[0], data.shape[1]};
  for (int axis = 1; axis < rank; ++axis) {
    if (axis != coordinates) dims.push_back(grid[axis]);
  }
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

constexpr int kMaxTaps = 4;
// The places of one axis that make one element, and their weights.
struct PlaceTaps {
  int count = 0;
  int64_t places[kMaxTaps];
  double weights[kMaxTaps];
};

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
  int64_t count = 0;
  int64_t* offsets;
  double* weights;

  // `spatial` axes have at most this many.
  static int64_t MaxCount(int spatial) { return int64_t{1} << (2 * spatial); }

  void Reset() {
    count = 1;
    offsets[0] = 0;
    weights[0] = 1;
  }
  void Extend(const PlaceTaps& taps, int64_t extent) {
    // From the back, as each entry grows to taps.count entries in place.
    for (int64_t i = count; i-- > 0;) {
      const int64_t offset = offsets[i] * extent;
      const double weight = weights[i];
      for (int k = taps.count; k-- > 0;) {
        offsets[i * taps.count + k] = offset + taps.places[k];
        weights[i * taps.count + k] = weight * taps.weights[k];
      }
    }
    count *= taps.count;
  }

  // An element of `image`.
  template <typename T>
  T Sum(const T* image) const {
    // A pixel as it is, which a sum would round when it is a large integer.
    if (count == 1 && weights[0] == 1) return image[offsets[0]];
    double sum = 0;
    for (int64_t k = 0; k < count; ++k) {
      // Without weight a pixel does not count, not even one that is NaN.
      if (weights[k] != 0) sum += weights[k] * Convert<double>(image[offsets[k]]);
    }
    return Convert<T>(sum);
  }
};

// Coordinate `axis` of pixel `pixel` of an image of `pixels` of the grid.
double GridCoordinate(const GridSampleAttrs& attrs, const TensorObject& grid, int64_t batch, int64_t pixels,
                      int64_t pixel, int axis) {
  const int spatial = grid.rank - 2;
  // The grid gives x first, which is the last axis.
  const int64_t coordinate = spatial - 1 - axis;
  return NumberAt(grid, attrs.coordinates_last ? (batch * pixels + pixel) * spatial + coordinate
                                               : (batch * spatial + coordinate) * pixels + pixel);
}

template <typename T>
void SampleAll(const GridSampleAttrs& attrs, Neighbours& neighbours, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  const TensorObject& grid = *call.inputs[kGrid];
  TensorObject& result = *call.outputs[0];
  const Sampler sampler = {*MethodFromName(attrs.method), *PaddingFromName(attrs.padding_mode),
                           attrs.align_corners};
  int64_t from = 1, to = 1;  // pixels of an image of data and of the result
  for (int i = 2; i < data.rank; ++i) from *= data.dims[i], to *= result.dims[i];
  const int64_t channels = data.dims[1];
  for (int64_t i = 0; i < data.dims[0] * to; ++i) {
    const int64_t batch = i / to, pixel = i % to;
    neighbours.Reset();
    for (int axis = 0; axis < data.rank - 2; ++axis) {
      const double x = GridCoordinate(attrs, grid, batch, to, pixel, axis);
      neighbours.Extend(sampler.Sample(x, data.dims[2 + axis]), data.dims[2 + axis]);
    }
    for (int64_t image = batch * channels; image < (batch + 1) * channels; ++image) {
      result.As<T>()[image * to + pixel] = neighbours.Sum(data.As<T>() + image * from);
    }
  }
}

absl::Status GridSampleKernel(const GridSampleAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  if (data.num_elements() == 0) return absl::InvalidArgumentError("data has no pixels to sample");
  const int64_t count = Neighbours::MaxCount(data.rank - 2);
  Neighbours neighbours;
  neighbours.offsets = static_cast<int64_t*>(call.context.Scratch(count * sizeof(int64_t)));
  neighbours.weights = static_cast<double*>(call.context.Scratch(count * sizeof(double)));
  if (neighbours.offsets == nullptr || neighbours.weights == nullptr)
    return absl::ResourceExhaustedError("no memory for the weights");
  return VisitDTypeIn<DTypeSet::kAny>(data.dtype, [&](auto element) {
    SampleAll<decltype(element)>(attrs, neighbours, call);
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& GridSample() {
  static const OpDef& def = *new OpDef(MakeOp<GridSampleAttrs>(
      {.name = "image.grid_sample",
       .doc = "data [N, C, spatial...] sampled at the places that grid names, which has an axis of as many "
              "coordinates as there are spatial axes: x, y, z ... from -1 to 1, the last axis of data first. "
              "Source: torch.nn.functional.grid_sample; ONNX GridSample-20.",
       .attrs = {{"method", &GridSampleAttrs::method,
                  "nearest, bilinear or bicubic, over any number of axes"},
                 {"padding_mode", &GridSampleAttrs::padding_mode,
                  "what lies outside: zeros, border or reflection"},
                 {"align_corners", &GridSampleAttrs::align_corners,
                  "-1 and 1 are the centres of the corner pixels, else their outer edges"},
                 {"coordinates_last", &GridSampleAttrs::coordinates_last,
                  "grid is [N, spatial..., coordinates], else [N, coordinates, spatial...]"}},
       .inputs = {"data", "grid"},
       .type = GridSampleType,
       .check_attrs = CheckGridSampleAttrs,
       .flops = FlopsPerResult<GridSampleAttrs, 200>,
       .kernels = {{"portable", GridSampleKernel}}}));
  return def;
}

}  // namespace baton
