#include <catch2/catch.hpp>
#include <string>

#include "vm/core/dim.h"

using baton::Dim;
using baton::FloorDiv;

namespace {

std::string RoundTrip(const std::string& text) {
  const absl::StatusOr<Dim> dim = Dim::Parse(text);
  return dim.ok() ? dim->ToString() : std::string(dim.status().message());
}

std::string Repeat(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace

TEST_CASE("dim text: forms print in normal form", "[core]") {
  const Dim seq = Dim::Symbol("seq");
  CHECK(Dim(0).ToString() == "0");
  CHECK(Dim(-3).ToString() == "-3");
  CHECK((seq * 4 + 1).ToString() == "4*seq + 1");
  CHECK((Dim(1) - seq).ToString() == "-seq + 1");
  CHECK((seq * -2 - 5).ToString() == "-2*seq - 5");
  CHECK(FloorDiv(Dim::Symbol("len") + 63, 64).ToString() == "floordiv(len + 63, 64)");
  CHECK((seq * Dim::Symbol("batch")).ToString() == "batch*seq");
}

TEST_CASE("dim text: what prints parses to the same", "[core]") {
  for (const char* text :
       {"0", "-3", "x", "-x", "4*seq + 1", "floordiv(len + 63, 64)", "x*x - 2*x*y", "min(x, y) - max(3, x)",
        "mod(x, 7)", "broadcast(a, b)", "signed(start) + 1", "_x1.y$", "9223372036854775807",
        "-9223372036854775808", "x - 9223372036854775808", "-9223372036854775808*x", "min", "?", "? + 1"}) {
    CHECK(RoundTrip(text) == text);
  }
}

TEST_CASE("dim text: parentheses, spaces and signs are read", "[core]") {
  CHECK(RoundTrip(" ( x+1 )*(x - 1) ") == "x*x - 1");
  CHECK(RoundTrip("2*3*x") == "6*x");
  CHECK(RoundTrip("x*-2") == "-2*x");
  CHECK(RoundTrip("-(x + 1)") == "-x - 1");
  CHECK(RoundTrip("floordiv( 7 ,2 )") == "3");
}

TEST_CASE("dim text: names that are no identifiers are quoted", "[core]") {
  for (const std::string name :
       {"batch size", "a+b", "", "1st", "quote\"d", "back\\slash", "new\nline", "\xc3\xa9"}) {
    const Dim dim = Dim::Symbol(name) * 2 + 1;
    CAPTURE(dim.ToString());
    CHECK(dim.ToString().find('"') != std::string::npos);
    const absl::StatusOr<Dim> parsed = Dim::Parse(dim.ToString());
    REQUIRE(parsed.ok());
    CHECK(*parsed == dim);
  }
  CHECK(Dim::Symbol("batch size", false).ToString() == "signed(\"batch size\")");
}

TEST_CASE("dim text: a signed symbol keeps its sign", "[core]") {
  CHECK_FALSE(Dim::Parse("signed(x)")->LowerBound().has_value());
  CHECK(Dim::Parse("x")->LowerBound() == 0);
}

TEST_CASE("dim text: errors name place and expectation", "[core]") {
  CHECK(RoundTrip("x +") == "dimension: expected an integer, a symbol or a function at column 4 of 'x +'");
  CHECK(RoundTrip("x y") == "dimension: expected an operator or the end at column 3 of 'x y'");
  CHECK(RoundTrip("min(x)") == "dimension: expected ',' at column 6 of 'min(x)'");
  CHECK(RoundTrip("(x") == "dimension: expected ')' at column 3 of '(x'");
  CHECK(RoundTrip("sqrt(x)") == "dimension: unknown function 'sqrt' in 'sqrt(x)'");
  CHECK(RoundTrip("99999999999999999999") == "dimension: 99999999999999999999 does not fit 64 bits");
}

TEST_CASE("dim text: anything else is refused", "[core]") {
  for (const char* text : {"", " ", "+", "x + + y", "*x", "x*", "\"x", "\"x\\", "\"\\q\"", "signed()",
                           "signed(3)", "floordiv(x, 2", "x)", "1.5", "9223372036854775807 + 1", "x--y"}) {
    CAPTURE(text);
    CHECK(Dim::Parse(text).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("dim text: hostile sizes are refused", "[core]") {
  CHECK_FALSE(Dim::Parse(Repeat("(", 100000)).ok());
  CHECK_FALSE(Dim::Parse(Repeat("(", 200) + "x" + Repeat(")", 200)).ok());
  CHECK(Dim::Parse(Repeat("(", 100) + "x" + Repeat(")", 100)).ok());
  CHECK_FALSE(Dim::Parse(Repeat("mod(", 1000)).ok());
  CHECK_FALSE(Dim::Parse(Repeat("x*", 2000) + "x").ok());
  CHECK_FALSE(
      Dim::Parse("(a+b)*(c+d)*(e+f)*(g+h)*(i+j)*(k+l)*(m+n)*(o+p)*(q+r)*(s+t)*(u+v)*(w+x)*(y+z)").ok());
}
