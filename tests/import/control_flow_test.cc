// If and Loop, by what they compute. Source of the rules: ONNX If-16, Loop-16.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "compiler/ir/check.h"
#include "tests/import/compile_and_run.h"
#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;
constexpr int kInt64 = onnx::TensorProto::INT64;
constexpr int kBool = onnx::TensorProto::BOOL;

Tensor True() {
  return Tensor::Scalar(Bool(true));
}
Tensor False() {
  return Tensor::Scalar(Bool(false));
}

std::string Refused(ModelBuilder& model) {
  auto module = model.Import();
  INFO(module.status());
  CHECK(absl::IsInvalidArgument(module.status()));
  return std::string(module.status().message());
}

// Through the whole compiler, which joining what is scanned needs.
std::vector<Tensor> RunWhole(ModelBuilder& model, const std::vector<Tensor>& inputs) {
  absl::StatusOr<std::vector<Tensor>> outputs = CompileAndRun(model, inputs);
  INFO(outputs.status());
  REQUIRE(outputs.ok());
  return *std::move(outputs);
}

TEST_CASE("if: only the taken branch counts; results by position", "[import]") {
  ModelBuilder model;
  model.Input("c", kBool, {}).Input("x", kFloat, {2}).Output("p").Output("q");
  GraphBuilder then_graph;
  then_graph.Node("Neg", {"x"}, {"a"});
  then_graph.Output("a").Output("x");
  GraphBuilder else_graph;
  else_graph.Node("Add", {"x", "x"}, {"b"});
  else_graph.Output("x").Output("b");
  model.Node("If", {"c"}, {"p", "q"})
      .Graph("then_branch", then_graph.proto())
      .Graph("else_branch", else_graph.proto());
  const Tensor x = F32({2}, {1, -2});
  std::vector<Tensor> taken = Run(model, {True(), x});
  CHECK(Floats(taken[0]) == std::vector<float>{-1, 2});
  CHECK(Floats(taken[1]) == std::vector<float>{1, -2});
  std::vector<Tensor> other = Run(model, {False(), x});
  CHECK(Floats(other[0]) == std::vector<float>{1, -2});
  CHECK(Floats(other[1]) == std::vector<float>{2, -4});
}

TEST_CASE("if: branches may differ in rank, and the condition may have shape [1]", "[import]") {
  ModelBuilder model;
  model.Input("c", kBool, {1}).Input("x", kFloat, {1, 2}).Output("y");
  GraphBuilder then_graph;
  then_graph.Initializer(IntTensor("axes", {1}, {0}));
  then_graph.Node("Squeeze", {"x", "axes"}, {"a"});
  then_graph.Output("a");
  GraphBuilder else_graph;
  else_graph.Output("x");
  model.Node("If", {"c"}, {"y"})
      .Graph("then_branch", then_graph.proto())
      .Graph("else_branch", else_graph.proto());
  const Tensor x = F32({1, 2}, {1, 2});
  CHECK(DimsOf(Run(model, {Tensor::FromValues<Bool>({1}, {Bool(true)}), x})[0]) == std::vector<int64_t>{2});
  CHECK(DimsOf(Run(model, {Tensor::FromValues<Bool>({1}, {Bool(false)}), x})[0]) ==
        std::vector<int64_t>{1, 2});
}

TEST_CASE("if: branches must exist and agree in number", "[import]") {
  ModelBuilder missing;
  missing.Input("c", kBool, {}).Output("y");
  GraphBuilder branch;
  branch.Output("c");
  missing.Node("If", {"c"}, {"y"}).Graph("then_branch", branch.proto());
  CHECK_THAT(Refused(missing), Contains("attribute 'else_branch' is missing"));

  ModelBuilder unequal;
  unequal.Input("c", kBool, {}).Output("y");
  GraphBuilder two;
  two.Output("c").Output("c");
  unequal.Node("If", {"c"}, {"y"}).Graph("then_branch", branch.proto()).Graph("else_branch", two.proto());
  CHECK_THAT(Refused(unequal), Contains("has 1 outputs, its branches 1 and 2"));

  ModelBuilder inputs;
  inputs.Input("c", kBool, {}).Output("y");
  GraphBuilder with_input;
  with_input.Input("i", kFloat, {}).Output("c");
  inputs.Node("If", {"c"}, {"y"})
      .Graph("then_branch", with_input.proto())
      .Graph("else_branch", branch.proto());
  CHECK_THAT(Refused(inputs), Contains("a graph of this node has 1 inputs, expected 0"));
}

