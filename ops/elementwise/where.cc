#include "ops/broadcast.h"
#include "ops/element_bits.h"
#include "ops/type_relations.h"

namespace baton {
namespace {

absl::Status WhereType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kBool));
  BATON_RETURN_IF_ERROR(RequireSameDType(context, 1));
  BATON_ASSIGN_OR_RETURN(Shape shape, BroadcastInputs(context));
  result->push_back({context.input(1)->dtype, std::move(shape)});
  return absl::OkStatus();
}

absl::Status WhereKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& condition = *call.inputs[0];
  const TensorObject& x = *call.inputs[1];
  const TensorObject& y = *call.inputs[2];
  TensorObject& result = *call.outputs[0];
  const auto plan = PlanBroadcast<3>(result.shape(), {condition.shape(), x.shape(), y.shape()});
  const int64_t steps[3] = {plan.advances(0), plan.advances(1), plan.advances(2)};
  VisitElementBits(x.dtype, [&](auto element) {
    using T = decltype(element);
    ForEachRow<3>(plan, [&](int64_t offset, const std::array<int64_t, 3>& offsets) {
      const uint8_t* c = condition.As<uint8_t>() + offsets[0];
      const T* a = x.As<T>() + offsets[1];
      const T* b = y.As<T>() + offsets[2];
      T* row = result.As<T>() + offset;
      const int64_t n = plan.row_length();
      for (int64_t i = 0; i < n; ++i) row[i] = c[i * steps[0]] != 0 ? a[i * steps[1]] : b[i * steps[2]];
    });
  });
  return absl::OkStatus();
}

}  // namespace

const OpDef& Where() {
  static const OpDef& def =
      *new OpDef(MakeOp<NoAttrs>({.name = "where",
                                  .doc = "x where condition holds, y elsewhere; all three "
                                         "broadcast. Source: ONNX Where-16.",
                                  .inputs = {"condition", "x", "y"},
                                  .type = WhereType,
                                  .scalar = ScalarForm::kSelect,
                                  .fusion = Fusion::kBroadcast,
                                  .kernels = {{"portable", WhereKernel}}}));
  return def;
}

}  // namespace baton
