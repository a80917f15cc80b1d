#include <cmath>

#include "ops/elementwise/kernels.h"
#include "ops/nn/axis_split.h"
#include "ops/op_def.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct BatchNormAttrs {
  double epsilon = 1e-5;
};

constexpr const char* kNames[] = {"data", "scale", "bias", "mean", "var"};

absl::Status BatchNormType(TypeContext& context, const BatchNormAttrs&, TensorTypes* result) {
  for (int i = 0; i < 5; ++i) {
    BATON_RETURN_IF_ERROR(RequireDType(context, i, DTypeSet::kFloat));
    if (i > 0) BATON_RETURN_IF_ERROR(RequireRank(context, i, 1, kNames[i]));
  }
  const TensorType& data = *context.input(0);
  if (data.shape.has_rank()) {
    if (data.shape.rank() == 0) return absl::InvalidArgumentError("data has rank 0, expected 1 or more");
    // Data of rank 1 is one channel.
    const Dim channels = data.shape.rank() == 1 ? Dim(1) : data.shape[1];
    for (int i = 1; i < 5; ++i) {
      if (!context.input(i)->shape.has_rank()) continue;
      BATON_RETURN_IF_ERROR(
          context.RequireEqual(context.input(i)->shape[0], channels,
                               absl::StrCat("extent of ", kNames[i], " and channels of data")));
    }
  }
  result->push_back(data);
  return absl::OkStatus();
}

// Element i of a float tensor of any element type: the four vectors may differ from data (mixed precision).
double At(const TensorObject& tensor, int64_t i) {
  return VisitDType(tensor.dtype,
                    [&](auto element) { return Convert<double>(tensor.As<decltype(element)>()[i]); });
}

absl::Status BatchNormPortable(const BatchNormAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  if (data.num_elements() == 0) return absl::OkStatus();
  const bool one_channel = data.rank == 1;
  const int64_t channels = one_channel ? 1 : data.dims[1];
  const int64_t batch = one_channel ? 1 : data.dims[0];
  const int64_t inner = data.num_elements() / (batch * channels);
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    using C = ComputeType<T>;
    for (int64_t c = 0; c < channels; ++c) {
      const double factor = At(*call.inputs[1], c) / std::sqrt(At(*call.inputs[4], c) + attrs.epsilon);
      const C scale = static_cast<C>(factor);
      const C mean = static_cast<C>(At(*call.inputs[3], c));
      const C bias = static_cast<C>(At(*call.inputs[2], c));
      for (int64_t n = 0; n < batch; ++n) {
        const T* x = data.As<T>() + (n * channels + c) * inner;
        T* y = call.outputs[0]->As<T>() + (n * channels + c) * inner;
        // Not folded into one factor and offset: that would lose digits where the mean is large.
        for (int64_t i = 0; i < inner; ++i) y[i] = T((Load(x[i]) - mean) * scale + bias);
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& BatchNorm() {
  static const OpDef& def = *new OpDef(MakeOp<BatchNormAttrs>({
      .name = "nn.batch_norm",
      .doc = "(data - mean) / sqrt(var + epsilon) * scale + bias per channel (axis 1), for inference. "
             "Source: ONNX "
             "BatchNormalization-15.",
      .attrs = {{"epsilon", &BatchNormAttrs::epsilon, "added to the variance"}},
      .inputs = {"data", "scale", "bias", "mean", "var"},
      .type = BatchNormType,
      .fusion = Fusion::kBroadcast,
      .kernels = {{"portable", BatchNormPortable}},
  }));
  return def;
}

}  // namespace baton
