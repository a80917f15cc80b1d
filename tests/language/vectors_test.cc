// The test vectors of the language's specification, section 22, that concern meaning and types; those of pure
// reading are in tests/text.
#include <catch2/catch.hpp>

#include "tests/language/run_text.h"

namespace baton {
namespace {

TEST_CASE("vectors: the module with a data type, a closure and a graph binding", "[language]") {
  constexpr char kModule[] = R"(#[version = "0.0.5"]
type Rope[A] { Leaf(A), Join(Rope[A], Rope[A]), }
def @weigh(%r: Rope[Tensor[(), int32]]) -> Tensor[(), int32] {
  match (%r) {
    Leaf(%v) => %v,
    Join(%a, %b) => @weigh(%a) + @weigh(%b),
  }
}
def @main(%r: Rope[Tensor[(), int32]], %n: float32) -> (Tensor[(), int32], float32) {
  %0 = add(%n, 1f);
  let %twice = fn (%t: float32) -> float32 { %t * 2f };
  (@weigh(%r), %twice(add(%0, %0)))
})";
  CHECK(RunText(kModule, {"Join(Leaf(5), Join(Leaf(6), Leaf(7)))", "2f"}) == "18; 12");
}

TEST_CASE("vectors: operators bind and associate as in the table", "[language]") {
  CHECK(Eval("1 + 2 * 3") == "7");
  CHECK(Eval("1 - 2 - 3") == "-4");
  CHECK(Eval("1 < 2 == True") == "True");
  CHECK(Eval("7 / 2 * 2") == "6");
  CHECK(Eval("2 + 3 == 5") == "True");
  CHECK(Eval("3 >= 4") == "False");
}

TEST_CASE("vectors: numbers", "[language]") {
  CHECK(Eval("--5") == "5");
  CHECK(Eval("---5") == "-5");
  CHECK(Eval("(3i64, 2f16, 1e-3f)") == "3; 2; 0.001");
  CHECK(Eval("cast(3000000000, dtype=\"int64\") == 3000000000i64") == "True");
}

TEST_CASE("vectors: tuples and projections", "[language]") {
  CHECK(Eval("(1,)") == "1");  // an entry point gives the fields of its tuple
  CHECK(Eval("let %x = (1,); (%x, 2)") == "(1,); 2");
  CHECK(Eval("(1)") == "1");
  CHECK(Eval("((), 3)") == "(); 3");
  CHECK(Eval("(1, 2).0") == "1");
  CHECK(Eval("let %t = (1, (2, 3)); %t.1.0") == "2");
}

TEST_CASE("vectors: functions that are called at once", "[language]") {
  CHECK(Eval("fn (%x) { fn (%y) { %x + %y } }(1)(2)") == "3");
}

TEST_CASE("vectors: a reference is written and read in sequence", "[language]") {
  CHECK(Eval("let %r = ref(0); ref_write(%r, 5); ref_read(%r)") == "5");
}

// What evaluates a graph binding shows by its effect on a cell.
TEST_CASE("vectors: a shared node is evaluated once, before the first use", "[language]") {
  constexpr char kCount[] =
      "let %n = ref(0); let %tick = fn () -> int32 { ref_write(%n, ref_read(%n) + 1); ref_read(%n) };\n";
  CHECK(Eval(absl::StrCat(kCount, "%0 = %tick(); let %sum = add(%0, %0); (%sum, ref_read(%n))")) == "2; 1");
  // Used in a branch and after it: evaluated before the branch is taken.
  CHECK(Eval(absl::StrCat(kCount,
                          "%0 = %tick(); let %x = if (True) { %0 } else { %0 + 1 }; (%x, ref_read(%n))")) ==
        "1; 1");
}

TEST_CASE("vectors: a node that only one branch uses is evaluated on that path only", "[language]") {
  constexpr char kText[] =
      "let %n = ref(0); let %tick = fn () -> int32 { ref_write(%n, ref_read(%n) + 1); ref_read(%n) };\n"
      "%0 = %tick(); let %x = if (False) { %0 + %0 } else { 7 }; (%x, ref_read(%n))";
  CHECK(Eval(kText) == "7; 0");
}

TEST_CASE("vectors: a graph name that is bound in a branch is known after it", "[language]") {
  CHECK(Eval("let %c = True; let %x = if (%c) { %5 = 2 * 3; %5 + 1 } else { 0 }; (%x, %5)") == "7; 6");
}

TEST_CASE("vectors: a local function calls itself", "[language]") {
  CHECK(Eval("let %f = fn (%n: int32) -> int32 { if (%n == 0) { 0 } else { %n + %f(%n - 1) } }; %f(10)") ==
        "55");
}

TEST_CASE("vectors: what is refused, with its place", "[language]") {
  const auto error = [](absl::string_view body) {
    return ReadError(
        absl::StrCat("#[version = \"0.0.5\"]\ntype List { Cons(int32, List), Nil }\ndef "
                     "@main(%x: Tensor[(2, 3), float32], %w: Tensor[(4, 3), float32], %l: List) {\n",
                     body, "\n}\n"));
  };
  CHECK_THAT(error("foo(1)"),
             Catch::Contains("test.rly:4:1: error: there is no operator or constructor 'foo'"));
  CHECK_THAT(error("nn.dense(%x, %w)"), Catch::Contains("units"));
  CHECK_THAT(error("nn.relu(%x, alpha=1)"), Catch::Contains("alpha"));
  CHECK_THAT(error("match (%l) { Nil => 0 }"), Catch::Contains("match does not cover Cons(_, _)"));
  CHECK(error("match? (%l) { Nil => 0 }") == "ok");
  CHECK_THAT(error("@nowhere(1)"), Catch::Contains("there is no function @nowhere"));
}

TEST_CASE("vectors: several errors are reported in one run", "[language]") {
  const std::string errors = ReadError(
      "#[version = \"0.0.5\"]\ndef @main(%n: int32) -> int32 {\n  let %a = foo(1);\n  let %b = @g(2);\n"
      "  if (%n) { 1 } else { 2 }\n}\n");
  CHECK_THAT(errors, Catch::Contains("3:12") && Catch::Contains("4:12") && Catch::Contains("5:7"));
}

}  // namespace
}  // namespace baton
