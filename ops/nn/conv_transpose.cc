#include "ops/nn/conv_transpose.h"

#include <algorithm>

#include "ops/elementwise/kernels.h"
#include "ops/op_cost.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

bool IsSame(const ConvTransposeAttrs& attrs) {
  return attrs.auto_pad == "SAME_UPPER" || attrs.auto_pad == "SAME_LOWER";
}

absl::Status CheckConvTranspose(const ConvTransposeAttrs& attrs) {
  BATON_RETURN_IF_ERROR(CheckWindow(WindowOf(attrs)));
  BATON_RETURN_IF_ERROR(CheckPositive(attrs.output_shape, "output_shape"));
  BATON_RETURN_IF_ERROR(CheckNonNegative(attrs.output_padding, "output_padding"));
  return CheckPositive({attrs.group}, "group");
}

absl::Status CheckCount(const std::vector<int64_t>& values, absl::string_view name, int axes) {
  if (values.empty() || static_cast<int>(values.size()) == axes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " has ", values.size(), " elements, expected ", axes));
}

// The extent of the output without padding, the stride, and the padding of one axis.
absl::StatusOr<Dim> OutputExtent(TypeContext& context, const ConvTransposeAttrs& attrs, int axis,
                                 const Dim& in, const Dim& kernel) {
  const Dim stride = attrs.strides.empty() ? 1 : attrs.strides[axis];
  const Dim dilation = attrs.dilations.empty() ? 1 : attrs.dilations[axis];
  const Dim extra = attrs.output_padding.empty() ? 0 : attrs.output_padding[axis];
  const Dim full = stride * (in - Dim(1)) + extra + (kernel - Dim(1)) * dilation + Dim(1);
  BATON_RETURN_IF_ERROR(
      context.RequireAtLeast(in, Dim(1), absl::StrCat("the extent of data on spatial axis ", axis)));
  BATON_RETURN_IF_ERROR(
      context.RequireAtLeast(kernel, Dim(1), absl::StrCat("the kernel's extent on spatial axis ", axis)));
  Dim pads = 0;
  if (attrs.output_shape.empty() && !IsSame(attrs) && attrs.auto_pad == "NOTSET" && !attrs.pads.empty()) {
    pads = Dim(attrs.pads[axis]) + Dim(attrs.pads[attrs.pads.size() / 2 + axis]);
  }
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(
      full, pads, absl::StrCat("the output before padding is cut on spatial axis ", axis)));
  if (!attrs.output_shape.empty()) return Dim(attrs.output_shape[axis]);
  return IsSame(attrs) ? in * stride : full - pads;
}