// A body that doubles its carried value and scans it, and goes on while the value is below `limit`.
onnx::GraphProto DoublingBody(float limit, bool scans, const std::vector<TestDim>& declared = {2}) {
  GraphBuilder body;
  body.Input("i", kInt64, {}).Input("go", kBool, {}).Input("v", kFloat, {2});
  body.Initializer(FloatTensor("limit", {1}, {limit}));
  body.Initializer(IntTensor("first", {}, {0}));
  body.Node("Add", {"v", "v"}, {"w"});
  body.Node("Gather", {"w", "first"}, {"head"});
  body.Node("Less", {"head", "limit"}, {"again"});  // shape [1]
  body.Output("again", kBool, {1}).Output("w", kFloat, {2});
  if (scans) body.Output("w", kFloat, declared);
  return body.proto();
}

struct LoopCase {
  int64_t trips;  // -1: no M
  int condition;  // -1: none
  float limit;
  std::vector<float> result;
};

TEST_CASE("loop: runs while below the trip count and the condition holds", "[import]") {
  const LoopCase c =
      GENERATE(LoopCase{3, -1, 1e9f, {8, 16}}, LoopCase{0, -1, 1e9f, {1, 2}}, LoopCase{-5, -1, 1e9f, {1, 2}},
               LoopCase{3, 0, 1e9f, {1, 2}}, LoopCase{3, 1, 1e9f, {8, 16}}, LoopCase{100, 1, 5, {8, 16}},
               LoopCase{-1 - 1000, 1, 5, {1, 2}});
  ModelBuilder model;
  model.Input("M", kInt64, {}).Input("c", kBool, {}).Input("x", kFloat, {2}).Output("y");
  model.Node("Loop", {"M", c.condition < 0 ? "" : "c", "x"}, {"y"})
      .Graph("body", DoublingBody(c.limit, false));
  const Tensor condition = Tensor::Scalar(Bool(c.condition != 0));
  CAPTURE(c.trips, c.condition, c.limit);
  CHECK(Floats(Run(model, {Tensor::Scalar(c.trips), condition, F32({2}, {1, 2})})[0]) == c.result);
}

TEST_CASE("loop: without a trip count the condition alone decides", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Loop", {"", "", "x"}, {"y"}).Graph("body", DoublingBody(20, false));
  CHECK(Floats(Run(model, {F32({2}, {1, 2})})[0]) == std::vector<float>{32, 64});
}

TEST_CASE("loop: trip count and condition may have shape [1]", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y").Initializer(IntTensor("M", {1}, {2}));
  onnx::TensorProto condition;
  condition.set_name("c");
  condition.set_data_type(kBool);
  condition.add_dims(1);
  condition.add_int32_data(1);
  model.Initializer(condition);
  model.Node("Loop", {"M", "c", "x"}, {"y"}).Graph("body", DoublingBody(1e9f, false));
  CHECK(Floats(Run(model, {F32({2}, {1, 2})})[0]) == std::vector<float>{4, 8});
}

TEST_CASE("loop: scanned values are stacked along a new first axis", "[import]") {
  const std::vector<TestDim> declared =
      GENERATE(std::vector<TestDim>{2}, std::vector<TestDim>{""}, std::vector<TestDim>{7});
  ModelBuilder model;
  model.Input("M", kInt64, {}).Input("x", kFloat, {2}).Output("y").Output("s");
  model.Node("Loop", {"M", "", "x"}, {"y", "s"}).Graph("body", DoublingBody(1e9f, true, declared));
  std::vector<Tensor> three = RunWhole(model, {Tensor::Scalar<int64_t>(3), F32({2}, {1, 2})});
  CHECK(Floats(three[0]) == std::vector<float>{8, 16});
  CHECK(DimsOf(three[1]) == std::vector<int64_t>{3, 2});
  CHECK(Floats(three[1]) == std::vector<float>{2, 4, 4, 8, 8, 16});
}

TEST_CASE("loop: without iterations scanned outputs have no elements", "[import]") {
  struct Case {
    TestDim extent, declared;
    int64_t expected;
  };
  // The extent that follows from the body, else the one that it declares, else 0.
  for (const Case& c : {Case{2, 2, 2}, Case{2, "", 2}, Case{"n", 2, 2}, Case{"n", "", 0}}) {
    ModelBuilder model;
    model.Input("M", kInt64, {}).Input("x", kFloat, {c.extent}).Output("s");
    model.Node("Loop", {"M", "", "x"}, {"", "s"}).Graph("body", DoublingBody(1e9f, true, {c.declared}));
    const Tensor empty = RunWhole(model, {Tensor::Scalar<int64_t>(0), F32({2}, {1, 2})})[0];
    CHECK(empty.dtype() == DType::kFloat32);
    CHECK(DimsOf(empty) == std::vector<int64_t>{0, c.expected});
  }
}

