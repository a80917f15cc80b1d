// The standard library: every function, with answers worked by hand.
#include <catch2/catch.hpp>

#include "compiler/text/reader.h"
#include "tests/language/run_text.h"

namespace baton {
namespace {

constexpr char kList[] = "Cons(3, Cons(1, Cons(2, Nil)))";

std::string WithList(absl::string_view expression) {
  return Eval(absl::StrCat("let %l = ", kList, ";\n", expression));
}

TEST_CASE("library: parts of lists", "[language]") {
  CHECK(WithList("@hd(%l)") == "3");
  CHECK(WithList("@tl(%l)") == "Cons(1, Cons(2, Nil))");
  CHECK(WithList("@nth(%l, 0)") == "3");
  CHECK(WithList("@nth(%l, 2)") == "2");
  CHECK(WithList("@length(%l)") == "3");
  CHECK(Eval("@length(@tl(Cons(1, Nil)))") == "0");
  CHECK(WithList("@update(%l, 1, 7)") == "Cons(3, Cons(7, Cons(2, Nil)))");
}

TEST_CASE("library: positions outside a list are errors", "[language]") {
  CHECK_THAT(WithList("@nth(%l, 3)"), Catch::Contains("match?"));
  CHECK_THAT(Eval("@hd(@tl(Cons(1, Nil)))"), Catch::Contains("match?"));
  CHECK_THAT(WithList("@update(%l, 5, 0)"), Catch::Contains("match?"));
}

TEST_CASE("library: map, filter and folds", "[language]") {
  CHECK(WithList("@map(fn (%x: int32) -> int32 { %x * 10 }, %l)") == "Cons(30, Cons(10, Cons(20, Nil)))");
  CHECK(WithList("@map(fn (%x: int32) -> bool { %x > 1 }, %l)") ==
        "Cons(True, Cons(False, Cons(True, Nil)))");
  CHECK(WithList("@filter(fn (%x: int32) -> bool { %x > 1 }, %l)") == "Cons(3, Cons(2, Nil))");
  // ((10 - 3) - 1) - 2 and 3 - (1 - (2 - 10)).
  CHECK(WithList("@foldl(fn (%a: int32, %x: int32) -> int32 { %a - %x }, 10, %l)") == "4");
  CHECK(WithList("@foldr(fn (%x: int32, %a: int32) -> int32 { %x - %a }, 10, %l)") == "-6");
  // 3 - (1 - 2).
  CHECK(WithList("@foldr1(fn (%x: int32, %a: int32) -> int32 { %x - %a }, %l)") == "4");
  CHECK(WithList("@sum(%l)") == "6");
}

TEST_CASE("library: whole lists", "[language]") {
  CHECK(WithList("@concat(%l, Cons(9, Nil))") == "Cons(3, Cons(1, Cons(2, Cons(9, Nil))))");
  CHECK(WithList("@rev(%l)") == "Cons(2, Cons(1, Cons(3, Nil)))");
  CHECK(WithList("@zip(%l, Cons(True, Cons(False, Nil)))") == "Cons((3, True), Cons((1, False), Nil))");
}

TEST_CASE("library: a state that goes through a list", "[language]") {
  constexpr char kStep[] = "fn (%s: int32, %x: int32) -> (int32, int32) { (%s + %x, %s * %x) }";
  // From the left: states 10, 13, 14, 16; elements 30, 13, 28.
  CHECK(WithList(absl::StrCat("@map_accuml(", kStep, ", 10, %l)")) ==
        "16; Cons(30, Cons(13, Cons(28, Nil)))");
  // From the right: states 10, 12, 13, 16; elements 39, 12, 20.
  CHECK(WithList(absl::StrCat("@map_accumr(", kStep, ", 10, %l)")) ==
        "16; Cons(39, Cons(12, Cons(20, Nil)))");
}

TEST_CASE("library: lists from a seed", "[language]") {
  constexpr char kStep[] =
      "fn (%n: int32) -> Option[(int32, int32)] { if (%n == 0) { None } else { Some((%n - 1, %n * %n)) } }";
  CHECK(Eval(absl::StrCat("@unfoldr(", kStep, ", 3)")) == "Cons(9, Cons(4, Cons(1, Nil)))");
  CHECK(Eval(absl::StrCat("@unfoldl(", kStep, ", 3)")) == "Cons(1, Cons(4, Cons(9, Nil)))");
}

TEST_CASE("library: functions", "[language]") {
  CHECK(Eval("@id(7)") == "7");
  constexpr char kFunctions[] =
      "let %inc = fn (%x: int32) -> int32 { %x + 1 };\nlet %twice = fn (%x: int32) -> int32 { %x * 2 };\n";
  CHECK(Eval(absl::StrCat(kFunctions, "@compose(%inc, %twice)(5)")) == "11");
  CHECK(Eval(absl::StrCat(kFunctions, "@compose(%twice, %inc)(5)")) == "12");
  CHECK(Eval("@flip(fn (%a: int32, %b: int32) -> int32 { %a - %b })(1, 10)") == "9");
  CHECK(Eval(absl::StrCat(kFunctions, "@iterate(%twice, 5)(3)")) == "96");
  CHECK(Eval(absl::StrCat(kFunctions, "@iterate(%twice, 0)(3)")) == "3");
}

TEST_CASE("library: trees", "[language]") {
  constexpr char kTree[] =
      "let %t = Rose(1, Cons(Rose(2, Nil), Cons(Rose(3, Cons(Rose(4, Nil), Nil)), Nil)));\n";
  CHECK(Eval(absl::StrCat(kTree, "@size(%t)")) == "4");
  CHECK(Eval(absl::StrCat(kTree, "@tmap(fn (%x: int32) -> int32 { %x * %x }, %t)")) ==
        "Rose(1, Cons(Rose(4, Nil), Cons(Rose(9, Cons(Rose(16, Nil), Nil)), Nil)))");
}

TEST_CASE("library: natural numbers", "[language]") {
  constexpr char kHead[] = "#[version = \"0.0.5\"]\n#[import = \"nat\"]\ndef @main() { ";
  const auto run = [&](absl::string_view expression) {
    return RunText(absl::StrCat(kHead, expression, " }"));
  };
  CHECK(run("@nat_double(succ(succ(zero)))") == "succ(succ(succ(succ(zero))))");
  CHECK(run("@nat_add(succ(zero), succ(succ(zero)))") == "succ(succ(succ(zero)))");
  CHECK(run("@nat_nth(Cons(5, Cons(6, Nil)), succ(zero))") == "6");
  CHECK(run("@nat_update(Cons(5, Cons(6, Nil)), succ(zero), 7)") == "Cons(5, Cons(7, Nil))");
  CHECK(run("@nat_iterate(fn (%x: int32) -> int32 { %x + %x }, succ(succ(zero)))(3)") == "12");
}

TEST_CASE("library: ones and zeros that are not computed", "[language]") {
  constexpr char kHead[] =
      "#[version = \"0.0.5\"]\n#[import = \"gradient\"]\ndef @main() {\n"
      "let %times = fn (%a: int32, %b: int32) -> int32 { %a * %b };\n"
      "let %plus = fn (%a: int32, %b: int32) -> int32 { %a + %b };\n"
      "let %one = One(fn () -> int32 { 1 });\nlet %zero = Zero(fn () -> int32 { 0 });\n";
  const auto run = [&](absl::string_view expression) {
    return RunText(absl::StrCat(kHead, "@FromGradCell(", expression, ") }"));
  };
  CHECK(run("@MultiplyGradCell(%times, Raw(6), Raw(7))") == "42");
  CHECK(run("@MultiplyGradCell(%times, %one, Raw(7))") == "7");
  CHECK(run("@MultiplyGradCell(%times, Raw(7), %zero)") == "0");
  CHECK(run("@AddGradCell(%plus, %zero, Raw(7))") == "7");
  CHECK(run("@AddGradCell(%plus, Raw(6), %one)") == "7");
}

TEST_CASE("library: a user's definition of a library name is the one that counts", "[language]") {
  CHECK(Eval("@sum(Cons(1, Cons(2, Nil)))", "def @sum(%l: List[int32]) -> int32 { 42 }") == "42");
}

TEST_CASE("library: an unknown module is refused with the names of those there are", "[language]") {
  CHECK_THAT(ReadError("#[version = \"0.0.5\"]\n#[import = \"math\"]\ndef @main() { 1 }"),
             Catch::Contains("math") && Catch::Contains("core, gradient, nat, prelude"));
}

TEST_CASE("library: types of one's own may hold the library's, and only types that there are", "[language]") {
  CHECK(Eval("match (Word(Cons(7, Nil))) { Word(%letters) => @hd(%letters) }",
             "type Word { Word(List[int32]) }") == "7");
  CHECK_THAT(Eval("1", "type Word { Word(Letters[int32]) }"), Catch::Contains("there is no type Letters"));
}

}  // namespace
}  // namespace baton
