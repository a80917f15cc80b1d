#include "vm/core/number_text.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>

using baton::BFloat16;
using baton::Float16;
using baton::FloatText;

TEST_CASE("number_text: numbers take the shortest digits", "[core]") {
  CHECK(FloatText(0.1f) == "0.1");
  CHECK(FloatText(0.1) == "0.1");
  CHECK(FloatText(1.0f) == "1");
  CHECK(FloatText(-0.0f) == "-0");
  CHECK(FloatText(1.0f / 3) == "0.33333334");
  CHECK(FloatText(1.0 / 3) == "0.3333333333333333");
}

TEST_CASE("number_text: exponents only where numbers get long", "[core]") {
  CHECK(FloatText(100000.0f) == "100000");
  CHECK(FloatText(1e15) == "1000000000000000");
  CHECK(FloatText(1e16) == "1e+16");
  CHECK(FloatText(1e-5) == "0.00001");
  CHECK(FloatText(1e-7f) == "1e-07");
  CHECK(FloatText(std::numeric_limits<float>::max()) == "3.4028235e+38");
}

TEST_CASE("number_text: what is not finite has a name", "[core]") {
  CHECK(FloatText(std::numeric_limits<float>::infinity()) == "inf");
  CHECK(FloatText(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(FloatText(std::nanf("")) == "nan");
  CHECK(FloatText(-std::nan("")) == "nan");
  CHECK(FloatText(Float16(INFINITY)) == "inf");
  CHECK(FloatText(BFloat16(NAN)) == "nan");
}

TEST_CASE("number_text: narrow floats take only the digits they need", "[core]") {
  CHECK(FloatText(Float16(0.1f)) == "0.1");
  CHECK(FloatText(Float16(65504.0f)) == "65500");
  CHECK(FloatText(Float16(1.0f)) == "1");
  CHECK(FloatText(BFloat16(0.1f)) == "0.1");
  CHECK(FloatText(BFloat16(-3.14f)) == "-3.14");
}

TEST_CASE("number_text: every narrow float reads back to itself", "[core]") {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    Float16 half;
    half.bits = static_cast<uint16_t>(bits);
    BFloat16 brain;
    brain.bits = static_cast<uint16_t>(bits);
    if (std::isfinite(static_cast<float>(half))) {
      REQUIRE(Float16(std::strtof(FloatText(half).c_str(), nullptr)).bits == bits);
    }
    if (std::isfinite(static_cast<float>(brain))) {
      REQUIRE(BFloat16(std::strtof(FloatText(brain).c_str(), nullptr)).bits == bits);
    }
  }
}

TEST_CASE("number_text: floats read back to themselves", "[core]") {
  for (uint32_t bits = 1; bits < 0x7f800000; bits += 99991) {
    const float value = std::bit_cast<float>(bits);
    REQUIRE(std::strtof(FloatText(value).c_str(), nullptr) == value);
    const double wide = static_cast<double>(value) * 1.0000001;
    REQUIRE(std::strtod(FloatText(wide).c_str(), nullptr) == wide);
  }
}
