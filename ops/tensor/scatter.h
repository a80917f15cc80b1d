// What scatter_nd and scatter_elements share: how an update changes an element. Internal to ops/.
#pragma once

#include <string>

#include "ops/elementwise/arithmetic.h"
#include "ops/elementwise/kernels.h"

namespace baton {

enum class ScatterReduction { kNone, kAdd, kMul, kMean, kMax, kMin };

// REQUIRES: CheckReduction(name) is OK.
inline ScatterReduction ReductionFromName(absl::string_view name) {
  if (name == "add") return ScatterReduction::kAdd;
  if (name == "mul") return ScatterReduction::kMul;
  if (name == "mean") return ScatterReduction::kMean;
  if (name == "max") return ScatterReduction::kMax;
  if (name == "min") return ScatterReduction::kMin;
  return ScatterReduction::kNone;
}

inline absl::Status CheckReduction(absl::string_view name) {
  if (name == "none" || ReductionFromName(name) != ScatterReduction::kNone) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'reduction' is '", name, "', expected none, add, mul, mean, max or min"));
}

// The new value of an element. A mean is taken with one update at a time: later ones weigh more. bool: add
// and mean are or, mul is and.
template <typename T>
T Reduced(ScatterReduction reduction, T element, T update) {
  const ComputeType<T> a = Load(element);
  const ComputeType<T> b = Load(update);
  if constexpr (std::is_same_v<T, Bool>) {
    const bool either = reduction != ScatterReduction::kMul && reduction != ScatterReduction::kMin;
    if (reduction == ScatterReduction::kNone) return update;
    return Bool(either ? a || b : a && b);
  } else {
    switch (reduction) {
      case ScatterReduction::kNone:
        return update;
      case ScatterReduction::kAdd:
        return T(Sum(a, b));
      case ScatterReduction::kMul:
        return T(Product(a, b));
      case ScatterReduction::kMean:
        return T(TruncatedQuotient(Sum(a, b), ComputeType<T>{2}));
      case ScatterReduction::kMax:
        return T(Larger(a, b));
      case ScatterReduction::kMin:
        return T(Smaller(a, b));
    }
    return update;
  }
}

}  // namespace baton
