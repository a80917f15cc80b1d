#include "vm/core/dtype.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <type_traits>

using baton::BFloat16;
using baton::DType;
using baton::Float16;

namespace {

DType At(int index) {
  return static_cast<DType>(index);
}

template <typename T>
float FromBits(uint32_t bits) {
  T value;
  value.bits = static_cast<uint16_t>(bits);
  return static_cast<float>(value);
}

// Checks rounding between the neighbours `bits` and `bits` + 1, both positive and finite.
template <typename T>
void CheckHalfway(uint32_t bits) {
  const double low = FromBits<T>(bits), high = FromBits<T>(bits + 1);
  const auto middle = static_cast<float>((low + high) / 2);
  const uint32_t even = bits % 2 == 0 ? bits : bits + 1;
  CAPTURE(bits, middle);
  REQUIRE(T(middle).bits == even);
  REQUIRE(T(-middle).bits == (even | 0x8000));
  REQUIRE(T(std::nextafter(middle, 0.0f)).bits == bits);
  REQUIRE(T(std::nextafter(middle, INFINITY)).bits == bits + 1);
}

}  // namespace

TEST_CASE("dtype: names are unique and read back", "[core]") {
  std::set<std::string> names;
  for (int i = 0; i < baton::kNumDTypes; ++i) {
    names.insert(std::string(DTypeName(At(i))));
    CHECK(baton::DTypeFromName(DTypeName(At(i))) == At(i));
  }
  CHECK(names.size() == baton::kNumDTypes);
  CHECK(DTypeName(DType::kFloat32) == "float32");
  CHECK_FALSE(baton::DTypeFromName("float").has_value());
  CHECK_FALSE(baton::DTypeFromName("").has_value());
}

TEST_CASE("dtype: ONNX codes read back", "[core]") {
  for (int i = 0; i < baton::kNumDTypes; ++i) CHECK(baton::DTypeFromOnnx(DTypeToOnnx(At(i))) == At(i));
  CHECK(baton::DTypeFromOnnx(1) == DType::kFloat32);
  CHECK(baton::DTypeFromOnnx(9) == DType::kBool);
  for (const int code : {0, 8, 14, 15, 17, -1, 1000}) CHECK_FALSE(baton::DTypeFromOnnx(code).has_value());
}

TEST_CASE("dtype: every type has exactly one class", "[core]") {
  for (int i = 0; i < baton::kNumDTypes; ++i) {
    const int classes = IsFloat(At(i)) + IsSigned(At(i)) + IsUnsigned(At(i)) + (At(i) == DType::kBool);
    CAPTURE(i);
    CHECK(classes == 1);
  }
  CHECK(IsFloat(DType::kBFloat16));
  CHECK(IsSigned(DType::kInt8));
  CHECK(IsUnsigned(DType::kUInt64));
  CHECK(IsInteger(DType::kInt32));
  CHECK_FALSE(IsInteger(DType::kBool));
}

TEST_CASE("dtype: VisitDType passes the C++ type", "[core]") {
  for (int i = 0; i < baton::kNumDTypes; ++i) {
    VisitDType(At(i), [&](auto zero) {
      CHECK(sizeof(zero) == static_cast<size_t>(DTypeSize(At(i))));
      CHECK(baton::DTypeOf<decltype(zero)>() == At(i));
    });
  }
  CHECK(DTypeSize(DType::kBool) == 1);
  CHECK(DTypeSize(DType::kFloat16) == 2);
}

TEST_CASE("dtype: every float16 converts to float and back", "[core]") {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const float value = FromBits<Float16>(bits);
    const uint32_t quiet = (bits & 0x7fff) > 0x7c00 ? 0x200 : 0;
    REQUIRE(Float16(value).bits == (bits | quiet));
  }
}

TEST_CASE("dtype: every bfloat16 converts to float and back", "[core]") {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const float value = FromBits<BFloat16>(bits);
    const uint32_t quiet = (bits & 0x7fff) > 0x7f80 ? 0x40 : 0;
    REQUIRE(BFloat16(value).bits == (bits | quiet));
  }
}

TEST_CASE("dtype: float16 has the values of IEEE binary16", "[core]") {
  CHECK(FromBits<Float16>(0x3c00) == 1.0f);
  CHECK(FromBits<Float16>(0xc000) == -2.0f);
  CHECK(FromBits<Float16>(0x7bff) == 65504.0f);
  CHECK(FromBits<Float16>(0x0400) == 0x1p-14f);
  CHECK(FromBits<Float16>(0x0001) == 0x1p-24f);
  CHECK(FromBits<Float16>(0x3555) == 0.333251953125f);
  CHECK(std::signbit(FromBits<Float16>(0x8000)));
  CHECK(FromBits<Float16>(0xfc00) == -INFINITY);
  CHECK(std::isnan(FromBits<Float16>(0x7c01)));
}

TEST_CASE("dtype: conversion to float16 rounds to nearest even everywhere", "[core]") {
  for (uint32_t bits = 0; bits < 0x7bff; ++bits) CheckHalfway<Float16>(bits);
}

TEST_CASE("dtype: conversion to bfloat16 rounds to nearest even everywhere", "[core]") {
  for (uint32_t bits = 0; bits < 0x7f7f; ++bits) CheckHalfway<BFloat16>(bits);
}

TEST_CASE("dtype: conversion to narrow floats overflows to infinity", "[core]") {
  CHECK(Float16(65519.99f).bits == 0x7bff);
  CHECK(Float16(65520.0f).bits == 0x7c00);
  CHECK(Float16(-1e30f).bits == 0xfc00);
  CHECK(Float16(INFINITY).bits == 0x7c00);
  CHECK(BFloat16(std::numeric_limits<float>::max()).bits == 0x7f80);
  CHECK(BFloat16(-INFINITY).bits == 0xff80);
}

TEST_CASE("dtype: tiny numbers round to zero or the smallest float16", "[core]") {
  CHECK(Float16(0x1p-25f).bits == 0);
  CHECK(Float16(0x1.8p-25f).bits == 1);
  CHECK(Float16(std::numeric_limits<float>::denorm_min()).bits == 0);
  CHECK(Float16(-0x1p-30f).bits == 0x8000);
}

TEST_CASE("dtype: NaN stays NaN and becomes quiet", "[core]") {
  const float signalling = std::bit_cast<float>(0x7f800001u);
  CHECK(Float16(signalling).bits == 0x7e00);
  CHECK(BFloat16(signalling).bits == 0x7fc0);
  CHECK(Float16(std::bit_cast<float>(0xffc00000u)).bits == 0xfe00);
}

TEST_CASE("dtype: any non-zero byte of a bool is true", "[core]") {
  baton::Bool value;
  CHECK_FALSE(static_cast<bool>(value));
  value.byte = 2;
  CHECK(static_cast<bool>(value));
  CHECK(baton::Bool(true).byte == 1);
}