// data [N, C, spatial...], weight [C, M / group, kernel...], bias [M].
absl::Status ConvTransposeType(TypeContext& context, const ConvTransposeAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireRank(context, 2, 1, "bias"));
  const DType dtype = context.input(0)->dtype;
  if (!context.AllRanked()) return result->push_back({dtype, Shape::Unranked()}), absl::OkStatus();
  const Shape& data = context.input(0)->shape;
  const Shape& weight = context.input(1)->shape;
  BATON_ASSIGN_OR_RETURN(const int axes, WindowAxes(context, 0, WindowOf(attrs)));
  BATON_RETURN_IF_ERROR(CheckCount(attrs.output_padding, "output_padding", axes));
  BATON_RETURN_IF_ERROR(CheckCount(attrs.output_shape, "output_shape", axes));
  BATON_RETURN_IF_ERROR(RequireRank(context, 1, data.rank(), "weight"));
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(data[1], weight[0], "channels of data and input channels of weight"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(Mod(data[1], Dim(attrs.group)), Dim(0),
                                             "the remainder of data's channels by group and 0"));
  const Dim channels = weight[1] * Dim(attrs.group);
  if (context.HasInput(2)) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(context.input(2)->shape[0], channels,
                                               "extent of bias and output channels of weight (times group)"));
  }
  Dims dims = {data[0], channels};
  for (int axis = 0; axis < axes; ++axis) {
    BATON_ASSIGN_OR_RETURN(Dim out, OutputExtent(context, attrs, axis, data[2 + axis], weight[2 + axis]));
    dims.push_back(std::move(out));
  }
  result->push_back({dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// The input index that meets tap `tap` at output `position`, or -1.
int64_t InputAt(const WindowGeometry& g, int axis, int64_t position, int64_t tap) {
  const int64_t offset = position + g.pad_begin[axis] - tap * g.dilation[axis];
  if (offset < 0 || offset % g.stride[axis] != 0) return -1;
  const int64_t index = offset / g.stride[axis];
  return index < g.in[axis] ? index : -1;
}

// `x` [channels, in...], `w` [channels, ..., kernel...] with `w_stride` elements between channels.
template <typename Sum, typename T>
Sum ConvTransposeAt(const WindowGeometry& g, const T* x, const T* w, int64_t channels, int64_t w_stride,
                    const int64_t (&position)[3]) {
  Sum sum = 0;
  for (int64_t i = 0; i < g.kernel[0]; ++i) {
    const int64_t a = InputAt(g, 0, position[0], i);
    if (a < 0) continue;
    for (int64_t j = 0; j < g.kernel[1]; ++j) {
      const int64_t b = InputAt(g, 1, position[1], j);
      if (b < 0) continue;
      for (int64_t k = 0; k < g.kernel[2]; ++k) {
        const int64_t c = InputAt(g, 2, position[2], k);
        if (c < 0) continue;
        const T* from = x + (a * g.in[1] + b) * g.in[2] + c;
        const T* tap = w + (i * g.kernel[1] + j) * g.kernel[2] + k;
        for (int64_t channel = 0; channel < channels; ++channel) {
          sum += static_cast<Sum>(from[channel * g.InSize()]) * static_cast<Sum>(tap[channel * w_stride]);
        }
      }
    }
  }
  return sum;
}

template <typename T>
void ConvTransposeLoops(const ConvTransposeAttrs& attrs, const WindowGeometry& g, KernelCall& call) {
  using Sum = ComputeType<T>;
  const TensorObject& data = *call.inputs[0];
  const TensorObject& weight = *call.inputs[1];
  const T* bias = call.inputs[2] == nullptr ? nullptr : call.inputs[2]->As<T>();
  T* y = call.outputs[0]->As<T>();
  const int64_t outputs_per_group = weight.dims[1];
  const int64_t channels = data.dims[1] / attrs.group;
  const int64_t w_stride = outputs_per_group * g.KernelSize();
  for (int64_t n = 0; n < data.dims[0]; ++n) {
    for (int64_t m = 0; m < outputs_per_group * attrs.group; ++m) {
      const int64_t first = m / outputs_per_group * channels;  // input channel of the group
      const T* x = data.As<T>() + (n * data.dims[1] + first) * g.InSize();
      const T* w = weight.As<T>() + first * w_stride + m % outputs_per_group * g.KernelSize();
      const Sum start = bias == nullptr ? Sum(0) : static_cast<Sum>(bias[m]);
      for (int64_t a = 0; a < g.out[0]; ++a) {
        for (int64_t b = 0; b < g.out[1]; ++b) {
          for (int64_t c = 0; c < g.out[2]; ++c) {
            *y++ = T(start + ConvTransposeAt<Sum, T>(g, x, w, channels, w_stride, {a, b, c}));
          }
        }
      }
    }
  }
}

// Each element of data is added, times a weight, to as many results as the weight has taps.
Dim ConvTransposeFlops(CostInputs inputs, CostOutputs, const ConvTransposeAttrs&) {
  return ProductFlops(*inputs[0], TapsPerOutput(*inputs[1]));
}

}  // namespace

WindowGeometry ConvTransposeGeometry(const ConvTransposeAttrs& attrs, const TensorObject& data,
                                     const TensorObject& weight, const TensorObject& output) {
  const int axes = data.rank - 2;
  WindowAttrs window = WindowOf(attrs);
  const bool by_total = IsSame(attrs) || !attrs.output_shape.empty();
  if (by_total) window.auto_pad = "VALID";
  WindowGeometry g =
      ResolveWindow(window, data.shape().subspan(2), weight.shape().subspan(2), output.shape().subspan(2));
  for (int axis = 0; axis < axes; ++axis) {
    const int to = kMaxWindowAxes - axes + axis;
    const int64_t full = (g.in[to] - 1) * g.stride[to] + (g.kernel[to] - 1) * g.dilation[to] + 1;
    if (by_total) {
      const int64_t extra = attrs.output_padding.empty() ? 0 : attrs.output_padding[axis];
      const int64_t total = std::max<int64_t>(full + extra - g.out[to], 0);
      g.pad_begin[to] = attrs.auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
    }
    g.pad_end[to] = full - g.out[to] - g.pad_begin[to];
  }
  return g;
}

absl::Status ConvTransposePortable(const ConvTransposeAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  const WindowGeometry g = ConvTransposeGeometry(attrs, *call.inputs[0], *call.inputs[1], *call.outputs[0]);
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[0]->dtype, [&](auto element) {
    ConvTransposeLoops<decltype(element)>(attrs, g, call);
    return absl::OkStatus();
  });
}

const OpDef& ConvTranspose() {
  static const OpDef& def = *new OpDef(MakeOp<ConvTransposeAttrs>({
      .name = "nn.conv_transpose",
      .doc = "Transposed convolution of data [N, C, spatial...] with weight [C, M / group, kernel...] over "
             "one to three "
             "spatial axes, plus bias [M]. Source: ONNX ConvTranspose-11.",
      .attrs =
          {{"strides", &ConvTransposeAttrs::strides, "steps per spatial axis; empty: 1"},
           {"pads", &ConvTransposeAttrs::pads, "cut from the output: all begins, then all ends; empty: 0"},
           {"dilations", &ConvTransposeAttrs::dilations, "distances between taps per spatial axis; empty: 1"},
           {"output_padding", &ConvTransposeAttrs::output_padding,
            "added at the end of the output; empty: 0"},
           {"output_shape", &ConvTransposeAttrs::output_shape,
            "spatial extents of the output, overriding pads; empty: by the formula"},
           {"group", &ConvTransposeAttrs::group, "groups of channels convolved independently"},
           {"auto_pad", &ConvTransposeAttrs::auto_pad, "NOTSET (use pads), SAME_UPPER, SAME_LOWER or VALID"}},
      .inputs = {"data", "weight", InputDef("bias").Optional()},
      .type = ConvTransposeType,
      .check_attrs = CheckConvTranspose,
      .flops = ConvTransposeFlops,
      .kernels = {{"onednn", nullptr, PrepareConvTransposeOneDnn}, {"portable", ConvTransposePortable}},
  }));
  return def;
}

}  // namespace baton
