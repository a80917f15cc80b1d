#include <algorithm>
#include <cmath>

#include "ops/elementwise/kernels.h"
#include "ops/nn/window.h"
#include "ops/op_cost.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kData, kWeight, kOffset, kBias, kMask };

struct DeformConvAttrs {
  std::vector<int64_t> strides, pads, dilations;
  int64_t group = 1;
  int64_t offset_group = 1;
  std::string auto_pad = "NOTSET";  // no attribute of the operator: pads are always given
};

absl::Status CheckDeformConv(const DeformConvAttrs& attrs) {
  BATON_RETURN_IF_ERROR(CheckWindow(WindowOf(attrs)));
  BATON_RETURN_IF_ERROR(CheckPositive({attrs.group}, "group"));
  return CheckPositive({attrs.offset_group}, "offset_group");
}

// offset and mask have channels for every element of the kernel, and the spatial extents of the result.
absl::Status CheckPlacement(TypeContext& context, int index, const Dim& channels, const Dims& result) {
  if (!context.HasInput(index)) return absl::OkStatus();
  const std::string name = index == kOffset ? "offset" : "mask";
  BATON_RETURN_IF_ERROR(RequireRank(context, index, static_cast<int>(result.size()), name));
  const Shape& shape = context.input(index)->shape;
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(shape[0], result[0], absl::StrCat("batches of ", name, " and data")));
  BATON_RETURN_IF_ERROR(context.RequireEqual(
      shape[1], channels, absl::StrCat("channels of ", name, " and those that the kernel needs")));
  for (size_t i = 2; i < result.size(); ++i) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(shape[i], result[i], absl::StrCat("extents of ", name, " and the result")));
  }
  return absl::OkStatus();
}

