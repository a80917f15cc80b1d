// Sections 2.2, 2.3, 4, 7, 8: definitions, types, patterns, attributes.
#include "tests/text/text_support.h"

namespace baton::text {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

// The type as the formatter writes it back.
std::string TypeOf(absl::string_view type, absl::string_view params = "") {
  const std::string text = Formatted(Module(absl::StrCat("def @f", params, "(%x: ", type, ") { 1 }")));
  const size_t begin = text.find("%x: ") + 4;
  return text.substr(begin, text.rfind(") {") - begin);
}

std::string RefusedType(absl::string_view type) {
  return Refused(absl::StrCat("free_var %x: ", type, "; 1"));
}

TEST_CASE("definitions: the module of the specification", "[text]") {
  const std::string text = R"(#[version = "0.0.5"]

type Rope[A] {
  Leaf(A),
  Join(Rope[A], Rope[A]),
}

def @weigh(%r: Rope[int32]) -> int32 {
  match (%r) {
    Leaf(%v) => %v,
    Join(%a, %b) => @weigh(%a) + @weigh(%b),
  }
}

def @main(%x: Tensor[(?, 4), float32], %w: Tensor[(3, 4), float32]) -> Tensor[(?, 3), float32] {
  %0 = nn.dense(%x, %w, units=3);
  let %twice = fn (%t: Tensor[(?, 3), float32]) -> Tensor[(?, 3), float32] { %t * 2f };
  %twice(add(%0, %0))
}
)";
  CHECK(Formatted(text) == text);
}

TEST_CASE("definitions: types without constructors", "[text]") {
  CHECK(
      Formatted(Module("type Void {} type T type Pair[A, B,] { Pair(A, B) } extern type S def @f() { 1 }")) ==
      Module("\ntype Void\n\ntype T\n\ntype Pair[A, B] {\n  Pair(A, B),\n}\n\nextern type S\n\n"
             "def @f() {\n  1\n}\n"));
  CHECK_THAT(Refused(Module("extern type T { A }")), StartsWith("m.rly:2:15: error: "));
}

TEST_CASE("definitions: a function defined twice", "[text]") {
  const std::string text = Module("def @f() { 1 }\ndef @f() { 2 }\n");
  CHECK_THAT(Warnings(text), StartsWith("m.rly:3:5: warning: @f is defined again"));
  CHECK(Formatted(text) == Module("\ndef @f() {\n  2\n}\n"));
}

TEST_CASE("definitions: many functions take time linear in their number", "[text]") {
  std::string text(kVersionLine);
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&text, "def @f", i, "() { 1 }\n");
  CHECK_THAT(Warnings(text + "def @f7() { 2 }"), StartsWith("m.rly:20002:5: warning: @f7 is defined again"));
}

TEST_CASE("definitions: two parameters of one name", "[text]") {
  const std::string text = Module("def @f(%x, %y, %x) { %x }");
  CHECK_THAT(Warnings(text), StartsWith("m.rly:2:16: warning: there are two parameters %x"));
  CHECK_THAT(RefusedStrictly(text), StartsWith("m.rly:2:16: error: there are two parameters %x"));
  CHECK(Warnings(Module("def @f(%x) { fn (%x) { %x } }\ndef @g(%x) { %x }")) == "");
}

TEST_CASE("definitions: attributes end the list of parameters", "[text]") {
  CHECK_THAT(Refused(Module("def @f(Inline=1, %x) { 1 }")), StartsWith("m.rly:2:18: error: "));
  // The comma behind the first element is never optional.
  CHECK_THAT(Refused(Module("def @f(%x Inline=1) { 1 }")), StartsWith("m.rly:2:11: error: "));
  CHECK(Formatted(Module("def @f(%x, %y Inline=1 a=2) { 1 }")) ==
        Module("\ndef @f(%x, %y, Inline=1, a=2) {\n  1\n}\n"));
  CHECK(Formatted(Module("def @f(Inline=1 a=2) { 1 }")) == Module("\ndef @f(Inline=1, a=2) {\n  1\n}\n"));
  CHECK_THAT(RefusedStrictly(Module("def @f(Inline=1 a=2) { 1 }")), StartsWith("m.rly:2:17: error: "));
}

