#include <cmath>
#include <limits>

#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {
namespace {

absl::Status PowerType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kNumeric));
  BATON_RETURN_IF_ERROR(RequireDType(context, 1, DTypeSet::kNumeric));
  BATON_ASSIGN_OR_RETURN(Shape shape, BroadcastInputs(context));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
}

// Integers to integer powers are exact and wrap; a negative power goes through double.
template <typename T>
T IntegerPower(T base, int64_t exponent) {
  if (exponent < 0)
    return FloatToInteger<T>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  T result = 1;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result = Product(result, base);
    base = Product(base, base);
  }
  return result;
}

// Exponents as E: int64 for integer types, double for float types.
template <typename T, typename E>
T PowerOf(T base, E exponent) {
  if constexpr (kIsHalf<T>) {
    return T(std::pow(static_cast<float>(base), static_cast<float>(exponent)));
  } else if constexpr (std::is_floating_point_v<T>) {
    if (exponent == E{2}) return base * base;
    return static_cast<T>(std::pow(base, static_cast<std::common_type_t<T, E>>(exponent)));
  } else if constexpr (std::is_integral_v<E>) {
    return IntegerPower(base, exponent);
  } else {
    return FloatToInteger<T>(std::pow(static_cast<double>(base), exponent));
  }
}

// float32 to float32 powers need no double.
float PowerOf(float base, float exponent) {
  return exponent == 2.0f ? base * base : std::pow(base, exponent);
}

template <typename T, typename Exponent>
void PowerLoop(KernelCall& call) {
  using E = std::conditional_t<kIsFloat<Exponent>, double, int64_t>;
  const TensorObject& base = *call.inputs[0];
  const TensorObject& exponent = *call.inputs[1];
  const auto plan = PlanBroadcast<2>(call.outputs[0]->shape(), {base.shape(), exponent.shape()});
  const int64_t steps[2] = {plan.advances(0), plan.advances(1)};
  ForEachRow<2>(plan, [&](int64_t offset, const std::array<int64_t, 2>& offsets) {
    const T* a = base.As<T>() + offsets[0];
    const Exponent* b = exponent.As<Exponent>() + offsets[1];
    T* row = call.outputs[0]->As<T>() + offset;
    for (int64_t i = 0; i < plan.row_length(); ++i) {
      if constexpr (std::is_same_v<T, float> && std::is_same_v<Exponent, float>) {
        row[i] = PowerOf(a[i * steps[0]], b[i * steps[1]]);
      } else {
        row[i] = PowerOf(a[i * steps[0]], Convert<E>(b[i * steps[1]]));
      }
    }
  });
}

absl::Status PowerKernel(const NoAttrs&, KernelCall& call) {
  return VisitDTypeIn<DTypeSet::kNumeric>(call.inputs[0]->dtype, [&](auto base) {
    return VisitDTypeIn<DTypeSet::kNumeric>(call.inputs[1]->dtype, [&](auto exponent) {
      PowerLoop<decltype(base), decltype(exponent)>(call);
      return absl::OkStatus();
    });
  });
}

}  // namespace

const OpDef& Power() {
  static const OpDef& def = *new OpDef(MakeOp<NoAttrs>(
      {.name = "power",
       .doc = "base to the exponent, in the element type of base; integers wrap. Source: ONNX Pow-15.",
       .inputs = {"base", "exponent"},
       .type = PowerType,
       .fusion = Fusion::kBroadcast,
       .kernels = {{"portable", PowerKernel}}}));
  return def;
}

}  // namespace baton
