#include "ops/image/resize.h"

#include <algorithm>
#include <cmath>

#include "ops/elementwise/kernels.h"
#include "ops/op_cost.h"
#include "ops/tensor/indices.h"
#include "ops/tensor/number.h"

namespace baton {
namespace {

// The scales of the resized axes as the model gives them; empty where sizes are given.
absl::StatusOr<absl::InlinedVector<float, kMaxRank>> GivenScales(const ResizeAttrs& attrs, const Ints& axes,
                                                                 const KernelCall& call) {
  absl::InlinedVector<float, kMaxRank> scales;
  const TensorObject* operand = call.inputs[kScales];
  for (size_t i = 0; i < axes.size(); ++i) {
    if (operand == nullptr && attrs.scales.empty()) break;
    const double scale = operand != nullptr ? NumberAt(*operand, static_cast<int64_t>(i)) : attrs.scales[i];
    BATON_RETURN_IF_ERROR(CheckScale(scale));
    scales.push_back(static_cast<float>(scale));
  }
  BATON_ASSIGN_OR_RETURN(const Aspect aspect, AspectOf(attrs));
  if (call.inputs[kSizes] == nullptr || aspect == Aspect::kStretch) return scales;
  Ints extents, wanted;
  for (size_t i = 0; i < axes.size(); ++i) {
    extents.push_back(call.inputs[kData]->dims[axes[i]]);
    wanted.push_back(IntegerAt(*call.inputs[kSizes], static_cast<int64_t>(i)));
  }
  scales.assign(axes.size(), CommonScale(aspect, extents, wanted));
  return scales;
}

// How each axis in `axes` is resampled. Allocates the result where only the kernel knows its extents.
using ResampleAxes = absl::InlinedVector<ResampleAxis, kMaxRank>;
absl::StatusOr<ResampleAxes> PlanAxes(const ResizeAttrs& attrs, const Ints& axes, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  const TensorObject* roi = Crops(attrs) ? call.inputs[kRoi] : nullptr;
  BATON_ASSIGN_OR_RETURN(const auto scales, GivenScales(attrs, axes, call));
  const size_t n = axes.size();
  Ints dims(data.shape().begin(), data.shape().end());
  ResampleAxes plan(n);
  for (size_t i = 0; i < n; ++i) {
    ResampleAxis& axis = plan[i];
    axis.in = data.dims[axes[i]];
    if (!scales.empty()) axis.scale = scales[i];
    if (roi != nullptr) {
      axis.roi_start = NumberAt(*roi, static_cast<int64_t>(i));
      axis.roi_end = NumberAt(*roi, static_cast<int64_t>(n + i));
    }
    if (!scales.empty()) dims[axes[i]] = Scaled(axis.in, static_cast<double>(scales[i]));
  }
  if (call.outputs[0] == nullptr) BATON_RETURN_IF_ERROR(call.context.AllocateOutput(0, data.dtype, dims));
  for (size_t i = 0; i < n; ++i) plan[i].out = call.outputs[0]->dims[axes[i]];
  return plan;
}

struct Pass {
  int axis;
  ResampleAxis resample;
};
using Passes = absl::InlinedVector<Pass, kMaxRank>;

// One pass per axis that changes. Those that shrink come first, so that no intermediate image is larger than
// both data and the result; of those that grow the last axis does, whose elements are moved one by one.
absl::Status PlanPasses(const ResizeAttrs& attrs, KernelCall& call, Passes* passes) {
  BATON_ASSIGN_OR_RETURN(const Ints axes, ResizedAxes(attrs, call.inputs[kData]->rank));
  BATON_ASSIGN_OR_RETURN(const ResampleAxes plan, PlanAxes(attrs, axes, call));
  const bool moves = attrs.coordinate_transformation_mode == "tf_half_pixel_for_nn" ||
                     (Crops(attrs) && call.inputs[kRoi] != nullptr);
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  const auto add = [&](size_t i, bool shrinks) {
    const ResampleAxis& axis = plan[i];
    const bool is_identity = axis.in == axis.out && axis.scale.value_or(1) == 1 && !moves;
    if (!is_identity && (axis.out < axis.in) == shrinks) passes->push_back({static_cast<int>(axes[i]), axis});
  };
  for (size_t i = 0; i < axes.size(); ++i) {
    if (plan[i].in == 0)
      return absl::InvalidArgumentError(absl::StrCat("axis ", axes[i], " of data has no elements"));
    add(i, /*shrinks=*/true);
  }
  for (size_t i = axes.size(); i-- > 0;) add(i, /*shrinks=*/false);
  return absl::OkStatus();
}

// One place of the result: `inner` elements.
template <typename C>
void WritePlace(absl::Span<const Tap> taps, const C* data, int64_t inner, C fill, C* result) {
  if (taps[0].place == kOutside) {
    std::fill_n(result, inner, fill);
  } else if (taps.size() == 1) {
    std::copy_n(data + taps[0].place * inner, inner, result);
  } else if constexpr (std::is_floating_point_v<C>) {
    if (inner == 1) {
      C sum = 0;
      for (const Tap& tap : taps) sum += static_cast<C>(tap.weight) * data[tap.place];
      *result = sum;
      return;
    }
    std::fill_n(result, inner, C{0});
    for (const Tap& tap : taps) {
      const C weight = static_cast<C>(tap.weight);
      const C* from = data + tap.place * inner;
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
    BATON_ASSIGN_OR_RETURN(const int64_t width, TapsPerPlace(options, pass.resample));
    auto* taps = static_cast<Tap*>(call.context.Scratch(out * width * sizeof(Tap)));
    auto* result = static_cast<C*>(call.context.Scratch(outer * out * inner * sizeof(C)));
    if (taps == nullptr || result == nullptr) return absl::ResourceExhaustedError("no memory for the image");
    MakeTaps(options, pass.resample, width, absl::MakeSpan(taps, out * width));
    for (int64_t i = 0; i < outer * out; ++i) {
      const absl::Span<const Tap> place(taps + i % out * width, width);
      WritePlace(place, data + i / out * in * inner, inner, fill, result + i * inner);
    }
    data = result;
    dims[pass.axis] = out;
  }
  return data;
}

// An interpolated element as T. A sum with weights that make 1 may fall just short of a whole number, which
// truncation must not see: a plain area stays plain.
template <typename T, typename C>
T Rounded(C element) {
  if constexpr (std::is_integral_v<T> && std::is_floating_point_v<C>) {
    constexpr C kNoise = 1e-5;
    const C whole = std::round(element);
    return Convert<T>(std::abs(element - whole) < kNoise ? whole : element);
  } else {
    return Convert<T>(element);
  }
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
                 [](C element) { return Rounded<T>(element); });
  return absl::OkStatus();
}

absl::Status ResizeKernel(const ResizeAttrs& attrs, KernelCall& call) {
  Passes passes;
  BATON_RETURN_IF_ERROR(PlanPasses(attrs, call, &passes));
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
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
       .doc = "Resamples data along `axes` to the extents `sizes`, or floor(extent * scale) without them; "
              "tf_crop_and_resize takes the part `roi` of it. Interpolation goes axis by axis; integer "
              "elements are truncated. Source: ONNX Resize-19; Relay's image.resize2d.",
       .attrs =
           {{"axes", &ResizeAttrs::axes, "axes that are resized; none: all"},
            {"scales", &ResizeAttrs::scales,
             "scale of each axis, where no operand gives them; none: sizes over extents"},
            {"method", &ResizeAttrs::method, "nearest_neighbor, linear or cubic"},
            {"coordinate_transformation_mode", &ResizeAttrs::coordinate_transformation_mode,
             "half_pixel, half_pixel_symmetric, pytorch_half_pixel, tf_half_pixel_for_nn, align_corners, "
             "asymmetric or tf_crop_and_resize"},
            {"rounding_method", &ResizeAttrs::rounding_method,
             "of nearest_neighbor: round (halves away from 0), round_prefer_floor, round_prefer_ceil, floor, "
             "ceil or floor_or_ceil (ceil of an axis that shrinks)"},
            {"cubic_alpha", &ResizeAttrs::cubic_alpha, "parameter of the cubic"},
            {"cubic_exclude", &ResizeAttrs::cubic_exclude,
             "what lies outside has no weight, else the border counts for it; also of linear with antialias"},
            {"extrapolation_value", &ResizeAttrs::extrapolation_value,
             "of tf_crop_and_resize: what stands outside data"},
            {"antialias", &ResizeAttrs::antialias,
             "linear and cubic weigh everything that a place of a smaller result stands for"},
            {"keep_aspect_ratio_policy", &ResizeAttrs::keep_aspect_ratio_policy,
             "stretch, or with sizes: one scale for all axes, so that none is larger (not_larger) or smaller "
             "(not_smaller) than asked for"}},
       .inputs = {"data", InputDef("sizes").Optional().DecidesShape(), InputDef("roi").Optional(),
                  InputDef("scales").Optional()},
       .type = ResizeType,
       .check_attrs = CheckResizeAttrs,
       .flops = FlopsPerResult<ResizeAttrs, 100>,
       .kernels = {{"portable", ResizeKernel}}}));
  return def;
}

}  // namespace baton