TEST_CASE("definitions: long parameter lists are broken", "[text]") {
  const std::string text = Module(
      "\ndef @main(\n  %first_input: Tensor[(?, 4, 16, 16), float32],\n"
      "  %second_input: Tensor[(?, 4, 16, 16), float32],\n  Inline=1,\n"
      "  global_symbol=\"main\"\n) -> Tensor[(?, 3), float32] {\n  %first_input\n}\n");
  CHECK(Formatted(text) == text);
}

TEST_CASE("definitions: types", "[text]") {
  CHECK(TypeOf("Tensor[(3), float32]") == "Tensor[(3), float32]");
  CHECK(TypeOf("Tensor[(3,), float32]") == "Tensor[(3), float32]");
  CHECK(TypeOf("Tensor[(), float32]") == "float32");
  CHECK(TypeOf("float32") == "float32");
  CHECK(TypeOf("int") == "int32");
  CHECK(TypeOf("uint") == "uint32");
  CHECK(TypeOf("bfloat16") == "Tensor[(), bfloat16]");
  CHECK(TypeOf("uint1") == "bool");
  CHECK(TypeOf("integer_list") == "integer_list");
  CHECK(TypeOf("()") == "()");
  CHECK(TypeOf("(int32)") == "(int32,)");
  CHECK(TypeOf("fn (int32, bool) -> _") == "fn (int32, bool) -> _");
  CHECK(TypeOf("fn () - > ()") == "fn () -> ()");
  CHECK(TypeOf("fn [A](A) -> A") == "fn [A](A) -> A");
  CHECK(TypeOf("fn (A) -> A", "[A]") == "fn (A) -> A");
  CHECK(TypeOf("nat[]") == "nat");
  CHECK(TypeOf("List[Option[int64]]") == "List[Option[int64]]");
  CHECK(TypeOf("ref(int32)") == "ref(int32)");
  CHECK(TypeOf("Ref[int32]") == "ref(int32)");
  CHECK(TypeOf("!") == "!");
  CHECK(TypeOf("Tensor[*, float32]") == "Tensor[*, float32]");
}

TEST_CASE("definitions: a declared type wins over the scalar of its name", "[text]") {
  const std::string text = Module(
      "\ndef @f(%x: int8, %y: Tensor[(), int8], %z: Tensor[(2), int8], %w: int16) {\n  %x\n}\n\n"
      "type int8 {\n  Byte(int8, Tensor[(), int8]),\n}\n");
  CHECK(Formatted(text) == text);
  CHECK(Formatted(Module("// type int8\ndef @f(%x: Tensor[(), int8]) { 1 }")) ==
        "#[version = \"0.0.5\"]\n\n// type int8\ndef @f(%x: int8) {\n  1\n}\n");
  CHECK(TypeOf("Tensor[(), int8]", "[int8]") == "Tensor[(), int8]");
}

TEST_CASE("definitions: extents", "[text]") {
  CHECK(TypeOf("Tensor[(?, 5i64, n), int8]") == "Tensor[(?, 5, n), int8]");
  CHECK(TypeOf("Tensor[(2*seq + 1, floordiv(n, 2)), int8]") == "Tensor[(2*seq + 1, floordiv(n, 2)), int8]");
  CHECK(TypeOf("Tensor[(n + m, signed(k)), int8]") == "Tensor[(m + n, signed(k)), int8]");
  CHECK(TypeOf("Tensor[(3 /* three */, 4), int8]") == "Tensor[(3, 4), int8]");
  for (const char* type : {"Tensor[(-1), int8]", "Tensor[(1f), int8]", "Tensor[(n +), int8]",
                           "Tensor[3, int8]", "Tensor[(1, 2, 3, 4, 5, 6, 7, 8, 9), int8]",
                           "Tensor[(2), int7]", "Tensor[(2)]", "fn (int32)", "[int32]", "Tensor[(2, int8]"}) {
    CAPTURE(type);
    CHECK_THAT(RefusedType(type), StartsWith("m.rly:1:"));
  }
}

