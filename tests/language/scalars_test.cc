// Scalars of type int64, int32, float64, bool: unboxed in loops, calls and matches, with defined arithmetic.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "tests/language/run_text.h"

namespace baton {
namespace {

std::string BenchProgram(const std::string& name) {
  std::ifstream file(std::string(BATON_SOURCE_DIR) + "/bench/programs/" + name + ".rly");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The functions, entry points aside, that have a tensor in a register.
std::vector<std::string> FunctionsWithTensors(const std::string& text) {
  const absl::StatusOr<std::shared_ptr<const Program>> program = LoadText(text, 2);
  REQUIRE(program.status().message() == "");
  const Executable& executable = (*program)->executable();
  std::vector<std::string> found;
  for (size_t i = 0; i < executable.functions.size(); ++i) {
    const Function& function = executable.functions[i];
    bool is_entry = false;
    for (const EntryPoint& entry : executable.entry_points) {
      is_entry |= static_cast<size_t>(entry.function) == i;
    }
    const std::vector<SlotKind>& kinds = function.register_kinds;
    if (!is_entry && std::count(kinds.begin(), kinds.end(), SlotKind::kTensor) > 0) {
      found.push_back(function.name);
    }
  }
  return found;
}

constexpr char kHeader[] = "#[version = \"0.0.5\"]\n#[import = \"prelude\"]\n";

TEST_CASE("scalars: the benchmarks compute what they should, without tensors", "[language]") {
  CHECK(RunText(BenchProgram("loop"), {"100"}) == "4950");
  CHECK(RunText(BenchProgram("loop"), {"0"}) == "0");
  CHECK(RunText(BenchProgram("fib"), {"20"}) == "6765");
  CHECK(RunText(BenchProgram("tak"), {"6"}) == "7");
  for (const char* name : {"loop", "fib", "tak", "count", "deep"}) {
    CAPTURE(name);
    CHECK(FunctionsWithTensors(BenchProgram(name)).empty());
  }
}

TEST_CASE("scalars: a sum of floats keeps them unboxed", "[language]") {
  const std::string text = std::string(kHeader) + R"(
def @pi(%i: int64, %n: int64, %sum: float64) -> float64 {
  if (%i == %n) { 4.0f64 * %sum } else {
    let %x = (cast(%i, dtype="float64") + 0.5f64) / cast(%n, dtype="float64");
    @pi(%i + 1i64, %n, %sum + 1.0f64 / (1.0f64 + %x * %x))
  }
}
def @main(%n: int64) -> bool { abs(@pi(0i64, %n, 0.0f64) / cast(%n, dtype="float64") - 3.14159265f64) < 0.00001f64 })";
  CHECK(FunctionsWithTensors(text).empty());
  CHECK(RunText(text, {"1000"}) == "True");
}

TEST_CASE("scalars: fields of data and tags are unboxed", "[language]") {
  const std::string text = std::string(kHeader) + R"(
type Shape { Square(float64), Rectangle(float64, float64), Point }
def @area(%s: Shape) -> float64 {
  match (%s) { Square(%a) => %a * %a, Rectangle(%a, %b) => %a * %b, Point => 0.0f64 }
}
def @total(%l: List[Shape], %sum: float64, %flat: int32, %any: bool) -> (float64, int32, bool) {
  match (%l) {
    Cons(%head, %tail) => {
      let %area = @area(%head);
      @total(%tail, %sum + %area, if (%area == 0.0f64) { %flat + 1 } else { %flat }, logical_or(%any, %area > 20.0f64))
    },
    Nil => (%sum, %flat, %any)
  }
}
def @main() {
  @total(Cons(Square(3.0f64), Cons(Point, Cons(Rectangle(4.0f64, 5.5f64), Nil))), 0.0f64, 0, False)
})";
  CHECK(FunctionsWithTensors(text).empty());
  CHECK(RunText(text, {}) == "31; 1; True");
}

TEST_CASE("scalars: arithmetic in loops wraps as the type does", "[language]") {
  const auto grown = [](const std::string& type, const std::string& step, const std::string& times) {
    const std::string zero = type == "int64" ? "0i64" : "0", one = type == "int64" ? "1i64" : "1";
    return RunText(std::string(kHeader) + "def @grow(%n: " + type + ", %x: " + type + ") -> " + type +
                       " { if (%n == " + zero + ") { %x } else { @grow(%n - " + one + ", " + step +
                       ") } }\ndef @main(%n: " + type + ") -> " + type + " { @grow(%n, " + one + ") }",
                   {times});
  };
  CHECK(grown("int32", "%x + 2147483647", "1") == "-2147483648");
  CHECK(grown("int32", "%x - 5", "3") == "-14");
  CHECK(grown("int32", "%x * 3", "21") == "1870418611");
  CHECK(grown("int32", "%x - 2147483647", "3") == "-2147483644");
  CHECK(grown("int64", "%x + 9223372036854775807i64", "1") == "-9223372036854775808");
  CHECK(grown("int64", "%x * 3i64", "41") == "-420491770248316829");
}

TEST_CASE("scalars: division by zero in a loop is an error that names the place and the caller",
          "[language]") {
  for (const char* division : {"%a / %b", "trunc_mod(%a, %b)", "floor_divide(%a, %b)", "floor_mod(%a, %b)"}) {
    for (const std::string type : {"int32", "int64"}) {
      const std::string one = type == "int64" ? "1i64" : "1", zero = type == "int64" ? "0i64" : "0";
      const std::string text = "#[version = \"0.0.5\"]\ndef @down(%a: " + type + ", %b: " + type + ") -> " +
                               type + " {\n  if (%b < " + zero + ") { %a } else {\n    @down(" + division +
                               ",\n      %b - " + one + ") }\n}\ndef @main(%a: " + type + ", %b: " + type +
                               ") -> " + type + " {\n  @down(%a, %b)\n}\n";
      CAPTURE(text);
      CHECK_THAT(RunText(text, {"7", "3"}), Catch::StartsWith("error: division by zero; at test.rly:4") &&
                                                Catch::Contains("called from test.rly:8"));
      CHECK(RunText(text, {"7", "-1"}) == "7");
    }
  }
}

TEST_CASE("scalars: the least integer divided by -1 wraps", "[language]") {
  const std::string text = std::string(kHeader) + R"(
def @halves(%a: int32, %b: int32) -> (int32, int32, int32) { (%a / %b, trunc_mod(%a, %b), floor_divide(%a, %b)) }
def @main(%a: int32, %b: int32) -> (int32, int32, int32) { @halves(%a, %b) })";
  CHECK(RunText(text, {"-2147483648", "-1"}) == "-2147483648; 0; -2147483648");
}

