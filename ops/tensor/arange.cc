#include <cmath>

#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

// ceil((limit - start) / delta), at least 0; fresh when it does not follow from constants and extents.
absl::StatusOr<Dim> IntegerLength(TypeContext& context) {
  const Dim* operands[3];
  for (int i = 0; i < 3; ++i) {
    const std::vector<Dim>* value = context.InputValue(i);
    if (value == nullptr || value->size() != 1) return context.FreshDim("length");
    operands[i] = &value->front();
  }
  const auto& [start, limit, delta] = operands;
  if (!delta->is_constant()) return context.FreshDim("length");
  if (*delta == Dim(0)) return absl::InvalidArgumentError("delta is 0");
  if (delta->value() == INT64_MIN) return absl::InvalidArgumentError("delta is out of range");
  const bool up = delta->value() > 0;
  const Dim distance = up ? *limit - *start : *start - *limit;
  return Max(CeilDiv(distance, up ? *delta : Dim(0) - *delta), Dim(0));
}

absl::Status ArangeType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 0, "start"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 1, "limit"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 2, "delta"));
  const DType dtype = context.input(0)->dtype;
  Dim length;
  if (IsInteger(dtype)) {
    BATON_ASSIGN_OR_RETURN(length, IntegerLength(context));
  } else {
    length = context.FreshDim("length");  // only the kernel sees float values
  }
  result->push_back({dtype, Shape({length})});
  return absl::OkStatus();
}

absl::StatusOr<int64_t> FloatLength(double start, double limit, double delta) {
  const double length = std::ceil((limit - start) / delta);
  if (delta == 0 || !(length < 9.0e18)) {
    return absl::InvalidArgumentError(
        absl::StrCat("start ", start, ", limit ", limit, ", delta ", delta, " give no finite length"));
  }
  return length > 0 ? static_cast<int64_t>(length) : 0;
}

// Integers wrap as a model's arithmetic does.
template <typename T>
T ElementAt(T start, T delta, int64_t i) {
  return Sum(start, Product(static_cast<T>(i), delta));
}

template <typename T>
absl::Status Fill(KernelCall& call) {
  using C = ComputeType<T>;
  const C start = Load(*call.inputs[0]->As<T>());
  const C delta = Load(*call.inputs[2]->As<T>());
  if (call.outputs[0] == nullptr) {
    BATON_ASSIGN_OR_RETURN(
        const int64_t length,
        FloatLength(static_cast<double>(start), static_cast<double>(Load(*call.inputs[1]->As<T>())),
                    static_cast<double>(delta)));
    BATON_RETURN_IF_ERROR(call.context.AllocateOutput(0, DTypeOf<T>(), {length}));
  }
  TensorObject& result = *call.outputs[0];
  for (int64_t i = 0; i < result.dims[0]; ++i) result.As<T>()[i] = T(ElementAt(start, delta, i));
  return absl::OkStatus();
}

absl::Status ArangeKernel(const NoAttrs&, KernelCall& call) {
  return VisitDTypeIn<DTypeSet::kNumeric>(call.inputs[0]->dtype,
                                          [&](auto element) { return Fill<decltype(element)>(call); });
}

}  // namespace

const OpDef& Arange() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "arange",
       .doc = "start, start + delta, ... up to limit, which is left out. Source: ONNX Range-11.",
       .inputs = {InputDef("start").DecidesShape(), InputDef("limit").DecidesShape(),
                  InputDef("delta").DecidesShape()},
       .type = ArangeType,
       .kernels = {{"portable", ArangeKernel}}}));
  return def;
}

}  // namespace baton
