// Types: inference in both directions, annotations, symbolic dimensions, messages (sections 4 and 16).
#include <catch2/catch.hpp>

#include "tests/language/run_text.h"

namespace baton {
namespace {

std::string InputTypes(absl::string_view text) {
  const auto program = LoadText(text);
  if (!program.ok()) return std::string(program.status().message());
  std::string types;
  for (const Parameter& input : (*program)->FindEntryPoint("main")->inputs) {
    absl::StrAppend(&types, input.name, ": ", input.type.ToString(), "\n");
  }
  for (const Parameter& output : (*program)->FindEntryPoint("main")->outputs) {
    absl::StrAppend(&types, "-> ", output.type.ToString(), "\n");
  }
  return types;
}
std::string MainTypes(absl::string_view main) {
  return InputTypes(absl::StrCat("#[version = \"0.0.5\"]\n#[import = \"prelude\"]\n", main));
}

TEST_CASE("types: an untyped weight follows from the operator", "[language]") {
  CHECK(MainTypes("def @main(%x: Tensor[(2, 3), float32], %w) { nn.dense(%x, %w, units=10) }") ==
        "x: Tensor[(2, 3), float32]\nw: Tensor[(10, 3), float32]\n-> Tensor[(2, 10), float32]\n");
  CHECK(MainTypes("def @main(%x: Tensor[(2, 3), float32], %b) { nn.bias_add(%x, %b) }") ==
        "x: Tensor[(2, 3), float32]\nb: Tensor[(3), float32]\n-> Tensor[(2, 3), float32]\n");
}

TEST_CASE("types: an untyped parameter follows from the function it goes to", "[language]") {
  CHECK(MainTypes(
            "def @main(%x) { @f(%x) }\ndef @f(%y: Tensor[(2), int32]) -> Tensor[(2), int32] { %y + %y }") ==
        "x: Tensor[(2), int32]\n-> Tensor[(2), int32]\n");
}

TEST_CASE("types: named dimensions carry through", "[language]") {
  CHECK(MainTypes("def @main(%x: Tensor[(n, 8), float32]) { concatenate((%x, %x), axis=0) }") ==
        "x: Tensor[(n, 8), float32]\n-> Tensor[(2*n, 8), float32]\n");
}

TEST_CASE("types: what cannot be inferred is an error that says where", "[language]") {
  CHECK_THAT(MainTypes("def @main(%x, %y) { add(%x, %y) }"), Catch::Contains("annotate"));
}

TEST_CASE("types: an input that nothing gives a type is refused", "[language]") {
  CHECK_THAT(MainTypes("def @main(%x) { 1 }"), Catch::Contains("'%x'") && Catch::Contains("annotate"));
}

TEST_CASE("types: messages show both types", "[language]") {
  const auto error = [](absl::string_view main) { return MainTypes(main); };
  CHECK_THAT(error("def @main(%x: Tensor[(2), float32]) { @f(%x) }\ndef @f(%y: Tensor[(3), float32]) { %y }"),
             Catch::Contains("argument 1 of @f") && Catch::Contains("Tensor[(2), float32]") &&
                 Catch::Contains("Tensor[(3), float32]"));
  CHECK_THAT(
      error("def @main(%x: int32) -> Tensor[(), float32] { %x }"),
      Catch::Contains("the result of @main") && Catch::Contains("int32") && Catch::Contains("float32"));
  CHECK_THAT(error("def @main(%x: int32) { Cons(%x, Cons(True, Nil)) }"), Catch::Contains("field"));
  CHECK_THAT(error("def @main(%x: int32) { @f(%x, %x) }\ndef @f(%y: int32) { %y }"),
             Catch::Contains("takes 1 arguments, 2 are given"));
  CHECK_THAT(error("def @main(%x: int32) { if (%x) { 1 } else { 2 } }"),
             Catch::Contains("the condition of if"));
  CHECK_THAT(error("def @main(%x: Lst[int32]) { 1 }"), Catch::Contains("there is no type Lst"));
  CHECK_THAT(error("def @main(%x: List) { 1 }"), Catch::Contains("takes 1"));
}

TEST_CASE("types: operators refuse values of a type parameter", "[language]") {
  CHECK_THAT(MainTypes("def @f[A](%x: A) -> A { add(%x, %x) }\ndef @main() { 1 }"),
             Catch::Contains("a type parameter"));
}

TEST_CASE("types: a type cannot contain itself", "[language]") {
  CHECK_THAT(MainTypes("def @main() { let %f = fn (%x) { %x(%x) }; 1 }"), Catch::Contains("contain itself"));
}

TEST_CASE("types: data types that are declared twice, or do not exist", "[language]") {
  CHECK_THAT(MainTypes("type T { A }\ntype T { B }\ndef @main() { 1 }"),
             Catch::Contains("type T is defined twice"));
  CHECK_THAT(MainTypes("type T { A }\ntype U { A }\ndef @main() { 1 }"),
             Catch::Contains("constructor A is declared twice"));
  CHECK_THAT(MainTypes("type T { A(Nowhere) }\ndef @main() { 1 }"),
             Catch::Contains("there is no type Nowhere"));
}

TEST_CASE("types: non-uniform data types are built and taken apart", "[language]") {
  constexpr char kNested[] = "type Nested[A] { Flat(A), Nest(Nested[(A, A)]) }";
  CHECK(Eval("let %n = Nest(Nest(Flat(((1, 2), (3, 4)))));\n"
             "match (%n) { Nest(Nest(Flat(((%a, _), (_, %b))))) => %a * 10 + %b, _ => 0 }",
             kNested) == "14");
  CHECK_THAT(Eval("Nest(Flat((1, 2)))", kNested), Catch::Contains("without end"));
}

}  // namespace
}  // namespace baton
