// Section 6: locals and graph bindings.
#include "tests/text/text_support.h"

namespace baton::text {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("scopes: a name is visible to the end of its block", "[text]") {
  CHECK_THAT(Refused("%x"), StartsWith("m.rly:1:1: error: %x is not declared"));
  CHECK_THAT(Refused("if (True) { let %a = 1; %a } else { %a }"),
             Contains("m.rly:1:37: error: %a is not declared"));
  CHECK_THAT(Refused("(let %a = 1; %a) + %a"), Contains("m.rly:1:20: error: "));
  CHECK_THAT(Refused("match (Nil) { Cons(%h, _) => %h, Nil => %h }"), Contains("m.rly:1:41: error: "));
  CHECK_THAT(Refused("fn (%p) { %p }(%p)"), Contains("m.rly:1:16: error: "));
}

TEST_CASE("scopes: a function literal sees its own name, other values do not", "[text]") {
  CHECK(Formatted("let %f = fn (%n) { %f(%n) }; %f(10)") == "let %f = fn (%n) { %f(%n) };\n%f(10)\n");
  CHECK_THAT(Refused("let %a = %a + 1; %a"), StartsWith("m.rly:1:10: error: %a is not declared"));
  CHECK_THAT(Refused("let %f = fn (%n) { %f(%n) }(1); %f"), StartsWith("m.rly:1:"));
}

TEST_CASE("scopes: readings that differ between readers are remarked", "[text]") {
  CHECK_THAT(Warnings(Module("def @f(%x) { let %x = 1; %x }")), Contains("m.rly:2:18: warning: "));
  CHECK_THAT(Warnings("let %a = 1; let %a = %a + %a; %a"), Contains("m.rly:1:22: warning: "));
  CHECK(Warnings("let %a = 1; let %b = 2; let %a = 3; %a") == "");
  CHECK(Warnings(Module("def @f(%x) { let %y = 1; let %x = 2; %x }")) == "");
}

TEST_CASE("scopes: a pattern that binds a name twice is doubtful", "[text]") {
  const char* text = "match (Nil) { Cons(%x, %x) => %x, Two(%x) => %x }";
  CHECK_THAT(Warnings(text), Contains("m.rly:1:24: warning: ") && !Contains("m.rly:1:38"));
  CHECK_THAT(RefusedStrictly(text), StartsWith("m.rly:1:24: error: %x occurs twice"));
}

TEST_CASE("scopes: names with dots in dumps", "[text]") {
  CHECK(Formatted(Module("def @f(%input.1: int32, %t) { (%input.1, %t.0) }")) ==
        Module("\ndef @f(%\"input.1\": int32, %t) {\n  (%\"input.1\", (%t).0)\n}\n"));
  CHECK(Tree("let %a.b = (1, 2); %a.b.0") == "let %\"a.b\" = (1, 2);\n(%\"a.b\").0");
}

TEST_CASE("graph: a node used once stands where it is used", "[text]") {
  CHECK(Placed("%0 = f(1); g(2, %0)") == "g(2, f(1))\n");
  CHECK(Placed("%0 = f(1); if (True) { %0 } else { 2 }") == "if (True) {\n  f(1)\n} else {\n  2\n}\n");
  CHECK(Placed("%0 = f(1); %1 = g(%0); h(%1)") == "h(g(f(1)))\n");
}

TEST_CASE("graph: an unused node is not part of the program", "[text]") {
  CHECK(Placed("%0 = f(1); %1 = g(%0); 3") == "3\n");
}

TEST_CASE("graph: a shared node becomes a let before its first use", "[text]") {
  CHECK(Placed("%0 = f(1); add(%0, %0)") == "let %0 = f(1);\nadd(%0, %0)\n");
  CHECK(Placed("%0 = f(1); let %a = 2; let %b = %0; g(%0, %b)") ==
        "let %a = 2;\nlet %0 = f(1);\nlet %b = %0;\ng(%0, %b)\n");
}

TEST_CASE("graph: a node shared by branches is evaluated before the if", "[text]") {
  CHECK(Placed("%0 = f(1); if (True) { %0 } else { %0 + 1 }") ==
        "let %0 = f(1);\nif (True) {\n  %0\n} else {\n  %0 + 1\n}\n");
}

TEST_CASE("graph: a node shared within one branch stays in it", "[text]") {
  CHECK(Placed("if (True) { %0 = f(1); add(%0, %0) } else { 2 }") ==
        "if (True) {\n  let %0 = f(1);\n  add(%0, %0)\n} else {\n  2\n}\n");
}

TEST_CASE("graph: braces do not end a node's visibility", "[text]") {
  CHECK(Placed("let %a = if (True) { %0 = f(1); g(%0) } else { 2 }; h(%0, %a)") ==
        "let %0 = f(1);\nlet %a = if (True) {\n  g(%0)\n} else {\n  2\n};\nh(%0, %a)\n");
}

TEST_CASE("graph: nodes within nodes", "[text]") {
  CHECK(Placed("%1 = if (True) { %0 = f(1); add(%0, %0) } else { 2 }; g(%1, %1)") ==
        "let %1 = if (True) {\n  let %0 = f(1);\n  add(%0, %0)\n} else {\n  2\n};\ng(%1, %1)\n");
  CHECK(Placed("%1 = fn (%x) { %0 = f(%x); add(%0, %0) }; %1(2)") ==
        "fn (%x) {\n  let %0 = f(%x);\n  add(%0, %0)\n}(2)\n");
  // %0 outlives %1, which is not part of the program.
  CHECK(Placed("%1 = if (True) { %0 = f(1); %0 } else { 2 }; %0") == "f(1)\n");
}

TEST_CASE("graph: a node names another", "[text]") {
  CHECK(Placed("%0 = f(1); %1 = %0; g(%1)") == "g(f(1))\n");
  CHECK(Placed("%0 = f(1); %1 = %0; g(%1, %1)") == "let %1 = f(1);\ng(%1, %1)\n");
}

TEST_CASE("graph: shared nodes keep their order", "[text]") {
  CHECK(Placed("%0 = f(1); %1 = g(%0, %0); %2 = h(%1, %1); i(%2, %2)") ==
        "let %0 = f(1);\nlet %1 = g(%0, %0);\nlet %2 = h(%1, %1);\ni(%2, %2)\n");
}

TEST_CASE("graph: a node whose place does not see its variables is refused", "[text]") {
  CHECK_THAT(Refused("let %r = if (True) { let %a = 1; %0 = f(%a); g(%0) } else { 2 }; h(%0, %r)"),
             Contains("m.rly:1:41: error: %a is not visible"));
}

TEST_CASE("graph: a node belongs to one function", "[text]") {
  const std::string errors =
      Refused(Module("def @f() {\n  %0 = h(1);\n  %0\n}\ndef @g() {\n  if (True) { %0 } else { 2 }\n}"));
  CHECK_THAT(errors,
             StartsWith("m.rly:7:15: error: %0, bound at line 3, is used here in @g and at 4:3 in @f"));
}

TEST_CASE("graph: undefined and redefined numbers", "[text]") {
  CHECK_THAT(Refused("%3"), StartsWith("m.rly:1:1: error: %3"));
  CHECK_THAT(Refused("%0 = %0; %0"), StartsWith("m.rly:1:6: error: %0"));
  CHECK(Placed("%0 = 1; let %a = %0; %0 = 2; f(%a, %0)") == "let %a = 1;\nf(%a, 2)\n");
  CHECK_THAT(Warnings("%0 = 1; let %a = %0; %0 = 2; f(%a, %0)"), Contains("m.rly:1:22: warning: %0"));
  CHECK_THAT(RefusedStrictly("%0 = 1; %0 = 2; %0"), Contains("m.rly:1:9: error: %0"));
  const std::string restart = Module("def @f() { %0 = 1; %0 }\ndef @g() { %0 = 2; %0 }\n");
  FormatOptions strict;
  strict.strict = true;
  CHECK(FormatRelay("m.rly", restart, strict).ok());
  CHECK_THAT(Warnings(restart + "def @h() { %0 = 3; %0 }\n"),
             StartsWith("m.rly:3:12: warning: %0") && !Contains("m.rly:4"));
  CHECK(Placed(restart) == Module("\ndef @f() {\n  1\n}\n\ndef @g() {\n  2\n}\n"));
}

TEST_CASE("graph: the number counts, not how it is written", "[text]") {
  CHECK(Placed("%007 = f(1); g(%7)") == "g(f(1))\n");
  CHECK(Formatted("%00 = f(1); g(%000)") == "%0 = f(1);\ng(%0)\n");
  CHECK_THAT(RefusedStrictly("%1 = 1; %01 = 2; %1"), StartsWith("m.rly:1:9: error: %1 is bound a second"));
  CHECK_THAT(Refused("%10 = 1; %1"), StartsWith("m.rly:1:10: error: %1 is not bound"));
}

TEST_CASE("graph: a comparison at the start of an item is no binding", "[text]") {
  CHECK(Placed("%0 = 1; %0 == 2") == "1 == 2\n");
}

}  // namespace
}  // namespace baton::text
