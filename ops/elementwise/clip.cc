#include <limits>

#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

absl::Status ClipType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireSameDType(context));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 1, "min"));
  BATON_RETURN_IF_ERROR(RequireOneElement(context, 2, "max"));
  result->push_back(*context.input(0));
  return absl::OkStatus();
}

template <typename T>
struct ClipFunction {
  bool has_min;
  bool has_max;
  T min;
  T max;
  // Comparisons with NaN are false, so it stays; max wins where min > max.
  T operator()(T x) const {
    x = has_min && x < min ? min : x;
    return has_max && x > max ? max : x;
  }
};

absl::Status ClipKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject* min = call.inputs[1];
  const TensorObject* max = call.inputs[2];
  return VisitDTypeIn<DTypeSet::kNumeric>(call.inputs[0]->dtype, [&](auto element) {
    using T = decltype(element);
    ClipFunction<ComputeType<T>> function = {min != nullptr, max != nullptr, {}, {}};
    if (min != nullptr) function.min = Load(*min->As<T>());
    if (max != nullptr) function.max = Load(*max->As<T>());
    UnaryLoop<T, T>(function, *call.inputs[0], *call.outputs[0]);
    return absl::OkStatus();
  });
}

}  // namespace

const OpDef& Clip() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "clip",
       .doc = "min(max(x, min), max); an absent bound does not bound, NaN stays. Source: ONNX Clip-13.",
       .inputs = {"data", InputDef("min").Optional(), InputDef("max").Optional()},
       .type = ClipType,
       .fusion = Fusion::kElementwise,
       .kernels = {{"portable", ClipKernel}}}));
  return def;
}

}  // namespace baton
