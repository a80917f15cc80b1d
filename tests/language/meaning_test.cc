// What programs mean: order of evaluation, matching, closures, arithmetic (sections 6, 7, 9 and 15).
#include <catch2/catch.hpp>

#include "tests/language/run_text.h"

namespace baton {
namespace {

// A log of numbers, last first.
constexpr char kLog[] =
    "let %log = ref(Nil);\n"
    "let %say = fn (%x: int32) -> int32 { ref_write(%log, Cons(%x, ref_read(%log))); %x };\n";
std::string Logged(absl::string_view expression) {
  return Eval(absl::StrCat(kLog, "let %value = ", expression, ";\n@rev(ref_read(%log))"));
}

TEST_CASE("meaning: arguments are evaluated from left to right, before the callee", "[language]") {
  CHECK(Logged("add(%say(1), %say(2))") == "Cons(1, Cons(2, Nil))");
  CHECK(Logged("(%say(3), %say(1), %say(2))") == "Cons(3, Cons(1, Cons(2, Nil)))");
  CHECK(Logged("Cons(%say(1), Cons(%say(2), Nil))") == "Cons(1, Cons(2, Nil))");
  CHECK(
      Logged("{ let %g = fn (%x: int32) -> fn (int32) -> int32 { %say(%x); fn (%y: int32) -> int32 { %y } };"
             " (%g(9))(%say(1)) }") == "Cons(1, Cons(9, Nil))");
}

TEST_CASE("meaning: only the branch that is taken is evaluated", "[language]") {
  CHECK(Logged("if (%say(1) == 1) { %say(2) } else { %say(3) }") == "Cons(1, Cons(2, Nil))");
  CHECK(Logged("match (Cons(%say(1), Nil)) { Cons(%x, _) => %say(%x + 4), Nil => %say(0) }") ==
        "Cons(1, Cons(5, Nil))");
}

TEST_CASE("meaning: the scrutinee of a match is evaluated once", "[language]") {
  CHECK(Logged("match ((%say(1), %say(2))) { (%a, %b) => %a + %b }") == "Cons(1, Cons(2, Nil))");
}

TEST_CASE("meaning: a let that nothing uses still has its effects", "[language]") {
  CHECK(Logged("{ let %unused = %say(4); %say(5); 0 }") == "Cons(4, Cons(5, Nil))");
}

TEST_CASE("meaning: ref_write evaluates the cell before the value", "[language]") {
  CHECK(Logged("{ let %r = ref(0); let %cell = fn () -> ref(int32) { %say(1); %r };"
               " ref_write(%cell(), %say(2)); 0 }") == "Cons(1, Cons(2, Nil))");
}

TEST_CASE("meaning: the first arm that fits wins", "[language]") {
  const auto classify = [](absl::string_view list) {
    return Eval(absl::StrCat("let %l = ", list,
                             ";\nmatch (%l) { Cons(_, Cons(_, Nil)) => 2, Cons(%x, Nil) => %x, "
                             "Cons(_, %rest) => 10 + @length(%rest), Nil => 0 }"));
  };
  CHECK(classify("@tl(Cons(1, Nil))") == "0");
  CHECK(classify("Cons(7, Nil)") == "7");
  CHECK(classify("Cons(7, Cons(8, Nil))") == "2");
  CHECK(classify("Cons(7, Cons(8, Cons(9, Nil)))") == "12");
}

TEST_CASE("meaning: an arm that several paths lead to is there once and sees its variables", "[language]") {
  constexpr char kPick[] = R"(
type Colour { Red, Green, Blue }
def @mix(%a: Colour, %b: Colour, %n: int32) -> int32 {
  match ((%a, %b)) {
    (Red, Red) => 1,
    (_, Blue) => %n * 100 + 2,
    (Blue, _) => 3,
    (%x, %y) => { let %k = %n + 1; match (%x) { Red => %k * 10, _ => %k * 20 } },
  }
})";
  CHECK(Eval("(@mix(Red, Red, 5), @mix(Green, Blue, 5), @mix(Blue, Green, 5), @mix(Red, Green, 5), "
             "@mix(Green, Red, 5))",
             kPick) == "1; 502; 3; 60; 120");
}

TEST_CASE("meaning: closures keep the values they saw", "[language]") {
  CHECK(
      Eval("let %adders = @map(fn (%n: int32) -> fn (int32) -> int32 { fn (%x: int32) -> int32 { %x + %n } },"
           " Cons(1, Cons(10, Nil)));\n@map(fn (%f: fn (int32) -> int32) -> int32 { %f(5) }, %adders)") ==
      "Cons(6, Cons(15, Nil))");
}

TEST_CASE("meaning: constructors and operators are functions", "[language]") {
  CHECK(Eval("@foldr(Cons, Nil, Cons(1, Cons(2, Nil)))") == "Cons(1, Cons(2, Nil))");
  CHECK(Eval("@foldl(add, 0, Cons(1, Cons(2, Nil)))") == "3");
  CHECK(Eval("@map(Some, Cons(1, Nil))") == "Cons(Some(1), Nil)");
}

TEST_CASE("meaning: None among an operator's arguments is an input that is not there", "[language]") {
  CHECK(Eval("(baton.clip(5f, None, 3f), baton.clip(-5f, -3f, None))") == "3; -3");
  // Elsewhere it is what a type declares.
  CHECK(Eval("let %o: Option[int32] = None; match (%o) { Some(%x) => %x, None => 7 }") == "7");
}

TEST_CASE("meaning: a loop whose condition always fails has any type", "[language]") {
  CHECK(Eval("let %go = False; if (%go) { loop (%i: int32 = 0) while { raise(\"no\") } do { %i } } else { 1f "
             "}") == "1");
}

TEST_CASE("meaning: mutual recursion", "[language]") {
  constexpr char kParity[] = R"(
def @even(%n: int32) -> bool { if (%n == 0) { True } else { @odd(%n - 1) } }
def @odd(%n: int32) -> bool { if (%n == 0) { False } else { @even(%n - 1) } })";
  CHECK(Eval("(@even(10), @even(7), @odd(1000001))", kParity) == "True; False; True");
}

