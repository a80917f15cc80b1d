#include "vm/exec/scalar_ops.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace baton {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("scalar ops: integers wrap", "[exec]") {
  CHECK(WrapAdd(INT64_MAX, 1) == INT64_MIN);
  CHECK(WrapSub(INT64_MIN, 1) == INT64_MAX);
  CHECK(WrapMul(INT64_MAX, 2) == -2);
  CHECK(WrapNeg(INT64_MIN) == INT64_MIN);
  CHECK(WrapDiv(INT64_MIN, -1) == INT64_MIN);
  CHECK(WrapRem(INT64_MIN, -1) == 0);
  CHECK(WrapFloorDiv(INT64_MIN, -1) == INT64_MIN);
  CHECK(WrapFloorMod(INT64_MIN, -1) == 0);
}

TEST_CASE("scalar ops: division truncates or floors", "[exec]") {
  for (int64_t a = -7; a <= 7; ++a) {
    for (int64_t b = -3; b <= 3; ++b) {
      if (b == 0) continue;
      CAPTURE(a, b);
      const double exact = static_cast<double>(a) / static_cast<double>(b);
      const auto truncated = static_cast<int64_t>(std::trunc(exact));
      const auto floored = static_cast<int64_t>(std::floor(exact));
      CHECK(WrapDiv(a, b) == truncated);
      CHECK(WrapRem(a, b) == a - b * truncated);
      CHECK(WrapFloorDiv(a, b) == floored);
      CHECK(WrapFloorMod(a, b) == a - b * floored);
    }
  }
}

TEST_CASE("scalar ops: integers wrap to narrower types", "[exec]") {
  CHECK(WrapTo(200, DType::kInt8) == -56);
  CHECK(WrapTo(-1, DType::kUInt8) == 255);
  CHECK(WrapTo(70000, DType::kInt16) == 4464);
  CHECK(WrapTo(70000, DType::kUInt16) == 4464);
  CHECK(WrapTo(int64_t{1} << 31, DType::kInt32) == INT32_MIN);
  CHECK(WrapTo(-1, DType::kUInt32) == UINT32_MAX);
  CHECK(WrapTo(INT64_MIN, DType::kUInt64) == INT64_MIN);
}

TEST_CASE("scalar ops: minimum and maximum of NaN and of zeros", "[exec]") {
  CHECK(std::isnan(MinNumber(kNaN, 1)));
  CHECK(std::isnan(MinNumber(1, kNaN)));
  CHECK(std::isnan(MaxNumber(kNaN, 1)));
  CHECK(std::isnan(MaxNumber(1, kNaN)));
  CHECK(std::signbit(MinNumber(0.0, -0.0)));
  CHECK(std::signbit(MinNumber(-0.0, 0.0)));
  CHECK_FALSE(std::signbit(MaxNumber(0.0, -0.0)));
  CHECK_FALSE(std::signbit(MaxNumber(-0.0, 0.0)));
  CHECK(MinNumber(-kInf, 3) == -kInf);
  CHECK(MaxNumber(2, 3) == 3);
}

TEST_CASE("scalar ops: floats saturate when they become integers", "[exec]") {
  CHECK(SaturateToI64(kNaN) == 0);
  CHECK(SaturateToI64(kInf) == INT64_MAX);
  CHECK(SaturateToI64(-kInf) == INT64_MIN);
  CHECK(SaturateToI64(0x1p63) == INT64_MAX);
  CHECK(SaturateToI64(-0x1p63) == INT64_MIN);
  CHECK(SaturateToI64(-2.9) == -2);
  CHECK(SaturateToI64(2.9) == 2);
}

TEST_CASE("scalar ops: float16 is rounded once", "[exec]") {
  // 1 + 2^-11 lies halfway between two float16; a little more must go up, yet rounds to the halfway point as
  // a float.
  CHECK(RoundTo(1 + 0x1p-11, DType::kFloat16) == 1);
  CHECK(RoundTo(1 + 0x1p-11 + 0x1p-40, DType::kFloat16) == 1 + 0x1p-10);
  CHECK(RoundTo(-(1 + 0x1p-11 + 0x1p-40), DType::kFloat16) == -(1 + 0x1p-10));
  CHECK(RoundTo(1 + 3 * 0x1p-11 - 0x1p-40, DType::kFloat16) == 1 + 0x1p-10);
  CHECK(RoundTo(65519.999999, DType::kFloat16) == 65504);
  CHECK(RoundTo(65520, DType::kFloat16) == kInf);
  CHECK(RoundTo(0x1p-25, DType::kFloat16) == 0);
  CHECK(RoundTo(0x1p-25 + 0x1p-60, DType::kFloat16) == 0x1p-24);
  CHECK(std::isnan(RoundTo(kNaN, DType::kFloat16)));
  CHECK(RoundTo(1e300, DType::kFloat16) == kInf);
}

TEST_CASE("scalar ops: bfloat16, float32 and float64 are rounded once", "[exec]") {
  CHECK(RoundTo(1 + 0x1p-8, DType::kBFloat16) == 1);
  CHECK(RoundTo(1 + 0x1p-8 + 0x1p-40, DType::kBFloat16) == 1 + 0x1p-7);
  CHECK(RoundTo(0.1, DType::kFloat32) == static_cast<double>(0.1f));
  CHECK(RoundTo(0.1, DType::kFloat64) == 0.1);
}

}  // namespace baton
