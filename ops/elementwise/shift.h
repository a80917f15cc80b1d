// What left_shift and right_shift share. Unlike C++'s, shifts are defined for every amount that is not
// negative.
#pragma once

#include <algorithm>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "ops/elementwise/arithmetic.h"

namespace baton {

template <typename T>
inline constexpr int kNumBits = static_cast<int>(sizeof(T)) * 8;

// Bits shifted out are lost. REQUIRES (here and below): amount >= 0.
template <typename T>
T ShiftedLeft(T value, T amount) {
  if (amount >= static_cast<T>(kNumBits<T>)) return 0;
  return static_cast<T>(static_cast<WrapType<T>>(value) << amount);
}

// The sign is kept: signed values are divided by 2^amount, rounding down.
template <typename T>
T ShiftedRight(T value, T amount) {
  return static_cast<T>(value >> std::min<T>(amount, kNumBits<T> - 1) >>
                        (amount >= static_cast<T>(kNumBits<T>)));
}

// Errors: InvalidArgument when an amount is negative. REQUIRES: T is the tensor's element type.
template <typename T>
absl::Status RequireShiftAmounts(const TensorObject& amounts) {
  if constexpr (std::is_signed_v<T>) {
    const T* data = amounts.As<T>();
    const T* end = data + amounts.num_elements();
    const T* negative = std::find_if(data, end, [](T amount) { return amount < 0; });
    if (negative != end)
      return absl::InvalidArgumentError(absl::StrCat("cannot shift by ", static_cast<int64_t>(*negative)));
  }
  return absl::OkStatus();
}

}  // namespace baton
