// Sections 2.4, 3, 5, 10, 11: expressions.
#include "tests/text/text_support.h"

namespace baton::text {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("expressions: operators group by level, then to the left", "[text]") {
  CHECK(Tree("1 + 2 * 3") == "add(1, multiply(2, 3))");
  CHECK(Tree("1 - 2 - 3") == "subtract(subtract(1, 2), 3)");
  CHECK(Tree("1 < 2 == True") == "equal(less(1, 2), True)");
  CHECK(Tree("1 * 2 + 3 / 4") == "add(multiply(1, 2), divide(3, 4))");
  CHECK(Tree("1 == 2 + 3 <= 4") == "equal(1, less_equal(add(2, 3), 4))");
  CHECK(Tree("1 > 2 >= 3") == "greater_equal(greater(1, 2), 3)");
  CHECK(Tree("1 != 2 != 3") == "not_equal(not_equal(1, 2), 3)");
  CHECK(Tree("(1 + 2) * 3") == "multiply(add(1, 2), 3)");
  CHECK(Tree("1 - (2 - 3)") == "subtract(1, subtract(2, 3))");
}

TEST_CASE("expressions: infix operators keep only the parentheses they need", "[text]") {
  CHECK(Formatted("((1 + 2)) * (3 * 4) - (5 - 6) - add(7, 8)") ==
        "(1 + 2) * (3 * 4) - (5 - 6) - add(7, 8)\n");
  CHECK(Formatted("1 - -2") == "1 - -2\n");
}

TEST_CASE("expressions: tuples", "[text]") {
  CHECK(Tree("(1,)") == "(1,)");
  CHECK(Tree("(1)") == "1");
  CHECK(Tree("()") == "()");
  CHECK(Tree("(1, 2).0") == "(1, 2).0");
  CHECK(Tree("(1, 2,)") == "(1, 2)");
  CHECK_THAT(Refused("(,)"), Contains("m.rly:1:2: error: "));
}

TEST_CASE("expressions: projections chain and follow calls", "[text]") {
  CHECK(Tree("free_var %t;\n%t.0.1") == "free_var %t;\n%t.0.1");
  CHECK(Tree("f(1).0(2).1") == "f(1).0(2).1");
  CHECK(Tree("(f).0") == "(f).0");
  CHECK_THAT(Refused("f(1).1f"), StartsWith("m.rly:1:6: error: "));
  CHECK_THAT(Refused("f(1).-1"), StartsWith("m.rly:1:6: error: "));
}

TEST_CASE("expressions: calls of any callee", "[text]") {
  CHECK(Tree("fn (%x) { fn (%y) { %x + %y } }(1)(2)") == "fn (%x) { fn (%y) { add(%x, %y) } }(1)(2)");
  CHECK(Tree("nn.dense(1, 2, units=3)") == "nn.dense(1, 2, units=3)");
  CHECK(Tree("f()") == "f()");
  CHECK(Tree("f(1,)") == "f(1)");
  CHECK_THAT(Refused("f(1 2)"), Contains("m.rly:1:5: error: ") && Contains("','"));
}

TEST_CASE("expressions: commas may be missing from the second on, but not strictly", "[text]") {
  CHECK(Tree("f(1, 2 3)") == "f(1, 2, 3)");
  CHECK_THAT(RefusedStrictly("f(1, 2 3)"), Contains("m.rly:1:8: error: "));
}

TEST_CASE("expressions: sequences", "[text]") {
  CHECK(Formatted("let %r = ref(0); ref_write(%r, 5); ref_read(%r)") ==
        "let %r = ref(0);\nref_write(%r, 5);\nref_read(%r)\n");
  CHECK_THAT(Refused("1;"), Contains("m.rly:1:3: error: ") && Contains("expected an expression"));
  CHECK_THAT(Refused("let %x = 1"), Contains("m.rly:1:11: error: ") && Contains("';'"));
  CHECK_THAT(Refused("ref_write(1)"), StartsWith("m.rly:1:"));
  CHECK_THAT(Refused("ref(1, 2)"), StartsWith("m.rly:1:"));
}

TEST_CASE("expressions: an if has two branches in braces", "[text]") {
  CHECK(Formatted("if (True) { 1 } else { 2 }") == "if (True) {\n  1\n} else {\n  2\n}\n");
  CHECK(Formatted("if (True) { 1 } else if (False) { 2 } else { 3 }") ==
        "if (True) {\n  1\n} else if (False) {\n  2\n} else {\n  3\n}\n");
  CHECK_THAT(Refused("if (True) { 1 }"), Contains("m.rly:1:16: error: ") && Contains("else"));
  CHECK_THAT(Refused("if (True) 1 else 2"), StartsWith("m.rly:1:11: error: "));
}

TEST_CASE("expressions: match and blocks stand wherever values do", "[text]") {
  CHECK(Formatted("let %x = match (Nil) { Nil => 1 }; { %x }") ==
        "let %x = match (Nil) {\n  Nil => 1,\n};\n{\n  %x\n}\n");
  CHECK(Tree("f({ let %a = 1; %a })") == "f(\n  {\n    let %a = 1;\n    %a\n  }\n)");
}

TEST_CASE("expressions: loops, failures and absent values as Baton prints them", "[text]") {
  CHECK(Formatted("loop (%i: int32 = 0) while { %i < 3 } do { (%i + 1,) }") ==
        "loop (%i: int32 = 0) while {\n  %i < 3\n} do {\n  (%i + 1,)\n}\n");
  CHECK(Tree("raise(\"no \\\"luck\\\"\")") == "raise(\"no \\\"luck\\\"\")");
  CHECK(Tree("clip(1, None)") == "clip(1, None)");
}

TEST_CASE("expressions: several errors are reported in one run", "[text]") {
  const std::string errors = Refused(Module("def @f() { let %x = ); 1 }\ndef @g() { ] }\ndef @h() { %y }\n"));
  CHECK_THAT(errors, Contains("m.rly:2:21: error: ") && Contains("m.rly:3:12: error: ") &&
                         Contains("m.rly:4:12: error: %y is not declared"));
}

TEST_CASE("expressions: reading goes on behind a faulty item of a block", "[text]") {
  const std::string errors =
      Refused(Module("def @f(%c) {\n  let %x = );\n  if (%c) { [; 1 } else { 2 };\n  %nope\n}\n"));
  CHECK_THAT(errors, Contains("m.rly:3:12: error: ") && Contains("m.rly:4:13: error: ") &&
                         Contains("m.rly:5:3: error: %nope is not declared"));
  CHECK_THAT(errors, !Contains("%x is") && !Contains("m.rly:7"));
}

TEST_CASE("expressions: an error shows its line and a caret", "[text]") {
  CHECK(Refused("1 +\n  )") == "m.rly:2:3: error: found ')', expected an expression\n    )\n    ^");
}

}  // namespace
}  // namespace baton::text
