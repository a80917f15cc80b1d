#include "ops/op_cost.h"
#include "ops/tensor/order.h"

namespace baton {
namespace {

struct ArgSortAttrs {
  int64_t axis = -1;
  bool is_ascend = true;
  DType dtype = DType::kInt32;
};

absl::Status CheckArgSortAttrs(const ArgSortAttrs& attrs) {
  if (Contains(DTypeSet::kNumeric, attrs.dtype)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'dtype' is ", DTypeName(attrs.dtype), ", expected a numeric type"));
}

absl::Status ArgSortType(TypeContext& context, const ArgSortAttrs& attrs, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  const Shape& data = context.input(0)->shape;
  if (data.has_rank()) BATON_RETURN_IF_ERROR(NormalizeAxis(attrs.axis, data.rank()).status());
  result->push_back({attrs.dtype, data});
  return absl::OkStatus();
}

absl::Status ArgSortKernel(const ArgSortAttrs& attrs, KernelCall& call) {
  const int axis = FromFront(attrs.axis, call.inputs[0]->rank);
  TensorObject& result = *call.outputs[0];
  return OrderLines(call, axis, !attrs.is_ascend, [&](int64_t offset, int64_t stride, auto order, auto*) {
    VisitDType(result.dtype, [&](auto position) {
      using T = decltype(position);
      for (size_t i = 0; i < order.size(); ++i) result.As<T>()[offset + i * stride] = Convert<T>(order[i]);
    });
  });
}

}  // namespace

const OpDef& ArgSort() {
  static const OpDef& def = *new OpDef(MakeOp<ArgSortAttrs>(
      {.name = "argsort",
       .doc = "The positions of the elements along `axis` in order; ties keep their order, NaN counts as "
              "greater than all numbers.",
       .attrs = {{"axis", &ArgSortAttrs::axis, "axis sorted; negative counts from the end"},
                 {"is_ascend", &ArgSortAttrs::is_ascend, "the least element comes first"},
                 {"dtype", &ArgSortAttrs::dtype, "element type of the positions"}},
       .inputs = {"data"},
       .type = ArgSortType,
       .check_attrs = CheckArgSortAttrs,
       .flops = FlopsPerOperand<ArgSortAttrs, 300>,
       .kernels = {{"portable", ArgSortKernel}}}));
  return def;
}

}  // namespace baton