TEST_CASE("scalars: conditions of loops hold at their bounds", "[language]") {
  const auto count = [](const std::string& condition, const std::string& from) {
    return RunText(std::string(kHeader) + "def @count(%i: int64, %n: int64) -> int64 { if (" + condition +
                       ") { @count(%i + 1i64, %n + 1i64) } else { %n } }\n"
                       "def @main(%i: int64) -> int64 { @count(%i, 0i64) }",
                   {from});
  };
  CHECK(count("%i < 5i64", "2") == "3");
  CHECK(count("%i <= 5i64", "2") == "4");
  CHECK(count("5i64 > %i", "2") == "3");
  CHECK(count("5i64 >= %i", "2") == "4");
  CHECK(count("%i != 5i64", "2") == "3");
  CHECK(count("%i == 5i64", "5") == "1");
  CHECK(count("%i <= 32767i64", "32766") == "2");
  CHECK(count("%i < 40000i64", "39990") == "10");
  CHECK(count("logical_not(%i >= 5i64)", "2") == "3");
  CHECK(count("%i < 5i64", "9") == "0");
}

TEST_CASE("scalars: a comparison with a NaN is false, in a loop too", "[language]") {
  const std::string text = std::string(kHeader) + R"(
def @count(%x: float64, %n: int32) -> int32 { if (%x < 5.0f64) { @count(%x + 1.0f64, %n + 1) } else { %n } }
def @main(%x: float64) -> (int32, int32) { (@count(%x, 0), @count((%x - %x) / (%x - %x), 0)) })";
  CHECK(RunText(text, {"2f64"}) == "3; 0");
}

}  // namespace
}  // namespace baton
