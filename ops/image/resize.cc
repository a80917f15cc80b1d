#include <algorithm>
#include <cmath>
#include <numeric>

#include "ops/elementwise/kernels.h"
#include "ops/image/resample.h"
#include "ops/tensor/number.h"

namespace baton {
namespace {

enum Input { kData, kSizes, kRoi };

struct ResizeAttrs {
  std::vector<int64_t> axes;
  std::vector<double> scales;
  std::string method = "linear";
  std::string coordinate_transformation_mode = "half_pixel";
  std::string rounding_method = "round";
  double cubic_alpha = -0.5;
  bool cubic_exclude = false;
  double extrapolation_value = 0;
};

absl::StatusOr<ResampleOptions> OptionsOf(const ResizeAttrs& attrs) {
  BATON_ASSIGN_OR_RETURN(
      ResampleOptions options,
      MakeResampleOptions(attrs.method, attrs.coordinate_transformation_mode, attrs.rounding_method));
  options.cubic_alpha = attrs.cubic_alpha;
  options.cubic_exclude = attrs.cubic_exclude;
  return options;
}

absl::Status CheckResizeAttrs(const ResizeAttrs& attrs) {
  BATON_RETURN_IF_ERROR(OptionsOf(attrs).status());
  for (double scale : attrs.scales) {
    if (scale > 0 && std::isfinite(scale)) continue;
    return absl::InvalidArgumentError(absl::StrCat("scale ", scale, " is not positive"));
  }
  return absl::OkStatus();
}

// floor(extent * scale), when that can be said: of a constant, or with a scale in eighths.
Dim ScaledExtent(TypeContext& context, const Dim& extent, double scale) {
  const double eighths = scale * 8;
  if (extent.is_constant()) {
    const float scaled = std::floor(static_cast<float>(extent.value()) * static_cast<float>(scale));
    return FloatToInteger<int64_t>(scaled);
  }
  if (eighths != std::floor(eighths) || eighths > 1e6) return context.FreshDim("extent");
  const int64_t numerator = static_cast<int64_t>(eighths);
  const int64_t common = std::gcd(numerator, int64_t{8});
  return FloorDiv(extent * Dim(numerator / common), Dim(8 / common));
}

// The axes that are resized; all where none are given.
absl::StatusOr<Ints> ResizedAxes(const ResizeAttrs& attrs, int rank) {
  BATON_ASSIGN_OR_RETURN(Ints axes, NormalizeAxes(attrs.axes, rank));
  for (int i = 0; attrs.axes.empty() && i < rank; ++i) axes.push_back(i);
  if (!attrs.scales.empty() && attrs.scales.size() != axes.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'scales' has ", attrs.scales.size(), " elements for ", axes.size(), " axes"));
  }
  return axes;
}

absl::Status CheckLength(TypeContext& context, int index, int64_t expected, absl::string_view what) {
  const Shape& shape = context.input(index)->shape;
  BATON_RETURN_IF_ERROR(RequireRank(context, index, 1, what));
  if (!shape.has_rank()) return absl::OkStatus();
  return context.RequireEqual(shape[0], Dim(expected),
                              absl::StrCat("elements of ", what, " and those expected"));
}

absl::StatusOr<Shape> ResizeShape(TypeContext& context, const ResizeAttrs& attrs) {
  const Shape& data = context.input(kData)->shape;
  if (!context.HasInput(kSizes) && attrs.scales.empty()) {
    return absl::InvalidArgumentError("neither sizes nor scales are given");
  }
  if (!data.has_rank()) return Shape::Unranked();
  BATON_ASSIGN_OR_RETURN(const Ints axes, ResizedAxes(attrs, data.rank()));
  const int64_t count = static_cast<int64_t>(axes.size());
  const std::vector<Dim>* sizes = nullptr;
  if (context.HasInput(kSizes)) {
    BATON_RETURN_IF_ERROR(CheckLength(context, kSizes, count, "sizes"));
    sizes = context.InputValue(kSizes);
  }
  if (context.HasInput(kRoi)) BATON_RETURN_IF_ERROR(CheckLength(context, kRoi, 2 * count, "roi"));
  Dims dims = data.dims();
  for (size_t i = 0; i < axes.size(); ++i) {
    Dim& dim = dims[axes[i]];
    if (sizes != nullptr) {
      BATON_RETURN_IF_ERROR(context.RequireAtLeast((*sizes)[i], Dim(0), "element of sizes"));
      dim = (*sizes)[i];
    } else {
      dim =
          context.HasInput(kSizes) ? context.FreshDim("extent") : ScaledExtent(context, dim, attrs.scales[i]);
    }
  }
  return Shape(std::move(dims));
}

absl::Status ResizeType(TypeContext& context, const ResizeAttrs& attrs, TensorTypes* result) {
  const bool moves_only = attrs.method == "nearest_neighbor";
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, moves_only ? DTypeSet::kAny : DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireDType(context, kSizes, DTypeSet::kInteger));
  BATON_RETURN_IF_ERROR(RequireDType(context, kRoi, DTypeSet::kFloat));
  BATON_ASSIGN_OR_RETURN(Shape shape, ResizeShape(context, attrs));
  result->push_back({context.input(kData)->dtype, std::move(shape)});
  return absl::OkStatus();
}

struct Pass {
  int axis;
  ResampleAxis resample;
};
using Passes = absl::InlinedVector<Pass, kMaxRank>;

// One pass per axis that changes. Those that shrink come first, so that no intermediate image is larger than
// both data and the result.
absl::StatusOr<Passes> PlanPasses(const ResizeAttrs& attrs, const KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  const TensorObject* roi = call.inputs[kRoi];
  const bool shifts = attrs.coordinate_transformation_mode == "tf_half_pixel_for_nn";
  const bool crops = attrs.coordinate_transformation_mode == "tf_crop_and_resize";
  BATON_ASSIGN_OR_RETURN(const Ints axes, ResizedAxes(attrs, data.rank));
  const size_t n = axes.size();
  Passes passes;
  for (size_t i = 0; i < n; ++i) {
    ResampleAxis axis{data.dims[axes[i]], call.outputs[0]->dims[axes[i]], std::nullopt};
    if (axis.in == 0)
      return absl::InvalidArgumentError(absl::StrCat("axis ", axes[i], " of data has no elements"));
    if (!attrs.scales.empty()) axis.scale = static_cast<float>(attrs.scales[i]);
    if (roi != nullptr) {
      axis.roi_start = NumberAt(*roi, static_cast<int64_t>(i));
      axis.roi_end = NumberAt(*roi, static_cast<int64_t>(n + i));
    }
    const bool moves = shifts || (crops && roi != nullptr);
    const bool is_identity = axis.in == axis.out && axis.scale.value_or(1) == 1 && !moves;
    if (!is_identity) passes.push_back({static_cast<int>(axes[i]), axis});
  }
  std::stable_partition(passes.begin(), passes.end(),
                        [](const Pass& pass) { return pass.resample.out < pass.resample.in; });
  return passes;
}

// One place of the result: `inner` elements.
template <typename C>
void WritePlace(const PlaceTaps& taps, const C* data, int64_t inner, C fill, C* result) {
  if (taps.count == 0) {
    std::fill_n(result, inner, fill);
  } else if (taps.count == 1) {
    std::copy_n(data + taps.places[0] * inner, inner, result);
  } else if constexpr (std::is_floating_point_v<C>) {
    std::fill_n(result, inner, C{0});
    for (int tap = 0; tap < taps.count; ++tap) {
      const C weight = static_cast<C>(taps.weights[tap]);
      const C* from = data + taps.places[tap] * inner;
      for (int64_t i = 0; i < inner; ++i) result[i] += weight * from[i];
    }
  }
}

// Runs all passes; returns the last image, which is `data` when there are none.
template <typename C>
absl::StatusOr<const C*> RunPasses(const ResizeAttrs& attrs, const Passes& passes, const C* data, C fill,
                                   KernelCall& call) {
  BATON_ASSIGN_OR_RETURN(const ResampleOptions options, OptionsOf(attrs));
  Ints dims(call.inputs[kData]->shape().begin(), call.inputs[kData]->shape().end());
  for (const Pass& pass : passes) {
    const int64_t in = pass.resample.in, out = pass.resample.out;
    int64_t outer = 1, inner = 1;
    for (int i = 0; i < pass.axis; ++i) outer *= dims[i];
    for (size_t i = pass.axis + 1; i < dims.size(); ++i) inner *= dims[i];
    auto* taps = static_cast<PlaceTaps*>(call.context.Scratch(out * sizeof(PlaceTaps)));
    auto* result = static_cast<C*>(call.context.Scratch(outer * out * inner * sizeof(C)));
    if (taps == nullptr || result == nullptr) return absl::ResourceExhaustedError("no memory for the image");
    MakeTaps(options, pass.resample, absl::MakeSpan(taps, out));
    for (int64_t i = 0; i < outer * out; ++i) {
      WritePlace(taps[i % out], data + i / out * in * inner, inner, fill, result + i * inner);
    }
    data = result;
    dims[pass.axis] = out;
  }
  return data;
}

// Elements of type T, interpolated as C.
template <typename T, typename C>
absl::Status ResizeAs(const ResizeAttrs& attrs, const Passes& passes, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  const int64_t n = data.num_elements();
  const C* image = nullptr;
  if constexpr (std::is_same_v<T, C>) {
    image = data.As<T>();
  } else {
    auto* converted = static_cast<C*>(call.context.Scratch(n * sizeof(C)));
    if (converted == nullptr) return absl::ResourceExhaustedError("no memory for the image");
    std::transform(data.As<T>(), data.As<T>() + n, converted, [](T element) { return Convert<C>(element); });
    image = converted;
  }
  BATON_ASSIGN_OR_RETURN(image, RunPasses(attrs, passes, image, Convert<C>(attrs.extrapolation_value), call));
  std::transform(image, image + call.outputs[0]->num_elements(), call.outputs[0]->As<T>(),
                 [](C element) { return Convert<T>(element); });
  return absl::OkStatus();
}

absl::Status ResizeKernel(const ResizeAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const Passes passes, PlanPasses(attrs, call));
  return VisitDType(call.inputs[kData]->dtype, [&](auto element) -> absl::Status {
    using T = decltype(element);
    using C = std::conditional_t<kIsHalf<T> || std::is_same_v<T, float>, float, double>;
    if (attrs.method == "nearest_neighbor") return ResizeAs<T, T>(attrs, passes, call);
    return ResizeAs<T, C>(attrs, passes, call);
  });
}

}  // namespace

