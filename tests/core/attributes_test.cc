#include "vm/core/attributes.h"

#include <catch2/catch.hpp>
#include <limits>

using baton::AttributeString;
using baton::AttributeValue;

namespace {

using Integers = std::vector<int64_t>;
using Floats = std::vector<double>;
using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("attributes: scalars print in Relay's notation", "[core]") {
  CHECK(AttributeString(true) == "True");
  CHECK(AttributeString(false) == "False");
  CHECK(AttributeString(int64_t{-7}) == "-7");
  CHECK(AttributeString(0.5) == "0.5f64");
  CHECK(AttributeString(1.0) == "1f64");
  CHECK(AttributeString(1e-12) == "1e-12f64");
  CHECK(AttributeString(baton::DType::kInt8) == "\"int8\"");
  CHECK(AttributeString(AttributeValue(std::numeric_limits<double>::infinity())) == "inff64");
}

TEST_CASE("attributes: lists print in brackets", "[core]") {
  CHECK(AttributeString(Integers{1, -2}) == "[1, -2]");
  CHECK(AttributeString(Integers{}) == "[]");
  CHECK(AttributeString(Floats{0.5, 2}) == "[0.5f64, 2f64]");
  CHECK(AttributeString(Strings{"a", "b\"c"}) == R"(["a", "b\"c"])");
}

TEST_CASE("attributes: strings are escaped so that they can be read again", "[core]") {
  CHECK(AttributeString(std::string("plain 'text'")) == "\"plain 'text'\"");
  CHECK(AttributeString(std::string("a\"b\\c\n\t\r")) == R"("a\"b\\c\n\t\r")");
  CHECK(AttributeString(std::string("\x01\x7f", 2)) == R"("\x01\x7f")");
  CHECK(AttributeString(std::string("\0", 1)) == R"("\x00")");
  CHECK(AttributeString(std::string("\xc3\xa9")) == "\"\xc3\xa9\"");
}

TEST_CASE("attributes: FindAttribute finds by name", "[core]") {
  const baton::Attributes attributes = {{"axis", int64_t{1}}, {"mode", std::string("edge")}};
  REQUIRE(FindAttribute(attributes, "mode") != nullptr);
  CHECK(*FindAttribute(attributes, "mode") == AttributeValue(std::string("edge")));
  CHECK(FindAttribute(attributes, "axi") == nullptr);
}
