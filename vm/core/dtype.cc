#include "vm/core/dtype.h"

#include <bit>
#include <cmath>

namespace baton {
namespace {

constexpr uint32_t kFloatInfinity = 0x7f800000;

}  // namespace

Float16::Float16(float value) {
  const uint32_t word = std::bit_cast<uint32_t>(value);
  const uint16_t sign = (word >> 16) & 0x8000;
  const uint32_t magnitude = word & 0x7fffffff;
  if (magnitude > kFloatInfinity) {  // NaN: keep the upper payload, make it quiet
    bits = sign | 0x7e00 | ((magnitude >> 13) & 0x3ff);
  } else if (magnitude >= 0x47800000) {  // 65536 and above
    bits = sign | 0x7c00;
  } else if (magnitude < 0x38800000) {  // below 2^-14: subnormal
    // Multiples of 2^-24 are what fits behind 0.5, so this addition does the rounding.
    bits = sign | (std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - 0x3f000000);
  } else {
    const uint32_t round = 0xfff + ((magnitude >> 13) & 1);
    // Rebias the exponent from 127 to 15. A carry out of the fraction goes to the exponent, at the top to
    // infinity.
    bits = sign | (((magnitude + round) >> 13) - (112 << 10));
  }
}

Float16::operator float() const {
  const uint32_t sign = (bits & 0x8000u) << 16;
  const uint32_t exponent = (bits >> 10) & 0x1f;
  const uint32_t fraction = bits & 0x3ff;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  if (exponent == 0x1f) {
    const uint32_t quiet = fraction != 0 ? 0x400000 : 0;
    return std::bit_cast<float>(sign | kFloatInfinity | quiet | (fraction << 13));
  }
  return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (fraction << 13));
}

BFloat16::BFloat16(float value) {
  const uint32_t word = std::bit_cast<uint32_t>(value);
  if ((word & 0x7fffffff) > kFloatInfinity) {
    bits = (word >> 16) | 0x40;
  } else {
    bits = (word + 0x7fff + ((word >> 16) & 1)) >> 16;
  }
}

BFloat16::operator float() const {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

absl::string_view DTypeName(DType dtype) {
  switch (dtype) {
#define DTYPE(enumerator, name, type, onnx) \
  case DType::enumerator:                   \
    return name;
#include "vm/core/dtypes.def"
#undef DTYPE
  }
  return "?";
}

std::optional<DType> DTypeFromName(absl::string_view text) {
#define DTYPE(enumerator, name, type, onnx) \
  if (text == name) return DType::enumerator;
#include "vm/core/dtypes.def"
#undef DTYPE
  return std::nullopt;
}

std::optional<DType> DTypeFromOnnx(int code) {
  switch (code) {
#define DTYPE(enumerator, name, type, onnx) \
  case onnx:                                \
    return DType::enumerator;
#include "vm/core/dtypes.def"
#undef DTYPE
    default:
      return std::nullopt;
  }
}

int DTypeToOnnx(DType dtype) {
  switch (dtype) {
#define DTYPE(enumerator, name, type, onnx) \
  case DType::enumerator:                   \
    return onnx;
#include "vm/core/dtypes.def"
#undef DTYPE
  }
  return 0;
}

bool IsFloat(DType dtype) {
  return dtype == DType::kFloat16 || dtype == DType::kBFloat16 || dtype == DType::kFloat32 ||
         dtype == DType::kFloat64;
}

bool IsSigned(DType dtype) {
  return dtype == DType::kInt8 || dtype == DType::kInt16 || dtype == DType::kInt32 || dtype == DType::kInt64;
}

bool IsUnsigned(DType dtype) {
  return dtype == DType::kUInt8 || dtype == DType::kUInt16 || dtype == DType::kUInt32 ||
         dtype == DType::kUInt64;
}

}  // namespace baton
