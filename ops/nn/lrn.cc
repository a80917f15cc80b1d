#include <algorithm>
#include <cmath>

#include "ops/elementwise/kernels.h"
#include "ops/nn/axis_split.h"

namespace baton {
namespace {

struct LrnAttrs {
  int64_t size = 5;
  int64_t axis = 1;
  double bias = 2;
  double alpha = 1e-4;
  double beta = 0.75;
};

absl::Status CheckLrnAttrs(const LrnAttrs& attrs) {
  if (attrs.size > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'size' is ", attrs.size, ", expected at least 1"));
}

absl::Status LrnType(TypeContext& context, const LrnAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  const TensorType& data = *context.input(0);
  if (data.shape.has_rank()) BATON_RETURN_IF_ERROR(NormalizeAxis(attrs.axis, data.shape.rank()).status());
  result->push_back(data);
  return absl::OkStatus();
}

// One line: every element against the sum of squares in its window.
template <typename T>
void NormalizeLine(const LrnAttrs& attrs, const T* x, int64_t extent, int64_t stride, T* y) {
  const int64_t before = (attrs.size - 1) / 2;
  const int64_t after = attrs.size - 1 - before;
  for (int64_t i = 0; i < extent; ++i) {
    double sum = 0;
    const int64_t end = after < extent - i ? i + after + 1 : extent;
    for (int64_t j = i > before ? i - before : 0; j < end; ++j) {
      const double value = Convert<double>(x[j * stride]);
      sum += value * value;
    }
    const double scale =
        std::pow(attrs.bias + attrs.alpha * sum / static_cast<double>(attrs.size), attrs.beta);
    y[i * stride] = Convert<T>(Convert<double>(x[i * stride]) / scale);
  }
}

absl::Status LrnKernel(const LrnAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  if (data.num_elements() == 0) return absl::OkStatus();
  const AxisSplit split(data, FromFront(attrs.axis, data.rank));
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t line = 0; line < split.outer * split.inner; ++line) {
      const int64_t offset = line / split.inner * split.extent * split.inner + line % split.inner;
      NormalizeLine(attrs, data.As<T>() + offset, split.extent, split.inner,
                    call.outputs[0]->As<T>() + offset);
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& Lrn() {
  static const OpDef& def = *new OpDef(
      MakeOp<LrnAttrs>({.name = "nn.lrn",
                        .doc = "x / (bias + alpha / size * sum of squares)^beta, the sum over `size` "
                               "neighbours along `axis` with "
                               "x in their middle. Source: ONNX LRN-13.",
                        .attrs = {{"size", &LrnAttrs::size, "neighbours summed, the element itself included"},
                                  {"axis", &LrnAttrs::axis, "the axis of the neighbours"},
                                  {"bias", &LrnAttrs::bias, "added to the scaled sum"},
                                  {"alpha", &LrnAttrs::alpha, "scale of the sum"},
                                  {"beta", &LrnAttrs::beta, "exponent"}},
                        .inputs = {"data"},
                        .type = LrnType,
                        .check_attrs = CheckLrnAttrs,
                        .kernels = {{"portable", LrnKernel}}}));
  return def;
}

}  // namespace baton
