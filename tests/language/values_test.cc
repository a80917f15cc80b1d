// Values as text, and parameters from files.
#include <catch2/catch.hpp>

#include "compiler/text/parameters.h"
#include "compiler/text/reader.h"
#include "compiler/text/value_text.h"
#include "tests/compiler/run_compiled.h"
#include "tests/language/run_text.h"

namespace baton {
namespace {

const TypeDefinition& ListDefinition() {
  static const auto& definition = *new TypeDefinition{
      "List",
      {"A"},
      {{"Cons", {Type::Variable("A"), Type::Data("List", {Type::Variable("A")})}}, {"Nil", {}}}};
  return definition;
}

std::string Reread(absl::string_view text, const Type& element) {
  const auto value =
      ReadValue("v", text, Type::Data("List", {element}), absl::MakeConstSpan(&ListDefinition(), 1));
  return value.ok() ? ValueText(*value) : std::string(value.status().message());
}

TEST_CASE("values: data, tuples and numbers print as they read", "[language]") {
  CHECK(Reread("Cons(1, Cons(2, Nil))", TensorType{DType::kInt32, Shape()}) == "Cons(1, Cons(2, Nil))");
  CHECK(Reread("Cons((1, (True,)), Nil)", Type()) == "Cons((1, (True,)), Nil)");
  CHECK(Reread("Cons(-1.5f, Nil)", TensorType{DType::kFloat32, Shape()}) == "Cons(-1.5, Nil)");
}

TEST_CASE("values: a number takes the element type that is expected", "[language]") {
  const auto value =
      ReadValue("v", "Cons(3, Nil)", Type::Data("List", {TensorType{DType::kFloat16, Shape()}}),
                absl::MakeConstSpan(&ListDefinition(), 1));
  REQUIRE(value.ok());
  CHECK(value->fields()[0].tensor().dtype() == DType::kFloat16);
}

TEST_CASE("values: what is no value is refused with its place", "[language]") {
  CHECK_THAT(Reread("Cons(1 + 2,\n  @f(1))", Type()), Catch::Contains("v:2:3: error"));
  CHECK_THAT(Reread("def @main() { 1 }", Type()), Catch::Contains("error"));
  CHECK_THAT(Reread("Cons(1, Nil", Type()), Catch::Contains("expected"));
}

TEST_CASE("values: a list of 100,000 elements reads and prints", "[language]") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "Cons(1, ";
  text += "Nil" + std::string(100'000, ')');
  CHECK(Reread(text, TensorType{DType::kInt32, Shape()}) == text);
}

TEST_CASE("parameters: a file gives inputs their values and types", "[language]") {
  // The specification's vector: one tensor w = float32[2] {1, 2}.
  constexpr unsigned char kFile[] = {
      0xb7, 0x9c, 0x04, 0x05, 0x4f, 0x8d, 0xe5, 0xf7, 0,    0, 0,  0,    0,    0, 0, 0, 1,   0, 0, 0,
      0,    0,    0,    0,    1,    0,    0,    0,    0,    0, 0,  0,    'w',  1, 0, 0, 0,   0, 0, 0,
      0,    0x3f, 0xa1, 0xb4, 0x96, 0xf0, 0x40, 0x5e, 0xdd, 0, 0,  0,    0,    0, 0, 0, 0,   1, 0, 0,
      0,    0,    0,    0,    0,    1,    0,    0,    0,    2, 32, 1,    0,    2, 0, 0, 0,   0, 0, 0,
      0,    8,    0,    0,    0,    0,    0,    0,    0,    0, 0,  0x80, 0x3f, 0, 0, 0, 0x40};
  const absl::string_view bytes(reinterpret_cast<const char*>(kFile), sizeof(kFile));
  auto parameters = text::ReadParameters(bytes);
  CAPTURE(parameters.status().ToString());
  REQUIRE(parameters.ok());
  CHECK(text::WriteParameters(*parameters) == bytes);
  RelayReadOptions options;
  options.parameters = *parameters;
  auto module = ReadRelay(
      "p.rly", "#[version = \"0.0.5\"]\ndef @main(%x: Tensor[(2), float32], %w) { add(%x, %w) }", options);
  REQUIRE(module.ok());
  const auto program = LoadCompiled(*std::move(module), 2);
  REQUIRE(program.ok());
  CHECK((*program)->FindEntryPoint("main")->inputs.size() == 1);
  Session session(*program, TestScheduler());
  const auto outputs = session.Invoke("main", {Tensor::FromValues<float>({2}, {10, 20})});
  REQUIRE(outputs.ok());
  CHECK(ValueString(*(*outputs)[0]) == "[11, 22]");
}

TEST_CASE("parameters: a value that no parameter takes is refused", "[language]") {
  RelayReadOptions options;
  options.parameters = {{"weight", Tensor::Scalar(1.0f)}};
  const auto module = ReadRelay("p.rly", "#[version = \"0.0.5\"]\ndef @main(%w: float32) { %w }", options);
  CHECK_THAT(std::string(module.status().message()), Catch::Contains("'weight'") && Catch::Contains("w"));
}

TEST_CASE("parameters: damaged files are refused", "[language]") {
  std::map<std::string, Tensor> parameters = {{"a", Tensor::Scalar(1.0f)}};
  const std::string bytes = text::WriteParameters(parameters);
  for (size_t size = 0; size < bytes.size(); ++size) {
    CHECK(!text::ReadParameters(absl::string_view(bytes).substr(0, size)).ok());
  }
  CHECK(!text::ReadParameters(bytes + "x").ok());
}

}  // namespace
}  // namespace baton