absl::Status CheckChannels(TypeContext& context, const DeformConvAttrs& attrs) {
  const Shape& data = context.input(kData)->shape;
  const Shape& weight = context.input(kWeight)->shape;
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(data[1], weight[1] * Dim(attrs.group),
                           "channels of data and channels that weight expects (times group)"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(Mod(weight[0], Dim(attrs.group)), Dim(0),
                                             "the remainder of weight's output channels by group and 0"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(Mod(data[1], Dim(attrs.offset_group)), Dim(0),
                                             "the remainder of data's channels by offset_group and 0"));
  if (!context.HasInput(kBias)) return absl::OkStatus();
  return context.RequireEqual(context.input(kBias)->shape[0], weight[0],
                              "extent of bias and output channels of weight");
}

absl::Status DeformConvType(TypeContext& context, const DeformConvAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireRank(context, kBias, 1, "bias"));
  const TensorType& data = *context.input(kData);
  if (!context.AllRanked()) return result->push_back({data.dtype, Shape::Unranked()}), absl::OkStatus();
  const WindowAttrs window = WindowOf(attrs);
  BATON_ASSIGN_OR_RETURN(const int axes, WindowAxes(context, kData, window));
  BATON_RETURN_IF_ERROR(RequireRank(context, kWeight, data.shape.rank(), "weight"));
  BATON_RETURN_IF_ERROR(CheckChannels(context, attrs));
  const Shape& weight = context.input(kWeight)->shape;
  Dims dims = {data.shape[0], weight[0]};
  Dim taps = attrs.offset_group;
  for (int axis = 0; axis < axes; ++axis) {
    BATON_ASSIGN_OR_RETURN(Dim out,
                           WindowOutput(context, window, axis, data.shape[2 + axis], weight[2 + axis]));
    dims.push_back(std::move(out));
    taps = taps * weight[2 + axis];
  }
  BATON_RETURN_IF_ERROR(CheckPlacement(context, kOffset, taps * Dim(axes), dims));
  BATON_RETURN_IF_ERROR(CheckPlacement(context, kMask, taps, dims));
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// A plane of data between its pixels: linear along each axis, 0 outside.
template <typename T>
double SamplePlane(const WindowGeometry& g, const T* plane, const double (&place)[kMaxWindowAxes]) {
  int64_t low[kMaxWindowAxes];
  double fraction[kMaxWindowAxes];
  for (int axis = 0; axis < kMaxWindowAxes; ++axis) {
    // Written so that NaN lies outside.
    if (!(place[axis] > -1 && place[axis] < static_cast<double>(g.in[axis]))) return 0;
    const double floor = std::floor(place[axis]);
    low[axis] = static_cast<int64_t>(floor);
    fraction[axis] = place[axis] - floor;
  }
  double sum = 0;
  for (int corner = 0; corner < 1 << kMaxWindowAxes; ++corner) {
    double weight = 1;
    int64_t offset = 0;
    bool inside = true;
    for (int axis = 0; axis < kMaxWindowAxes; ++axis) {
      const int high = corner >> axis & 1;
      const int64_t at = low[axis] + high;
      weight *= high != 0 ? fraction[axis] : 1 - fraction[axis];
      inside = inside && at >= 0 && at < g.in[axis];
      offset = offset * g.in[axis] + at;
    }
    if (inside && weight != 0) sum += weight * Convert<double>(plane[offset]);
  }
  return sum;
}

// One call: geometry, and the operands of one image.
template <typename T>
struct DeformedImage {
  const WindowGeometry& g;
  int axes;                  // spatial
  int64_t channels_per_set;  // channels that share their offsets
  const T* data;
  const T* offset;
  const T* mask;  // null: all 1

  // What element `tap` of the kernel sees of channel `channel` at place `out` of the result.
  double Sample(int64_t channel, int64_t tap, int64_t out, const int64_t (&window)[kMaxWindowAxes]) const {
    const int64_t element = channel / channels_per_set * g.KernelSize() + tap;
    double place[kMaxWindowAxes];
    int64_t rest = tap;
    for (int axis = kMaxWindowAxes; axis-- > 0; rest /= g.kernel[axis]) {
      place[axis] = static_cast<double>(window[axis] * g.stride[axis] - g.pad_begin[axis] +
                                        rest % g.kernel[axis] * g.dilation[axis]);
      const int coordinate = axis - (kMaxWindowAxes - axes);
      if (coordinate >= 0)
        place[axis] += Convert<double>(offset[(element * axes + coordinate) * g.OutSize() + out]);
    }
    const double value = SamplePlane(g, data + channel * g.InSize(), place);
    return mask == nullptr ? value : value * Convert<double>(mask[element * g.OutSize() + out]);
  }
};

// The result at place `out` of one image, for all output channels; `samples` is scratch of as many elements
// as data's channels times the kernel's.
template <typename T>
void ConvolvePlace(const DeformConvAttrs& attrs, const DeformedImage<T>& image, int64_t out, double* samples,
                   const KernelCall& call, T* y) {
  const WindowGeometry& g = image.g;
  const TensorObject& weight = *call.inputs[kWeight];
  const int64_t taps = g.KernelSize();
  const int64_t per_group = weight.dims[1] * taps;
  const int64_t window[] = {out / (g.out[1] * g.out[2]), out / g.out[2] % g.out[1], out % g.out[2]};
  for (int64_t i = 0; i < per_group * attrs.group; ++i) {
    samples[i] = image.Sample(i / taps, i % taps, out, window);
  }
  for (int64_t m = 0; m < weight.dims[0]; ++m) {
    const double* x = samples + m / (weight.dims[0] / attrs.group) * per_group;
    const T* w = weight.As<T>() + m * per_group;
    double sum = call.inputs[kBias] == nullptr ? 0 : Convert<double>(call.inputs[kBias]->As<T>()[m]);
    for (int64_t i = 0; i < per_group; ++i) sum += x[i] * Convert<double>(w[i]);
    y[m * g.OutSize() + out] = Convert<T>(sum);
  }
}

absl::Status DeformConvKernel(const DeformConvAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[kData];
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  const WindowGeometry g = ResolveWindow(WindowOf(attrs), data.shape().subspan(2),
                                         call.inputs[kWeight]->shape().subspan(2), result.shape().subspan(2));
  const int axes = data.rank - 2;
  const int64_t channels = data.dims[1];
  auto* samples = static_cast<double*>(call.context.Scratch(channels * g.KernelSize() * sizeof(double)));
  if (samples == nullptr) return absl::ResourceExhaustedError("no memory for the samples");
  const int64_t elements = attrs.offset_group * g.KernelSize() * g.OutSize();  // of the mask of one image
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t n = 0; n < data.dims[0]; ++n) {
      const T* mask = call.inputs[kMask] == nullptr ? nullptr : call.inputs[kMask]->As<T>() + n * elements;
      const DeformedImage<T> image = {g,
                                      axes,
                                      std::max<int64_t>(channels / attrs.offset_group, 1),
                                      data.As<T>() + n * channels * g.InSize(),
                                      call.inputs[kOffset]->As<T>() + n * elements * axes,
                                      mask};
      T* y = result.As<T>() + n * result.dims[1] * g.OutSize();
      for (int64_t out = 0; out < g.OutSize(); ++out) ConvolvePlace(attrs, image, out, samples, call, y);
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& DeformConv() {
  static const OpDef& def = *new OpDef(MakeOp<DeformConvAttrs>(
      {.name = "nn.deform_conv",
       .doc =
           "A convolution whose kernel elements are each moved by an offset, sampled linearly between the "
           "pixels, and scaled by a mask. offset [N, offset_group * kernel elements * spatial axes, out...], "
           "mask [N, offset_group * kernel elements, out...]. Source: Zhu et al., \"Deformable ConvNets "
           "v2\", "
           "2018; ONNX DeformConv-22.",
       .attrs = {{"strides", &DeformConvAttrs::strides, "steps per spatial axis; empty: 1"},
                 {"pads", &DeformConvAttrs::pads, "all begins, then all ends; empty: 0"},
                 {"dilations", &DeformConvAttrs::dilations, "distances between taps; empty: 1"},
                 {"group", &DeformConvAttrs::group, "groups of channels that are convolved apart"},
                 {"offset_group", &DeformConvAttrs::offset_group, "groups of channels with own offsets"}},
       .inputs = {"data", "weight", "offset", InputDef("bias").Optional(), InputDef("mask").Optional()},
       .type = DeformConvType,
       .check_attrs = CheckDeformConv,
       .flops = ConvFlops<DeformConvAttrs>,
       .kernels = {{"portable", DeformConvKernel}}}));
  return def;
}

}  // namespace baton
