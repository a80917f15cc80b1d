#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"
#include "ops/tensor/indices.h"

namespace baton {
namespace {

struct CumsumAttrs {
  bool exclusive = false;
  bool reverse = false;
};

absl::Status CumsumType(TypeContext& context, const CumsumAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kIndex));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 1, "axis"));
  const TensorType& data = *context.input(0);
  const std::optional<Ints> axis = ConstantOperand(context, 1);
  if (axis && axis->size() == 1 && data.shape.has_rank()) {
    BATON_RETURN_IF_ERROR(NormalizeAxis(axis->front(), data.shape.rank()).status());
  }
  result->push_back(data);
  return absl::OkStatus();
}

// Halves are summed in float and rounded for each element.
template <typename T>
void SumLine(const CumsumAttrs& attrs, const T* data, T* result, int64_t extent, int64_t stride) {
  ComputeType<T> sum{};
  for (int64_t i = 0; i < extent; ++i) {
    const int64_t at = (attrs.reverse ? extent - 1 - i : i) * stride;
    const ComputeType<T> next = Sum(sum, Load(data[at]));
    result[at] = T(attrs.exclusive ? sum : next);
    sum = next;
  }
}

absl::Status CumsumKernel(const CumsumAttrs& attrs, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  BATON_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(IndexAt(*call.inputs[1], 0), data.rank));
  const int64_t n = data.num_elements();
  if (n == 0) return absl::OkStatus();
  int64_t stride = 1;
  for (int i = axis + 1; i < data.rank; ++i) stride *= data.dims[i];
  const int64_t block = stride * data.dims[axis];
  return VisitDTypeIn<DTypeSet::kNumeric>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t start = 0; start < n; start += block) {
      for (int64_t i = 0; i < stride; ++i) {
        SumLine(attrs, data.As<T>() + start + i, result.As<T>() + start + i, data.dims[axis], stride);
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& Cumsum() {
  static const OpDef& def = *new OpDef(MakeOp<CumsumAttrs>(
      {.name = "cumsum",
       .doc = "The sums of all elements up to each one along an axis. Source: ONNX CumSum-14.",
       .attrs = {{"exclusive", &CumsumAttrs::exclusive, "leave the element itself out"},
                 {"reverse", &CumsumAttrs::reverse, "sum from the end"}},
       .inputs = {"data", "axis"},
       .type = CumsumType,
       .kernels = {{"portable", CumsumKernel}}}));
  return def;
}

}  // namespace baton
