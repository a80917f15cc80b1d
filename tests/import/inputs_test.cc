// Inputs of the main graph: types, symbols, fixed shapes, initialisers.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;

// The type of the parameter at `index`, as text.
std::string ParamType(const ir::Module& module, size_t index) {
  return module.functions()[0].body->params[index]->type.ToString();
}

std::string Message(ModelBuilder& model, const OnnxImportOptions& options = {}) {
  auto module = model.Import(options);
  CHECK(absl::IsInvalidArgument(module.status()));
  return std::string(module.status().message());
}

void AddTwo(ModelBuilder& model) {
  model.Input("x", kFloat, {"batch", 3, "", -1});
  model.Input("y", onnx::TensorProto::INT64, {"batch", "2*n"});
  model.Node("Relu", {"x"}, {"z"});
  model.Output("z");
}

TEST_CASE("inputs: extents become constants, named symbols and fresh symbols", "[import]") {
  ModelBuilder model;
  AddTwo(model);
  auto module = model.Import();
  REQUIRE(module.ok());
  CHECK(ParamType(**module, 0) == "Tensor[(batch, 3, x_d2, x_d3), float32]");
  CHECK(ParamType(**module, 1) == "Tensor[(batch, d2_n), int64]");
}

TEST_CASE("inputs: names that become the same identifier stay different symbols", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {"a-b", "a_b", "a-b", "batch_size"}).Output("x");
  auto module = model.Import();
  REQUIRE(module.ok());
  CHECK(ParamType(**module, 0) == "Tensor[(a_b, a_b_1, a_b, batch_size), float32]");
}

TEST_CASE("inputs: without checks of dimension names each occurrence is its own symbol", "[import]") {
  ModelBuilder model;
  AddTwo(model);
  auto module = model.Import({.check_dim_params = false});
  REQUIRE(module.ok());
  CHECK(ParamType(**module, 0) == "Tensor[(batch, 3, x_d2, x_d3), float32]");
  CHECK(ParamType(**module, 1) == "Tensor[(batch_1, d2_n), int64]");
}

TEST_CASE("inputs: no shape is unknown rank, no dims is rank 0", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {}).Input("y", kFloat, {}).Output("x");
  model.proto().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  auto module = model.Import();
  REQUIRE(module.ok());
  CHECK(ParamType(**module, 0) == "Tensor[*, float32]");
  CHECK(ParamType(**module, 1) == "Tensor[(), float32]");
}

TEST_CASE("inputs: a fixed shape fixes a named dimension everywhere", "[import]") {
  ModelBuilder model;
  AddTwo(model);
  auto module = model.Import({.shapes = {{"x", {2, -1, 7, -1}}}});
  REQUIRE(module.ok());
  CHECK(ParamType(**module, 0) == "Tensor[(2, 3, 7, x_d3), float32]");
  CHECK(ParamType(**module, 1) == "Tensor[(2, d2_n), int64]");
}

TEST_CASE("inputs: a fixed shape gives an input of unknown rank its rank", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {}).Output("x");
  model.proto().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  auto module = model.Import({.shapes = {{"x", {4, -1}}}});
  REQUIRE(module.ok());
  CHECK(ParamType(**module, 0) == "Tensor[(4, x_d1), float32]");
}

TEST_CASE("inputs: fixed shapes that do not fit are refused", "[import]") {
  ModelBuilder model;
  AddTwo(model);
  CHECK_THAT(Message(model, {.shapes = {{"w", {1}}}}),
             Contains("shape given for 'w', expected one of the inputs 'x', 'y'"));
  CHECK_THAT(Message(model, {.shapes = {{"x", {1, 3}}}}), Contains("has rank 2, the model declares rank 4"));
  CHECK_THAT(Message(model, {.shapes = {{"x", {1, 4, 1, 1}}}}),
             Contains("extent 4 on axis 1, the model declares 3"));
  CHECK_THAT(Message(model, {.shapes = {{"x", {1, 3, 1, 1}}, {"y", {2, 4}}}}),
             Contains("dimension 'batch' is 1 elsewhere"));
  CHECK_THAT(Message(model, {.shapes = {{"x", {-2, 3, 1, 1}}}}), Contains("negative extent -2"));
}

TEST_CASE("inputs: an input with an initialiser is a constant", "[import]") {
  ModelBuilder model(9, 3);
  model.Input("x", kFloat, {2}).Input("w", kFloat, {2}).Output("y");
  model.Initializer(FloatTensor("w", {2}, {1, 2}));
  model.Node("Add", {"x", "w"}, {"y"});
  auto module = model.Import();
  REQUIRE(module.ok());
  CHECK((*module)->functions()[0].input_names == std::vector<std::string>{"x"});
  CHECK(Dump(**module) == "\\ x\ny = add(x, float32[1, 2])\n=> y\n");
}

TEST_CASE("inputs: a missing type, a sequence and too high a rank are refused by name", "[import]") {
  ModelBuilder untyped;
  untyped.Input("x", 0, {}).Output("x");
  CHECK_THAT(Message(untyped), Contains("m.onnx: input 'x' has no type"));

  ModelBuilder model;
  model.Input("s", 0, {}).Input("r", kFloat, {1, 1, 1, 1, 1, 1, 1, 1, 1}).Output("r");
  model.proto().mutable_input(0)->mutable_type()->mutable_sequence_type();
  auto module = model.Import();
  CHECK(absl::IsUnimplemented(module.status()));
  CHECK_THAT(
      std::string(module.status().message()),
      Contains("an input of a type that is neither a tensor nor a sequence of tensors: 1 time, at 's'") &&
          Contains("rank 9, at most 8 is supported: 1 time, at 'r'"));
}

TEST_CASE("inputs: two of one name are refused", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Input("x", kFloat, {2}).Output("x");
  CHECK_THAT(Message(model), Contains("m.onnx: value 'x' is defined twice"));
}

TEST_CASE("inputs: an output may be an input, a constant, or appear twice", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("x").Output("w").Output("x");
  model.Initializer(FloatTensor("w", {2}, {1, 2}));
  auto module = model.Import();
  REQUIRE(module.ok());
  CHECK(Dump(**module) == "\\ x\n=> x, float32[1, 2], x\n");
  CHECK((*module)->functions()[0].output_names == std::vector<std::string>{"x", "w", "x"});
}

}  // namespace
}  // namespace baton