TEST_CASE("loop: a carried value may grow", "[import]") {
  ModelBuilder model;
  model.Input("M", kInt64, {}).Input("x", kFloat, {"n"}).Output("y");
  GraphBuilder body;
  body.Input("i", kInt64, {}).Input("go", kBool, {}).Input("v", kFloat, {"m"});
  body.Node("Concat", {"v", "x"}, {"w"}).Int("axis", 0);
  body.Output("go").Output("w");
  model.Node("Loop", {"M", "", "x"}, {"y"}).Graph("body", body.proto());
  CHECK(DimsOf(Run(model, {Tensor::Scalar<int64_t>(4), F32({2}, {1, 2})})[0]) == std::vector<int64_t>{10});
}

TEST_CASE("loop: the iteration number counts from 0 and inner names shadow outer ones", "[import]") {
  ModelBuilder model;
  model.Input("v", kInt64, {}).Output("s").Initializer(IntTensor("M", {}, {4}));
  GraphBuilder body;
  body.Input("v", kInt64, {}).Input("go", kBool, {});
  body.Output("go").Output("v", kInt64, {});
  model.Node("Loop", {"M", ""}, {"s"}).Graph("body", body.proto());
  CHECK(Ints(RunWhole(model, {Tensor::Scalar<int64_t>(77)})[0]) == std::vector<int64_t>{0, 1, 2, 3});
}

TEST_CASE("loop: loops and branches nest three deep, with captures from each level", "[import]") {
  ModelBuilder model;
  model.Input("x", kInt64, {}).Output("y").Initializer(IntTensor("three", {}, {3}));
  GraphBuilder add;  // x + i + j + a
  add.Node("Add", {"a", "x"}, {"a1"});
  add.Node("Add", {"a1", "i"}, {"a2"});
  add.Node("Add", {"a2", "j"}, {"a3"});
  add.Output("a3");
  GraphBuilder keep;
  keep.Output("a");
  GraphBuilder inner;
  inner.Input("j", kInt64, {}).Input("gj", kBool, {}).Input("a", kInt64, {});
  inner.Node("Less", {"j", "i"}, {"lower"});
  inner.Node("If", {"lower"}, {"r"}).Graph("then_branch", add.proto()).Graph("else_branch", keep.proto());
  inner.Output("gj").Output("r");
  GraphBuilder outer;
  outer.Input("i", kInt64, {}).Input("gi", kBool, {}).Input("b", kInt64, {});
  outer.Node("Loop", {"three", "", "b"}, {"c"}).Graph("body", inner.proto());
  outer.Output("gi").Output("c");
  model.Node("Loop", {"three", "", "x"}, {"y"}).Graph("body", outer.proto());
  int64_t expected = 10;
  for (int64_t i = 0; i < 3; ++i) {
    for (int64_t j = 0; j < i; ++j) expected += 10 + i + j;
  }
  CHECK(Ints(Run(model, {Tensor::Scalar<int64_t>(10)})[0]) == std::vector<int64_t>{expected});
  CHECK(ir::CheckModule(**model.Import(), {.typed = false}).ok());
}

TEST_CASE("loop: a body that does not fit the node is refused", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  GraphBuilder body;
  body.Input("i", kInt64, {}).Input("go", kBool, {}).Input("v", kFloat, {2});
  body.Output("go");
  model.Node("Loop", {"", "", "x"}, {"y"}).Graph("body", body.proto());
  CHECK_THAT(Refused(model), Contains("the body has 1 outputs"));

  ModelBuilder no_output;
  no_output.Input("x", kFloat, {2}).Output("y");
  no_output.Node("Loop", {"", "", "x"}, {"y"}).Graph("body", GraphBuilder().proto());
  CHECK_THAT(Refused(no_output), Contains("the body has no outputs"));

  ModelBuilder inputs;
  inputs.Input("x", kFloat, {2}).Output("y");
  body.Output("v");
  inputs.Node("Loop", {"", "", "x", "x"}, {"y"}).Graph("body", body.proto());
  CHECK_THAT(Refused(inputs), Contains("the body has 2 outputs, expected a condition, 2 carried values") ||
                                  Contains("a graph of this node has 3 inputs, expected 4"));
}

TEST_CASE("scan: states go from step to step, what is scanned is stacked", "[import]") {
  ModelBuilder model;
  model.Input("s", kFloat, {}).Input("x", kFloat, {"n"}).Output("t").Output("sums");
  GraphBuilder body;
  body.Input("a", kFloat, {}).Input("b", kFloat, {});
  body.Node("Add", {"a", "b"}, {"c"});
  body.Output("c", kFloat, {}).Output("c", kFloat, {});
  model.Node("Scan", {"s", "x"}, {"t", "sums"}).Graph("body", body.proto()).Int("num_scan_inputs", 1);
  const std::vector<Tensor> results = RunWhole(model, {F32({}, {10}), F32({3}, {1, 2, 3})});
  CHECK(Floats(results[0]) == std::vector<float>{16});
  CHECK(Floats(results[1]) == std::vector<float>{11, 13, 16});
}

}  // namespace
}  // namespace baton
