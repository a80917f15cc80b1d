#include <cmath>

#include "ops/elementwise/kernels.h"
#include "ops/op_cost.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

enum Input { kData, kWeight, kBias, kState };

struct CausalConvAttrs {
  std::string activation = "none";
};

absl::Status CheckCausalConvAttrs(const CausalConvAttrs& attrs) {
  if (attrs.activation == "none" || attrs.activation == "silu" || attrs.activation == "swish") {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'activation' is '", attrs.activation, "', expected none, silu or swish"));
}

// data [N, C, L], weight [C, 1, k], bias [C], state [N, C, k - 1].
absl::Status CausalConvType(TypeContext& context, const CausalConvAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, kData, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireRank(context, kData, 3, "data"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kWeight, 3, "weight"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kBias, 1, "bias"));
  BATON_RETURN_IF_ERROR(RequireRank(context, kState, 3, "state"));
  const TensorType& data = *context.input(kData);
  const Shape& weight = context.input(kWeight)->shape;
  result->push_back(data);
  if (!context.AllRanked()) {
    BATON_ASSIGN_OR_RETURN(Shape state, FreshShape(context, 3, "state"));
    result->push_back({data.dtype, std::move(state)});
    return absl::OkStatus();
  }
  BATON_RETURN_IF_ERROR(context.RequireEqual(weight[0], data.shape[1], "channels of weight and data"));
  BATON_RETURN_IF_ERROR(context.RequireEqual(weight[1], Dim(1), "the middle extent of weight and 1"));
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(weight[2], Dim(1), "the kernel's extent"));
  if (context.HasInput(kBias)) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(context.input(kBias)->shape[0], data.shape[1], "channels of bias and data"));
  }
  const Dims state = {data.shape[0], data.shape[1], weight[2] - Dim(1)};
  for (int i = 0; context.HasInput(kState) && i < 3; ++i) {
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(context.input(kState)->shape[i], state[i],
                             absl::StrCat("extents of state and [N, C, kernel - 1] along axis ", i)));
  }
  result->push_back({data.dtype, Shape(state)});
  return absl::OkStatus();
}

// One channel: `padded` is the state, then the data.
template <typename T>
void ConvolveLine(const ComputeType<T>* padded, int64_t length, const T* weight, int64_t kernel,
                  const T* bias, bool silu, T* y) {
  using C = ComputeType<T>;
  for (int64_t i = 0; i < length; ++i) {
    C sum = bias == nullptr ? C{0} : Load(*bias);
    for (int64_t j = 0; j < kernel; ++j) sum += padded[i + j] * Load(weight[j]);
    const T rounded = T(sum);
    y[i] = silu ? T(Load(rounded) / (1 + std::exp(-Load(rounded)))) : rounded;
  }
}

template <typename T>
absl::Status Convolve(const CausalConvAttrs& attrs, KernelCall& call) {
  using C = ComputeType<T>;
  const TensorObject& data = *call.inputs[kData];
  const int64_t length = data.dims[2];
  const int64_t kernel = call.inputs[kWeight]->dims[2];
  const int64_t kept = kernel - 1;
  C* padded = static_cast<C*>(call.context.Scratch((kept + length) * sizeof(C)));
  if (padded == nullptr && kept + length > 0)
    return absl::ResourceExhaustedError("no memory for a padded line");
  const T* bias = call.inputs[kBias] == nullptr ? nullptr : call.inputs[kBias]->As<T>();
  const T* state = call.inputs[kState] == nullptr ? nullptr : call.inputs[kState]->As<T>();
  for (int64_t line = 0; line < data.dims[0] * data.dims[1]; ++line) {
    const int64_t channel = line % data.dims[1];
    for (int64_t i = 0; i < kept; ++i) padded[i] = state == nullptr ? C{0} : Load(state[line * kept + i]);
    for (int64_t i = 0; i < length; ++i) padded[kept + i] = Load(data.As<T>()[line * length + i]);
    ConvolveLine(padded, length, call.inputs[kWeight]->As<T>() + channel * kernel, kernel,
                 bias == nullptr ? nullptr : bias + channel, attrs.activation != "none",
                 call.outputs[0]->As<T>() + line * length);
    for (int64_t i = 0; i < kept; ++i) call.outputs[1]->As<T>()[line * kept + i] = T(padded[length + i]);
  }
  return absl::OkStatus();
}

absl::Status CausalConvKernel(const CausalConvAttrs& attrs, KernelCall& call) {
  return VisitDTypeIn<DTypeSet::kFloat>(
      call.inputs[kData]->dtype, [&](auto element) { return Convolve<decltype(element)>(attrs, call); });
}

}  // namespace

const OpDef& CausalConvWithState() {
  static const OpDef& def = *new OpDef(MakeOp<CausalConvAttrs>(
      {.name = "causal_conv_with_state",
       .doc = "Each channel of data [N, C, L], with state [N, C, k - 1] (absent: zeros) before it, convolved "
              "with its "
              "own kernel of weight [C, 1, k], plus bias; and the last k - 1 elements as the next state. "
              "Source: ONNX "
              "CausalConvWithState-27.",
       .attrs = {{"activation", &CausalConvAttrs::activation, "none, or silu (swish) of the result"}},
       .inputs = {"data", "weight", InputDef("bias").Optional(), InputDef("state").Optional()},
       .outputs = {"output", "state"},
       .type = CausalConvType,
       .check_attrs = CheckCausalConvAttrs,
       .flops = ConvFlops<CausalConvAttrs>,
       .kernels = {{"portable", CausalConvKernel}}}));
  return def;
}

}  // namespace baton
