// Which element types hold quantised numbers, and how real numbers become such. Shared by the quantised
// operators.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/elementwise/kernels.h"
#include "ops/op_def.h"

namespace baton {

// Integers of 8 or 16 bits.
inline bool IsQuantizedType(DType dtype) {
  return IsInteger(dtype) && DTypeSize(dtype) <= 2;
}

// Input `index`, and the zero point that belongs to it, are of such a type, and of the same. Errors:
// InvalidArgument "data has element type float32, expected an integer of 8 or 16 bits".
inline absl::Status RequireQuantized(const TypeContext& context, int index, int zero_point,
                                     absl::string_view what) {
  const DType dtype = context.input(index)->dtype;
  if (!IsQuantizedType(dtype)) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " has element type ", DTypeName(dtype), ", expected an integer of 8 or 16 bits"));
  }
  if (!context.HasInput(zero_point) || context.input(zero_point)->dtype == dtype) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the zero point of ", what, " has element type ",
                                                 DTypeName(context.input(zero_point)->dtype), ", expected ",
                                                 DTypeName(dtype)));
}

// Calls `f(Q{})` for a type that IsQuantizedType accepts.
template <typename F>
absl::Status VisitQuantized(DType dtype, F&& f) {
  return VisitDTypeIn<DTypeSet::kInteger>(dtype, [&](auto element) -> absl::Status {
    if constexpr (sizeof(element) <= 2) return f(element);
    return absl::InternalError(absl::StrCat("no kernel for ", DTypeName(dtype)));
  });
}

// The integer nearest to `value` (ties to even) plus the zero point, saturated to Q. NaN becomes the zero
// point; an infinity saturates.
template <typename Q>
Q Quantized(double value, int32_t zero_point) {
  if (value != value) value = 0;
  const double shifted = std::nearbyint(value) + zero_point;
  return static_cast<Q>(
      std::clamp<double>(shifted, std::numeric_limits<Q>::min(), std::numeric_limits<Q>::max()));
}

}  // namespace baton
