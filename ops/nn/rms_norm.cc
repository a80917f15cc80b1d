#include <cmath>

#include "ops/broadcast.h"
#include "ops/elementwise/kernels.h"
#include "ops/nn/axis_split.h"
#include "ops/nn/layer_norm.h"

namespace baton {
namespace {

struct RmsNormAttrs {
  int64_t axis = -1;
  double epsilon = 1e-5;
};

absl::Status RmsNormType(TypeContext& context, const RmsNormAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kFloat));
  const Shape& data = context.input(0)->shape;
  result->push_back({context.input(1)->dtype, data});
  if (!data.has_rank()) return absl::OkStatus();
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.rank()));
  return RequireBroadcastTo(context, 1, data, axis, "scale");
}

template <typename T>
double InverseOfRms(const T* x, int64_t n, double epsilon) {
  double squares = 0;
  for (int64_t i = 0; i < n; ++i)
    squares += static_cast<double>(Load(x[i])) * static_cast<double>(Load(x[i]));
  return 1 / std::sqrt(squares / static_cast<double>(n) + epsilon);
}

// Rounded to the data's type before it is scaled.
template <typename T, typename S>
void ScaleRow(const T* x, double inverse, const S* scale, const BroadcastPlan<1>& plan, S* y) {
  const int64_t step = plan.advances(0) ? 1 : 0;
  ForEachRow<1>(plan, [&](int64_t first, const std::array<int64_t, 1>& offsets) {
    for (int64_t i = 0; i < plan.row_length(); ++i) {
      const T normal = Convert<T>(Convert<double>(x[first + i]) * inverse);
      y[first + i] = S(Convert<ComputeType<S>>(normal) * Load(scale[offsets[0] + i * step]));
    }
  });
}

absl::Status RmsNormKernel(const RmsNormAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  if (data.num_elements() == 0) return absl::OkStatus();
  const TensorObject& scale = *call.inputs[1];
  const int axis = FromFront(attrs.axis, data.rank);
  const BroadcastPlan<1> plan = PlanBroadcast<1>(data.shape().subspan(axis), {scale.shape()});
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    return VisitDTypeIn<DTypeSet::kFloat>(scale.dtype, [&](auto scale_element) {
      using S = decltype(scale_element);
      for (int64_t at = 0; at < data.num_elements(); at += plan.num_elements) {
        const T* x = data.As<T>() + at;
        ScaleRow(x, InverseOfRms(x, plan.num_elements, attrs.epsilon), scale.As<S>(), plan,
                 call.outputs[0]->As<S>() + at);
      }
      return absl::OkStatus();
    });
  });
}

}  // namespace

const OpDef& RmsNorm() {
  static const OpDef& def = *new OpDef(MakeOp<RmsNormAttrs>({
      .name = "nn.rms_norm",
      .doc = "data / sqrt(mean of squares + epsilon) over the axes from `axis` on, times scale, whose "
             "element type "
             "the result has. Source: ONNX RMSNormalization-23.",
      .attrs = {{"axis", &RmsNormAttrs::axis, "first axis normalised; negative counts from the end"},
                {"epsilon", &RmsNormAttrs::epsilon, "added to the mean"}},
      .inputs = {"data", "scale"},
      .type = RmsNormType,
      .kernels = {{"portable", RmsNormKernel}},
  }));
  return def;
}

}  // namespace baton
