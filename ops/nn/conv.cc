#include "ops/nn/conv.h"

#include "ops/elementwise/kernels.h"
#include "ops/nn/conv_loops.h"
#include "ops/op_cost.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

absl::Status ConvType(TypeContext& context, const ConvAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_ASSIGN_OR_RETURN(Shape shape, ConvShape(context, attrs, {.weight = 1, .bias = 2}));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
}

}  // namespace

std::vector<Attr<ConvAttrs>> ConvAttrList() {
  return {{"strides", &ConvAttrs::strides, "steps per spatial axis; empty: 1"},
          {"pads", &ConvAttrs::pads, "zeros around data: all begins, then all ends; empty: 0"},
          {"dilations", &ConvAttrs::dilations, "distances between taps per spatial axis; empty: 1"},
          {"group", &ConvAttrs::group, "groups of channels convolved independently"},
          {"auto_pad", &ConvAttrs::auto_pad, "NOTSET (use pads), SAME_UPPER, SAME_LOWER or VALID"}};
}

absl::Status CheckConv(const ConvAttrs& attrs) {
  BATON_RETURN_IF_ERROR(CheckWindow(WindowOf(attrs)));
  return CheckPositive({attrs.group}, "group");
}

absl::StatusOr<Shape> ConvShape(TypeContext& context, const ConvAttrs& attrs, const ConvInputs& inputs) {
  BATON_RETURN_IF_ERROR(RequireRank(context, inputs.bias, 1, "bias"));
  const bool has_bias = context.HasInput(inputs.bias) && context.input(inputs.bias)->shape.has_rank();
  const Shape& data = context.input(0)->shape;
  const Shape& weight = context.input(inputs.weight)->shape;
  if (!data.has_rank() || !weight.has_rank()) return Shape::Unranked();
  const WindowAttrs window = WindowOf(attrs);
  BATON_ASSIGN_OR_RETURN(const int axes, WindowAxes(context, 0, window));
  BATON_RETURN_IF_ERROR(RequireRank(context, inputs.weight, data.rank(), "weight"));
  BATON_RETURN_IF_ERROR(
      context.RequireEqual(data[1], weight[1] * Dim(attrs.group),
                           "channels of data and channels that weight expects (times group)"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(Mod(weight[0], Dim(attrs.group)), Dim(0),
                                             "the remainder of weight's output channels by group and 0"));
  if (has_bias) {
    BATON_RETURN_IF_ERROR(context.RequireEqual(context.input(inputs.bias)->shape[0], weight[0],
                                               "extent of bias and output channels of weight"));
  }
  Dims dims = {data[0], weight[0]};
  for (int axis = 0; axis < axes; ++axis) {
    BATON_ASSIGN_OR_RETURN(Dim out, WindowOutput(context, window, axis, data[2 + axis], weight[2 + axis]));
    dims.push_back(std::move(out));
  }
  return Shape(std::move(dims));
}

WindowGeometry ConvGeometry(const ConvAttrs& attrs, const TensorObject& data, const TensorObject& weight,
                            const TensorObject& output) {
  return ResolveWindow(WindowOf(attrs), data.shape().subspan(2), weight.shape().subspan(2),
                       output.shape().subspan(2));
}

absl::Status ConvPortable(const ConvAttrs& attrs, KernelCall& call) {
  if (call.outputs[0]->num_elements() == 0) return absl::OkStatus();
  const WindowGeometry g = ConvGeometry(attrs, *call.inputs[0], *call.inputs[1], *call.outputs[0]);
  const TensorObject* bias = call.inputs[2];
  return VisitDTypeIn<DTypeSet::kFloat>(call.inputs[0]->dtype, [&](auto element) {
    using T = decltype(element);
    ConvLoops<ComputeType<T>, T>(attrs.group, g, call.inputs[0]->shape(), call.inputs[1]->shape(),
                                 {call.inputs[0]->As<T>(), call.inputs[1]->As<T>(),
                                  bias == nullptr ? nullptr : bias->As<T>(), call.outputs[0]->As<T>()});
    return absl::OkStatus();
  });
}

const OpDef& Conv() {
  static const OpDef& def = *new OpDef(MakeOp<ConvAttrs>({
      .name = "nn.conv",
      .doc = "Convolution of data [N, C, spatial...] with weight [M, C / group, kernel...] over one to three "
             "spatial "
             "axes, plus bias [M]. Source: ONNX Conv-11.",
      .attrs = ConvAttrList(),
      .inputs = {"data", "weight", InputDef("bias").Optional()},
      .type = ConvType,
      .check_attrs = CheckConv,
      .flops = ConvFlops<ConvAttrs>,
      .kernels = {{"packed", nullptr, PrepareConvPacked},
                  {"onednn", nullptr, PrepareConvOneDnn},
                  {"portable", ConvPortable}},
  }));
  return def;
}

}  // namespace baton