TEST_CASE("meaning: an inner name hides an outer one", "[language]") {
  CHECK(Eval("let %x = 1; let %y = { let %x = 2; %x }; (%x, %y)") == "1; 2");
  CHECK(Eval("let %x = 1; let %x = %x + 1; %x") == "2");
}

TEST_CASE("meaning: integers wrap, division truncates, by zero is an error with its place", "[language]") {
  CHECK(Eval("2147483647 + 1") == "-2147483648");
  CHECK(Eval("(-7 / 2, floor_divide(-7, 2), floor_mod(-7, 2), trunc_mod(-7, 2))") == "-3; -4; 1; -1");
  constexpr char kDivide[] =
      "#[version = \"0.0.5\"]\ndef @main(%a: int32, %b: int32) -> int32 {\n  %a / %b\n}\n";
  CHECK(RunText(kDivide, {"7", "2"}) == "3");
  CHECK_THAT(RunText(kDivide, {"7", "0"}), Catch::Contains("zero") && Catch::Contains("test.rly:3"));
}

TEST_CASE("meaning: a lone expression is a program whose free variables are its inputs", "[language]") {
  CHECK(RunText("free_var %x: float32; %x * 2f", {"4f"}) == "8");
}

TEST_CASE("meaning: polymorphic functions are used at many types", "[language]") {
  CHECK(Eval("(@id(1), @id(True), @length(@id(Cons(2f, Nil))))") == "1; True; 1");
  constexpr char kPair[] = "def @swap[A, B](%p: (A, B)) -> (B, A) { (%p.1, %p.0) }";
  CHECK(Eval("let %a = @swap((1, True)); let %b = @swap(%a); (%a.0, %b.0)", kPair) == "True; 1");
}

TEST_CASE("meaning: recursion at ever larger types is refused", "[language]") {
  constexpr char kNested[] = R"(
def @grow[A](%x: A, %n: int32) -> int32 { if (%n == 0) { 0 } else { @grow((%x, %x), %n - 1) } })";
  CHECK_THAT(Eval("@grow(1, 3)", kNested), Catch::Contains("ever larger types"));
}

}  // namespace
}  // namespace baton
