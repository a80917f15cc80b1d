// Kernels of elementwise operators from a function of one or two elements. Halves are computed as float. A
// function may bring a vector form for float32 rows (float_rows.h); it then serves every float32 element, so
// that an element's result does not depend on its position.
#pragma once

#include <algorithm>

#include "ops/broadcast.h"
#include "ops/elementwise/convert.h"
#include "ops/elementwise/float_rows.h"
#include "ops/op_def.h"
#include "ops/type_relations.h"

namespace baton {

// Compile-time twin of Contains().
template <typename T>
constexpr bool Covers(DTypeSet set) {
  constexpr bool kIsBool = std::is_same_v<T, Bool>;
  switch (set) {
    case DTypeSet::kAny:
      return true;
    case DTypeSet::kNumeric:
      return !kIsBool;
    case DTypeSet::kFloat:
      return kIsFloat<T>;
    case DTypeSet::kInteger:
      return !kIsBool && !kIsFloat<T>;
    case DTypeSet::kBool:
      return kIsBool;
    case DTypeSet::kBits:
      return !kIsFloat<T>;
    case DTypeSet::kIndex:
      return std::is_same_v<T, int32_t> || std::is_same_v<T, int64_t>;
  }
  return false;
}

// Calls `f(T{})` for `dtype`'s element type when it is in `set`. The type rule keeps others out.
template <DTypeSet set, typename F>
absl::Status VisitDTypeIn(DType dtype, F&& f) {
  return VisitDType(dtype, [&](auto element) -> absl::Status {
    using T = decltype(element);
    if constexpr (Covers<T>(set)) {
      return f(element);
    } else {
      return absl::InternalError(absl::StrCat("no kernel for ", DTypeName(DTypeOf<T>())));
    }
  });
}

// A function with a vector form for float32.
template <typename Function>
concept HasFloatRow = requires {
  Function::Row;
};
// A function that may refuse divisors before any element is computed.
template <typename Function, typename T>
concept ChecksDivisor = requires(const TensorObject& divisor) {
  Function::template Check<T>(divisor);
};

template <typename T>
ComputeType<T> Load(T element) {
  return static_cast<ComputeType<T>>(element);
}

// result[i] = function(data[i]), elements of type T to R.
template <typename R, typename T, typename Function>
void UnaryLoop(const Function& function, const TensorObject& data, TensorObject& result) {
  const T* __restrict x = data.As<T>();
  R* __restrict y = result.As<R>();
  const int64_t n = data.num_elements();
  if constexpr (std::is_same_v<T, float> && HasFloatRow<Function>) {
    Function::Row(x, y, n);
  } else {
    for (int64_t i = 0; i < n; ++i) y[i] = R(function(Load(x[i])));
  }
}

// For operators with attributes: `function` is made from them.
template <DTypeSet set, typename Function>
absl::Status RunUnary(const Function& function, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  return VisitDTypeIn<set>(data.dtype, [&](auto element) {
    using T = decltype(element);
    UnaryLoop<T, T>(function, data, *call.outputs[0]);
    return absl::OkStatus();
  });
}

template <typename Function, DTypeSet set>
absl::Status UnaryKernel(const NoAttrs&, KernelCall& call) {
  return RunUnary<set>(Function(), call);
}

// One row of a binary operator; an operand that does not advance is one element.
template <typename R, typename T, typename Function>
void BinaryRow(const Function& function, const T* __restrict a, bool a_advances, const T* __restrict b,
               bool b_advances, R* __restrict y, int64_t n) {
  if constexpr (std::is_same_v<T, float> && HasFloatRow<Function>) {
    Function::Row({a, a_advances}, {b, b_advances}, y, n);
  } else if (a_advances && b_advances) {
    for (int64_t i = 0; i < n; ++i) y[i] = R(function(Load(a[i]), Load(b[i])));
  } else if (a_advances) {
    const ComputeType<T> fixed = Load(*b);
    for (int64_t i = 0; i < n; ++i) y[i] = R(function(Load(a[i]), fixed));
  } else {
    const ComputeType<T> fixed = Load(*a);
    for (int64_t i = 0; i < n; ++i) y[i] = R(function(fixed, Load(b[i])));
  }
}

// result = function(inputs[0], inputs[1]) broadcast, elements of type T to R.
template <typename R, typename T, typename Function>
void BinaryLoop(const Function& function, KernelCall& call) {
  const TensorObject& a = *call.inputs[0];
  const TensorObject& b = *call.inputs[1];
  TensorObject& result = *call.outputs[0];
  const BroadcastPlan<2> plan = PlanBroadcast<2>(result.shape(), {a.shape(), b.shape()});
  ForEachRow<2>(plan, [&](int64_t result_offset, const std::array<int64_t, 2>& offsets) {
    BinaryRow<R, T>(function, a.As<T>() + offsets[0], plan.advances(0), b.As<T>() + offsets[1],
                    plan.advances(1), result.As<R>() + result_offset, plan.row_length());
  });
}

// A function may refuse operands: `static absl::Status Check<T>(divisor)`, called before any element is
// computed.
template <typename Function, typename T>
absl::Status CheckDivisor(const TensorObject& divisor) {
  if constexpr (ChecksDivisor<Function, T>) {
    return Function::template Check<T>(divisor);
  } else {
    return absl::OkStatus();
  }
}

template <typename Function, DTypeSet set>
absl::Status BinaryKernel(const NoAttrs&, KernelCall& call) {
  return VisitDTypeIn<set>(call.inputs[0]->dtype, [&](auto element) -> absl::Status {
    using T = decltype(element);
    if (call.outputs[0]->num_elements() != 0) {
      BATON_RETURN_IF_ERROR((CheckDivisor<Function, T>(*call.inputs[1])));
    }
    BinaryLoop<T, T>(Function(), call);
    return absl::OkStatus();
  });
}

// The same with bool results.
template <typename Function, DTypeSet set>
absl::Status ComparisonKernel(const NoAttrs&, KernelCall& call) {
  return VisitDTypeIn<set>(call.inputs[0]->dtype, [&](auto element) {
    BinaryLoop<Bool, decltype(element)>(Function(), call);
    return absl::OkStatus();
  });
}

}  // namespace baton
