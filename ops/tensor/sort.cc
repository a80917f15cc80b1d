#include "ops/op_cost.h"
#include "ops/tensor/order.h"

namespace baton {
namespace {

struct SortAttrs {
  int64_t axis = -1;
  bool is_ascend = true;
};

absl::Status SortType(TypeContext& context, const SortAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  const TensorType& data = *context.input(0);
  if (data.shape.has_rank()) BATON_RETURN_IF_ERROR(NormalizeAxis(attrs.axis, data.shape.rank()).status());
  result->push_back(data);
  return absl::OkStatus();
}

absl::Status SortKernel(const SortAttrs& attrs, KernelCall& call) {
  const int axis = FromFront(attrs.axis, call.inputs[0]->rank);
  return OrderLines(call, axis, !attrs.is_ascend,
                    [&](int64_t offset, int64_t stride, auto order, auto* line) {
                      using T = std::remove_const_t<std::remove_pointer_t<decltype(line)>>;
                      T* y = call.outputs[0]->As<T>() + offset;
                      for (size_t i = 0; i < order.size(); ++i) y[i * stride] = line[order[i] * stride];
                    });
}

}  // namespace

const OpDef& Sort() {
  static const OpDef& def = *new OpDef(
      MakeOp<SortAttrs>({.name = "sort",
                         .doc = "The elements along `axis` in order; NaN counts as greater than all numbers.",
                         .attrs = {{"axis", &SortAttrs::axis, "axis sorted; negative counts from the end"},
                                   {"is_ascend", &SortAttrs::is_ascend, "the least element comes first"}},
                         .inputs = {"data"},
                         .type = SortType,
                         .flops = FlopsPerOperand<SortAttrs, 300>,
                         .kernels = {{"portable", SortKernel}}}));
  return def;
}

}  // namespace baton
