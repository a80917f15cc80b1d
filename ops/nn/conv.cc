#include "ops/nn/conv.h"

#include "ops/elementwise/kernels.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

absl::Status CheckConv(const ConvAttrs& attrs) {
  BATON_RETURN_IF_ERROR(CheckWindow(WindowOf(attrs)));
  return CheckPositive({attrs.group}, "group");
}

// data [N, C, spatial...], weight [M, C / group, kernel...], bias [M].
absl::Status ConvType(TypeContext& context, const ConvAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireRank(context, 2, 1, "bias"));
  const DType dtype = context.input(0)->dtype;
  if (!context.AllRanked()) return result->push_back({dtype, Shape::Unranked()}), absl::OkStatus();
  const Shape& data = context.input(0)->shape;
  const Shape& weight = context.input(1)->shape;
  const WindowAttrs window = WindowOf(attrs);
  BATON_ASSIGN_OR_RETURN(const int axes, WindowAxes(context, 0, window));
  BATON_RETURN_IF_ERROR(RequireRank(context, 1, data.rank(), "weight"));
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(data[1], weight[1] * Dim(attrs.group),
                           "channels of data and channels that weight expects (times group)"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(Mod(weight[0], Dim(attrs.group)), Dim(0),
                                             "the remainder of weight's output channels by group and 0"));
  if (context.HasInput(2)) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(context.input(2)->shape[0], weight[0],
                                               "extent of bias and output channels of weight"));
  }
  Dims dims = {data[0], weight[0]};
  for (int axis = 0; axis < axes; ++axis) {
    BATON_ASSIGN_OR_RETURN(Dim out, WindowOutput(context, window, axis, data[2 + axis], weight[2 + axis]));
    dims.push_back(std::move(out));
  }
  result->push_back({dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// One group of one image: `x` [channels, in...], `w` [channels, kernel...] for one output channel.
template <typename T, typename Sum>
Sum ConvAt(const WindowGeometry& g, const T* x, const T* w, int64_t channels, const Taps (&taps)[3]) {
  Sum sum = 0;
  for (int64_t c = 0; c < channels; ++c, x += g.InSize(), w += g.KernelSize()) {
    for (int64_t i = taps[0].begin; i < taps[0].end; ++i) {
      for (int64_t j = taps[1].begin; j < taps[1].end; ++j) {
        const T* row =
            x + ((taps[0].first + i * g.dilation[0]) * g.in[1] + taps[1].first + j * g.dilation[1]) * g.in[2];
        const T* kernel = w + (i * g.kernel[1] + j) * g.kernel[2];
        for (int64_t k = taps[2].begin; k < taps[2].end; ++k) {
          sum += static_cast<Sum>(row[taps[2].first + k * g.dilation[2]]) * static_cast<Sum>(kernel[k]);
        }
      }
    }
  }
  return sum;
}

template <typename T>
void ConvLoops(const ConvAttrs& attrs, const WindowGeometry& g, KernelCall& call) {
  using Sum = ComputeType<T>;
  const TensorObject& data = *call.inputs[0];
  const TensorObject& weight = *call.inputs[1];
  const T* bias = call.inputs[2] == nullptr ? nullptr : call.inputs[2]->As<T>();
  T* y = call.outputs[0]->As<T>();
  const int64_t channels = weight.dims[1];
  const int64_t outputs_per_group = weight.dims[0] / attrs.group;
  for (int64_t n = 0; n < data.dims[0]; ++n) {
    for (int64_t m = 0; m < weight.dims[0]; ++m) {
      const T* x = data.As<T>() + (n * data.dims[1] + m / outputs_per_group * channels) * g.InSize();
      const T* w = weight.As<T>() + m * channels * g.KernelSize();
      const Sum start = bias == nullptr ? Sum(0) : static_cast<Sum>(bias[m]);
      Taps taps[3];
      for (int64_t a = 0; a < g.out[0]; ++a) {
        taps[0] = TapsInside(g, 0, a);
        for (int64_t b = 0; b < g.out[1]; ++b) {
          taps[1] = TapsInside(g, 1, b);
          for (int64_t c = 0; c < g.out[2]; ++c) {
            taps[2] = TapsInside(g, 2, c);
            *y++ = T(start + ConvAt<T, Sum>(g, x, w, channels, taps));
          }
        }
      }
    }
  }
}

}  // namespace

WindowGeometry ConvGeometry(const ConvAttrs& attrs, const TensorObject& data, const TensorObject& weight,
                            const TensorObject& output) {
  return ResolveWindow(WindowOf(attrs), data.shape().subspan(2), weight.shape().subspan(2),
                       output.shape().subspan(2));
}

absl::Status ConvPortable(const ConvAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  const WindowGeometry g = ConvGeometry(attrs, *call.inputs[0], *call.inputs[1], *call.outputs[0]);
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[0]->dtype, [&](auto element) {
    ConvLoops<decltype(element)>(attrs, g, call);
    return absl::OkStatus();
  });
}

const OpDef& Conv() {
  static const OpDef& def = *new OpDef(MakeOp<ConvAttrs>({
      .name = "nn.conv",
      .doc = "Convolution of data [N, C, spatial...] with weight [M, C / group, kernel...] over one to three "
             "spatial "
             "axes, plus bias [M]. Source: ONNX Conv-11.",
      .attrs = {{"strides", &ConvAttrs::strides, "steps per spatial axis; empty: 1"},
                {"pads", &ConvAttrs::pads, "zeros around data: all begins, then all ends; empty: 0"},
                {"dilations", &ConvAttrs::dilations, "distances between taps per spatial axis; empty: 1"},
                {"group", &ConvAttrs::group, "groups of channels convolved independently"},
                {"auto_pad", &ConvAttrs::auto_pad, "NOTSET (use pads), SAME_UPPER, SAME_LOWER or VALID"}},
      .inputs = {"data", "weight", InputDef("bias").Optional()},
      .type = ConvType,
      .check_attrs = CheckConv,
      .kernels = {{"packed", nullptr, PrepareConvPacked},
                  {"onednn", nullptr, PrepareConvOneDnn},
                  {"portable", ConvPortable}},
  }));
  return def;
}

}  // namespace baton