const OpDef& Resize() {
  static const OpDef& def = *new OpDef(MakeOp<ResizeAttrs>(
      {.name = "image.resize",
       .doc = "Resamples data along `axes` to the extents `sizes`, or floor(extent * scale) without them. "
              "Interpolation goes axis by axis; integer elements are truncated. Source: ONNX Resize-19; "
              "Relay's image.resize2d.",
       .attrs =
           {{"axes", &ResizeAttrs::axes, "axes that are resized; none: all"},
            {"scales", &ResizeAttrs::scales, "scale of each axis; none: sizes over extents"},
            {"method", &ResizeAttrs::method, "nearest_neighbor, linear or cubic"},
            {"coordinate_transformation_mode", &ResizeAttrs::coordinate_transformation_mode,
             "half_pixel, half_pixel_symmetric, pytorch_half_pixel, tf_half_pixel_for_nn, align_corners, "
             "asymmetric or tf_crop_and_resize"},
            {"rounding_method", &ResizeAttrs::rounding_method,
             "of nearest_neighbor: round (halves away from 0), round_prefer_floor, round_prefer_ceil, floor "
             "or ceil"},
            {"cubic_alpha", &ResizeAttrs::cubic_alpha, "parameter of the cubic"},
            {"cubic_exclude", &ResizeAttrs::cubic_exclude,
             "what lies outside has no weight, else the border counts for it"},
            {"extrapolation_value", &ResizeAttrs::extrapolation_value,
             "of tf_crop_and_resize: what stands outside data"}},
       .inputs = {"data", InputDef("sizes").Optional().DecidesShape(), InputDef("roi").Optional()},
       .type = ResizeType,
       .check_attrs = CheckResizeAttrs,
       .kernels = {{"portable", ResizeKernel}}}));
  return def;
}

}  // namespace baton
