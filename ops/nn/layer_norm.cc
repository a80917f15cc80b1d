#include <cmath>

#include "ops/broadcast.h"
#include "ops/elementwise/kernels.h"
#include "ops/nn/axis_split.h"
#include "ops/nn/layer_norm.h"
#include "ops/nn/row_sum.h"
#include "ops/op_def.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

struct LayerNormAttrs {
  int64_t axis = -1;
  double epsilon = 1e-5;
};

// Mean and the inverse of the standard deviation are of the type that they are computed in.
DType StatisticsType(DType data) {
  return data == DType::kFloat64 ? DType::kFloat64 : DType::kFloat32;
}

absl::Status LayerNormType(TypeContext& context, const LayerNormAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  const TensorType& data = *context.input(0);
  const DType statistics = StatisticsType(data.dtype);
  result->push_back(data);
  if (!data.shape.has_rank()) {
    result->push_back({statistics, Shape::Unranked()});
    result->push_back({statistics, Shape::Unranked()});
    return absl::OkStatus();
  }
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attrs.axis, data.shape.rank()));
  BATON_RETURN_IF_ERROR(RequireBroadcastTo(context, 1, data.shape, axis, "scale"));
  BATON_RETURN_IF_ERROR(RequireBroadcastTo(context, 2, data.shape, axis, "bias"));
  Dims dims = data.shape.dims();
  for (int i = axis; i < data.shape.rank(); ++i) dims[i] = Dim(1);
  result->push_back({statistics, Shape(dims)});
  result->push_back({statistics, Shape(std::move(dims))});
  return absl::OkStatus();
}

struct Statistics {
  double mean, inverse;
};

// Two passes, so that a large mean does not swallow a small variance.
template <typename T>
Statistics StatisticsOf(const T* x, int64_t n, double epsilon) {
  const double mean = RowSum(x, n) / static_cast<double>(n);
  double squares = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double difference = Load(x[i]) - mean;
    squares += difference * difference;
  }
  return {mean, 1 / std::sqrt(squares / static_cast<double>(n) + epsilon)};
}

template <typename T>
void NormalizeRow(const T* x, const Statistics& statistics, const TensorObject& scale,
                  const TensorObject* bias, const BroadcastPlan<2>& plan, T* y) {
  using C = ComputeType<T>;
  const double mean = statistics.mean;
  const double inverse = statistics.inverse;
  ForEachRow<2>(plan, [&](int64_t first, const std::array<int64_t, 2>& offsets) {
    const T* s = scale.As<T>() + offsets[0];
    const T* b = bias == nullptr ? nullptr : bias->As<T>() + offsets[1];
    const int64_t s_step = plan.advances(0) ? 1 : 0;
    const int64_t b_step = plan.advances(1) ? 1 : 0;
    for (int64_t i = 0; i < plan.row_length(); ++i) {
      const C normal = static_cast<C>((Load(x[first + i]) - mean) * inverse);
      const C scaled = normal * Load(s[i * s_step]);
      y[first + i] = T(b == nullptr ? scaled : scaled + Load(b[i * b_step]));
    }
  });
}

absl::Status LayerNormPortable(const LayerNormAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  const TensorObject* bias = call.inputs[2];
  const int axis = FromFront(attrs.axis, data.rank);
  const absl::Span<const int64_t> inner = data.shape().subspan(axis);
  const BroadcastPlan<2> plan = PlanBroadcast<2>(
      inner, {call.inputs[1]->shape(), bias == nullptr ? absl::Span<const int64_t>() : bias->shape()});
  const int64_t rows = call.outputs[1]->num_elements();
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t row = 0; row < rows; ++row) {
      const T* x = data.As<T>() + row * plan.num_elements;
      const Statistics statistics = StatisticsOf(x, plan.num_elements, attrs.epsilon);
      NormalizeRow<T>(x, statistics, *call.inputs[1], bias, plan,
                      call.outputs[0]->As<T>() + row * plan.num_elements);
      if constexpr (std::is_same_v<T, double>) {
        call.outputs[1]->As<double>()[row] = statistics.mean;
        call.outputs[2]->As<double>()[row] = statistics.inverse;
      } else {
        call.outputs[1]->As<float>()[row] = static_cast<float>(statistics.mean);
        call.outputs[2]->As<float>()[row] = static_cast<float>(statistics.inverse);
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

absl::Status RequireBroadcastTo(TypeContext& context, int input, const Shape& data, int axis,
                                absl::string_view name) {
  if (!context.HasInput(input) || !context.input(input)->shape.has_rank()) return absl::OkStatus();
  const Shape& shape = context.input(input)->shape;
  if (shape.rank() > data.rank() - axis) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " has rank ", shape.rank(), ", expected at most ", data.rank() - axis));
  }
  for (int i = 1; i <= shape.rank(); ++i) {
    const Dim& extent = data[data.rank() - i];
    BATON_ASSIGN_OR_RETURN(const Dim dim, context.BroadcastDim(shape[shape.rank() - i], extent));
    BATON_RETURN_IF_ERROR(
        context.RequireEqual(dim, extent, absl::StrCat("extents of ", name, ", broadcast, and of data")));
  }
  return absl::OkStatus();
}

const OpDef& LayerNorm() {
  static const OpDef& def = *new OpDef(MakeOp<LayerNormAttrs>({
      .name = "nn.layer_norm",
      .doc = "(data - mean) / sqrt(variance + epsilon) * scale + bias over the axes from `axis` on; also the "
             "mean and the "
             "inverse standard deviation. Source: ONNX LayerNormalization-17.",
      .attrs = {{"axis", &LayerNormAttrs::axis, "first axis normalised; negative counts from the end"},
                {"epsilon", &LayerNormAttrs::epsilon, "added to the variance"}},
      .inputs = {"data", "scale", InputDef("bias").Optional()},
      .outputs = {"output", "mean", "inv_std_dev"},
      .type = LayerNormType,
      .fusion = Fusion::kOpaque,
      .kernels = {{"portable", LayerNormPortable}},
  }));
  return def;
}

}  // namespace baton