TEST_CASE("definitions: extents with names that Baton gives", "[text]") {
  CHECK(TypeOf("Tensor[($d0, n#1, $d0 + 2*$d1), int8]") == "Tensor[($d0, n#1, $d0 + 2*$d1), int8]");
  CHECK(TypeOf("Tensor[(arange#12, #1, x.y#2), int8]") == "Tensor[(arange#12, #1, x.y#2), int8]");
  CHECK(TypeOf("Tensor[(\"a b\", floordiv(n#0 + 1, 2)), int8]") ==
        "Tensor[(\"a b\", floordiv(n#0 + 1, 2)), int8]");
  CHECK_THAT(Refused("f($d0)"), StartsWith("m.rly:1:3: error: found '$d0', expected an expression"));
  CHECK_THAT(RefusedType("Tensor[(n #1), int8]"), StartsWith("m.rly:1:22: error: "));
}

TEST_CASE("definitions: patterns", "[text]") {
  const std::string text = R"(match? (f(1), 2) {
  (Cons(%x: int32, _), %y) => %x,
  ((%a,), ()) => {
    let %b = %a;
    %b
  },
  Nil => 3,
  _ => 4,
}
)";
  CHECK(Formatted(text) == text);
  CHECK(Formatted("match (Nil) { Nil() => { 1 } }") == "match (Nil) {\n  Nil => 1,\n}\n");
  CHECK(Formatted("let %l = Nil; match %l { _ => 1 }") == "let %l = Nil;\nmatch (%l) {\n  _ => 1,\n}\n");
  CHECK_THAT(Refused("match (1) { 1 => 2 }"), StartsWith("m.rly:1:13: error: "));
  CHECK_THAT(Refused("match (1) { Cons(%x => 2 }"), StartsWith("m.rly:1:21: error: "));
}

TEST_CASE("definitions: attributes", "[text]") {
  const std::string text =
      "f(1, a=1, b=[1, -2], c=\"s\", d=True, e=None, f.g=0.5f, \"h-i\"=[[], [\"x\"]], j={k=1, l=[2]})";
  CHECK(Tree(text) == text);
  CHECK(Tree("f(a.b=1 c=2f64, d=nullptr, e=(3), g=5i64,)") == "f(a.b=1, c=2f, d=None, e=3, g=5)");
  CHECK(Tree("let %x = 1; arange(%x, start=%x)") == "let %x = 1;\narange(%x, start=%x)");
  CHECK_THAT(Refused("f(a=1, 2)"), StartsWith("m.rly:1:8: error: "));
  CHECK_THAT(Refused("f(a=(1, 2))"), StartsWith("m.rly:1:7: error: "));
  CHECK_THAT(Refused("f(a=)"), StartsWith("m.rly:1:5: error: "));
  CHECK_THAT(Refused("f(a=if (True) { 1 } else { 2 })"), StartsWith("m.rly:1:5: error: "));
}

TEST_CASE("definitions: attributes of functions are kept", "[text]") {
  const std::string text = Module(
      "\ndef @main(%x, Primitive=1, input_names=[\"input.1\"]) {\n  fn (%y, Compiler=\"c\") { %y }(%x)\n}\n");
  CHECK(Formatted(text) == text);
}

TEST_CASE("definitions: comments stay before what they stood before", "[text]") {
  const std::string text = R"(// baton
#[version = "0.0.5"]

// About the file.

// A list.
type L {
  N,
}

/* The entry. */
def @main(%x) {
  // first
  let %y = %x;
  // the result
  %y
  // last
}
// the end
)";
  CHECK(Formatted(text) == text);
}

TEST_CASE("definitions: long calls are broken, one argument a line", "[text]") {
  const std::string text =
      "nn.conv2d(\n  fn (%x) {\n    let %y = %x;\n    %y\n  },\n  2,\n  padding=[1, 1, 1, 1]\n)\n";
  CHECK(Formatted(text) == text);
  std::string sum = "let %x = 1000000000000i64";
  for (int i = 0; i < 5; ++i) sum += "\n  + 1000000000000i64 * 1000000000000i64";
  CHECK(Formatted(sum + ";\n%x\n") == sum + ";\n%x\n");
}

}  // namespace
}  // namespace baton::text
