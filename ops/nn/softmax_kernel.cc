#include <cmath>
#include <limits>

#include "ops/elementwise/float_rows.h"
#include "ops/elementwise/kernels.h"
#include "ops/nn/axis_split.h"
#include "ops/nn/row_sum.h"
#include "ops/nn/softmax.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

// One line of n elements, `stride` apart.
template <typename T>
void SoftmaxLine(const T* x, T* y, int64_t n, int64_t stride, bool log) {
  using C = ComputeType<T>;
  C greatest = -std::numeric_limits<C>::infinity();
  for (int64_t i = 0; i < n; ++i) greatest = std::max(greatest, Load(x[i * stride]));
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += std::exp(Load(x[i * stride]) - greatest);
  if (log) {
    const C shift = static_cast<C>(std::log(sum));
    for (int64_t i = 0; i < n; ++i) y[i * stride] = T(Load(x[i * stride]) - greatest - shift);
  } else {
    const C factor = static_cast<C>(1 / sum);
    for (int64_t i = 0; i < n; ++i) y[i * stride] = T(std::exp(Load(x[i * stride]) - greatest) * factor);
  }
}

float MaxRow(const float* x, int64_t n) {
  constexpr int kLanes = 8;
  float lanes[kLanes];
  std::fill_n(lanes, kLanes, -std::numeric_limits<float>::infinity());
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int j = 0; j < kLanes; ++j) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
  }
  for (; i < n; ++i) lanes[0] = std::max(lanes[0], x[i]);
  return *std::max_element(lanes, lanes + kLanes);
}

void SoftmaxRow(const float* x, float* y, int64_t n, bool log) {
  const float greatest = MaxRow(x, n);
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] - greatest;
  ExpRow(y, y, n);
  const double sum = RowSum(y, n);
  if (log) {
    const float shift = static_cast<float>(std::log(sum));
    for (int64_t i = 0; i < n; ++i) y[i] = x[i] - greatest - shift;
  } else {
    const float factor = static_cast<float>(1 / sum);
    for (int64_t i = 0; i < n; ++i) y[i] *= factor;
  }
}

}  // namespace

absl::Status SoftmaxType(TypeContext& context, const SoftmaxAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  const TensorType& data = *context.input(0);
  if (data.shape.has_rank()) BATON_RETURN_IF_ERROR(NormalizeAxis(attrs.axis, data.shape.rank()).status());
  result->push_back(data);
  return absl::OkStatus();
}

absl::Status RunSoftmax(const SoftmaxAttrs& attrs, bool log, bool fast, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  if (result.num_elements() == 0) return absl::OkStatus();
  const AxisSplit split(data, FromFront(attrs.axis, data.rank));
  if (fast && data.dtype == DType::kFloat32 && split.inner == 1) {
    for (int64_t i = 0; i < split.outer; ++i) {
      const int64_t offset = i * split.extent;
      SoftmaxRow(data.As<float>() + offset, result.As<float>() + offset, split.extent, log);
    }
    return absl::OkStatus();
  }
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t i = 0; i < split.outer * split.inner; ++i) {
      const int64_t offset = i / split.inner * split.extent * split.inner + i % split.inner;
      SoftmaxLine(data.As<T>() + offset, result.As<T>() + offset, split.extent, split.inner, log);
    }
    return absl::OkStatus();
  });
}

}  // namespace baton
