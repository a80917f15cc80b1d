// The meaning of scalar instructions where C++ has none or another one: wrapping, floor division, saturating
// and rounding conversions. Used by the interpreter's handlers.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "vm/core/dtype.h"

namespace baton {

inline int64_t WrapAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
inline int64_t WrapSub(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
inline int64_t WrapMul(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}
inline int64_t WrapNeg(int64_t a) {
  return WrapSub(0, a);
}

// REQUIRES for the next four: b != 0. Dividing by -1 is apart: INT64_MIN / -1 traps.
inline int64_t WrapDiv(int64_t a, int64_t b) {
  return b == -1 ? WrapNeg(a) : a / b;
}
inline int64_t WrapRem(int64_t a, int64_t b) {
  return b == -1 ? 0 : a % b;
}
inline int64_t WrapFloorDiv(int64_t a, int64_t b) {
  if (b == -1) return WrapNeg(a);
  const int64_t quotient = a / b;
  return quotient - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}
inline int64_t WrapFloorMod(int64_t a, int64_t b) {
  if (b == -1) return 0;
  const int64_t remainder = a % b;
  return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
}

// a as the integer type `dtype` holds it; uint64 keeps the 64 bits. REQUIRES: an integer type.
inline int64_t WrapTo(int64_t a, DType dtype) {
  switch (dtype) {
    case DType::kInt8:
      return static_cast<int8_t>(a);
    case DType::kInt16:
      return static_cast<int16_t>(a);
    case DType::kInt32:
      return static_cast<int32_t>(a);
    case DType::kUInt8:
      return static_cast<uint8_t>(a);
    case DType::kUInt16:
      return static_cast<uint16_t>(a);
    case DType::kUInt32:
      return static_cast<uint32_t>(a);
    default:
      return a;
  }
}

// The same for the commonest type.
inline int64_t WrapToI32(int64_t a) {
  return static_cast<int32_t>(a);
}

// IEEE 754-2019 minimum and maximum: NaN if either is, and -0 is less than 0.
inline double MinNumber(double a, double b) {
  if (a != a || b != b) return std::numeric_limits<double>::quiet_NaN();
  if (a == b) return std::signbit(a) ? a : b;
  return a < b ? a : b;
}
inline double MaxNumber(double a, double b) {
  if (a != a || b != b) return std::numeric_limits<double>::quiet_NaN();
  if (a == b) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

// Truncated; saturates outside int64; NaN gives 0.
inline int64_t SaturateToI64(double a) {
  if (a != a) return 0;
  if (a >= 0x1p63) return INT64_MAX;
  if (a < -0x1p63) return INT64_MIN;
  return static_cast<int64_t>(a);
}

// The float nearest to `a` whose last bit is 1 when inexact (round to odd): rounding it once more, to a type
// with at least two bits less, gives what rounding `a` directly would give. Source: Boldo and Melquiond,
// "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", IEEE TC 57(4),
// 2008.
inline float RoundToOddFloat(double a) {
  const float nearest = static_cast<float>(a);
  if (static_cast<double>(nearest) == a || a != a) return nearest;
  uint32_t bits = std::bit_cast<uint32_t>(nearest);
  if (std::fabs(static_cast<double>(nearest)) > std::fabs(a)) --bits;
  return std::bit_cast<float>(bits | 1);
}

// `a` rounded once, to nearest even.
template <typename Half>
Half RoundToHalf(double a) {
  return Half(RoundToOddFloat(a));
}

// `a` rounded to the float type `dtype`. REQUIRES: a float type.
inline double RoundTo(double a, DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return static_cast<double>(static_cast<float>(a));
    case DType::kFloat16:
      return static_cast<double>(static_cast<float>(RoundToHalf<Float16>(a)));
    case DType::kBFloat16:
      return static_cast<double>(static_cast<float>(RoundToHalf<BFloat16>(a)));
    default:
      return a;
  }
}

}  // namespace baton
