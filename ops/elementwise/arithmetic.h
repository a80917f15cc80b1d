// The arithmetic of one element: integers wrap and never trap, floats follow IEEE 754. Division by zero of
// integers is refused beforehand by RequireNonZero.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "absl/status/status.h"
#include "vm/core/tensor.h"

namespace baton {

// Unsigned and not narrower than int, so that integer promotion cannot overflow.
template <typename T>
using WrapType = std::common_type_t<std::make_unsigned_t<T>, unsigned>;

template <typename T>
T Sum(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<WrapType<T>>(a) + static_cast<WrapType<T>>(b));
  } else {
    return a + b;
  }
}

template <typename T>
T Difference(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<WrapType<T>>(a) - static_cast<WrapType<T>>(b));
  } else {
    return a - b;
  }
}

template <typename T>
T Product(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<WrapType<T>>(a) * static_cast<WrapType<T>>(b));
  } else {
    return a * b;
  }
}

template <typename T>
T Negated(T a) {
  if constexpr (std::is_integral_v<T>) {
    return Difference(T{0}, a);
  } else {
    return -a;
  }
}

// True for the divisor -1, whose quotient may not fit and traps in hardware.
template <typename T>
constexpr bool IsMinusOne(T b) {
  return std::is_signed_v<T> && b == static_cast<T>(-1);
}

// REQUIRES (integers, here and below): b != 0.
template <typename T>
T TruncatedQuotient(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return IsMinusOne(b) ? Negated(a) : static_cast<T>(a / b);
  } else {
    return a / b;
  }
}

// The remainder with the sign of a: C's % and fmod.
template <typename T>
T TruncatedRemainder(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return IsMinusOne(b) ? T{0} : static_cast<T>(a % b);
  } else {
    return std::fmod(a, b);
  }
}

// The remainder with the sign of b.
template <typename T>
T FloorRemainder(T a, T b) {
  const T remainder = TruncatedRemainder(a, b);
  if (remainder != 0 && (remainder < 0) != (b < 0)) return static_cast<T>(remainder + b);
  if constexpr (std::is_floating_point_v<T>) {
    if (remainder == 0) return std::copysign(remainder, b);
  }
  return remainder;
}

template <typename T>
T FloorQuotient(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    if (IsMinusOne(b)) return Negated(a);
    const T quotient = static_cast<T>(a / b);
    return a % b != 0 && (a < 0) != (b < 0) ? static_cast<T>(quotient - 1) : quotient;
  } else {
    return std::floor(a / b);
  }
}

// Of floats: the minimum and maximum of IEEE 754-2019, NaN when either operand is, and -0 is less than 0.
template <typename T>
T Smaller(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return std::numeric_limits<T>::quiet_NaN();
    if (a == b) return std::signbit(a) ? a : b;
  }
  return a < b ? a : b;
}

template <typename T>
T Larger(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a != a || b != b) return std::numeric_limits<T>::quiet_NaN();
    if (a == b) return std::signbit(a) ? b : a;
  }
  return a > b ? a : b;
}

// Errors: InvalidArgument when an integer tensor holds a zero. REQUIRES: T is divisor's element type.
template <typename T>
absl::Status RequireNonZero(const TensorObject& divisor) {
  if constexpr (std::is_integral_v<T>) {
    const T* data = divisor.As<T>();
    const T* end = data + divisor.num_elements();
    if (std::find(data, end, T{0}) != end) return absl::InvalidArgumentError("division by zero");
  }
  return absl::OkStatus();
}

}  // namespace baton
