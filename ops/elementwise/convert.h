// Conversion of one element to another element type, defined for every value: what `cast` computes and what
// operators with mixed element types use.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "vm/core/dtype.h"

namespace baton {

template <typename T>
inline constexpr bool kIsHalf = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;
template <typename T>
inline constexpr bool kIsFloat = std::is_floating_point_v<T> || kIsHalf<T>;

// The C++ type in which elements of type T are computed: half floats as float, Bool as bool, others as
// themselves.
template <typename T>
using ComputeType =
    std::conditional_t<kIsHalf<T>, float, std::conditional_t<std::is_same_v<T, Bool>, bool, T>>;

// Truncates; saturates outside T's range; NaN gives 0.
template <typename T, typename Float>
T FloatToInteger(Float value) {
  constexpr int kDigits = std::numeric_limits<T>::digits;
  const Float limit = static_cast<Float>(uint64_t{1} << (kDigits - 1)) * 2;  // 2^digits, exact
  if (value != value) return 0;
  if (value >= limit) return std::numeric_limits<T>::max();
  if (value <= (std::is_signed_v<T> ? -limit : Float{0})) return std::numeric_limits<T>::min();
  return static_cast<T>(value);
}

// The float nearest to `value`, with the last bit set when inexact (round to odd): rounding it to a half then
// gives what rounding `value` once would. Source: Boldo and Melquiond, "Emulation of FMA and correctly
// rounded sums: proved algorithms using rounding to odd", IEEE TC 57(4), 2008.
inline float RoundToOdd(double value) {
  const float nearest = static_cast<float>(value);
  if (static_cast<double>(nearest) == value || value != value) return nearest;
  uint32_t bits = std::bit_cast<uint32_t>(nearest);
  if (std::fabs(static_cast<double>(nearest)) > std::fabs(value)) --bits;
  return std::bit_cast<float>(bits | 1);
}

// float to integer as FloatToInteger; integer to narrower integer keeps the low bits; anything to bool is `!=
// 0` (NaN is true); to float rounds to nearest even. Source: ONNX Cast-13, which leaves float to integer open
// out of range.
template <typename To, typename From>
To Convert(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (kIsHalf<From>) {
    return Convert<To>(static_cast<float>(value));
  } else if constexpr (std::is_same_v<From, Bool>) {
    return Convert<To>(static_cast<uint8_t>(static_cast<bool>(value)));
  } else if constexpr (std::is_same_v<To, Bool>) {
    return Bool(value != From{});
  } else if constexpr (kIsHalf<To>) {
    return To(std::is_same_v<From, float> ? static_cast<float>(value)
                                          : RoundToOdd(static_cast<double>(value)));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return FloatToInteger<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace baton
