// Names, order, attributes and scopes.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;
constexpr int kBool = onnx::TensorProto::BOOL;

std::string Refused(ModelBuilder& model) {
  auto module = model.Import();
  INFO(module.status());
  CHECK(absl::IsInvalidArgument(module.status()));
  return std::string(module.status().message());
}

std::string Imported(ModelBuilder& model) {
  auto module = model.Import();
  INFO(module.status());
  REQUIRE(module.ok());
  return Dump(**module);
}

TEST_CASE("graph: an undefined name is an error at the node", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Add", {"x", "nope"}, {"y"}).Name("sum");
  CHECK(Refused(model) == "value 'nope' is not defined; at node 'sum' (Add) in m.onnx");
}

TEST_CASE("graph: an undefined output is an error", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  CHECK(Refused(model) == "m.onnx: value 'y' is not defined");
}

TEST_CASE("graph: a value defined twice is an error", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Relu", {"x"}, {"y"}).Name("a");
  model.Node("Tanh", {"x"}, {"y"}).Name("b");
  CHECK(Refused(model) == "value 'y' is defined twice; at node 'b' (Tanh) in m.onnx");
}

TEST_CASE("graph: nodes out of order are sorted, otherwise kept", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("c");
  model.Node("Relu", {"b"}, {"c"});
  model.Node("Tanh", {"x"}, {"d"});
  model.Node("Neg", {"x"}, {"b"});
  CHECK(Imported(model) == "\\ x\nd = tanh(x)\nb = negative(x)\nc = nn.relu(b)\n=> c\n");
}

TEST_CASE("graph: a nested graph's use of a name orders the node that holds it", "[import]") {
  ModelBuilder model;
  model.Input("c", kBool, {}).Input("x", kFloat, {2}).Output("y");
  GraphBuilder branch;
  branch.Output("t");  // the value itself, with no node
  model.Node("If", {"c"}, {"y"}).Graph("then_branch", branch.proto()).Graph("else_branch", branch.proto());
  model.Node("Tanh", {"x"}, {"t"});
  CHECK(Imported(model) == "\\ c, x\nt = tanh(x)\ny = if c\n  => t\nelse\n  => t\n=> y\n");
}

TEST_CASE("graph: a cycle is an error that names a node", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("a");
  model.Node("Add", {"x", "b"}, {"a"}).Name("first");
  model.Node("Neg", {"a"}, {"b"});
  CHECK(Refused(model) == "nodes use each other's outputs in a cycle; at node 'first' (Add) in m.onnx");
}

TEST_CASE("graph: attributes are checked", "[import]") {
  ModelBuilder unknown;
  unknown.Input("x", kFloat, {2}).Output("y");
  unknown.Node("Softmax", {"x"}, {"y"}).Int("axs", 1);
  CHECK_THAT(Refused(unknown),
             Contains("attribute 'axs' is not one of this operator's") && Contains("node 'y' (Softmax)"));

  ModelBuilder kind;
  kind.Input("x", kFloat, {2}).Output("y");
  kind.Node("Softmax", {"x"}, {"y"}).Float("axis", 1);
  CHECK_THAT(Refused(kind), Contains("attribute 'axis' is FLOAT, expected INT"));

  ModelBuilder twice;
  twice.Input("x", kFloat, {2}).Output("y");
  twice.Node("Softmax", {"x"}, {"y"}).Int("axis", 0).Int("axis", 0);
  CHECK_THAT(Refused(twice), Contains("attribute 'axis' is given twice"));

  ModelBuilder missing;
  missing.Input("x", kFloat, {2}).Output("y");
  missing.Node("Cast", {"x"}, {"y"});
  CHECK_THAT(Refused(missing), Contains("attribute 'to' is missing"));

  ModelBuilder reference;
  reference.Input("x", kFloat, {2}).Output("y");
  reference.Node("Softmax", {"x"}, {"y"}).Ref("axis", "a", onnx::AttributeProto::INT);
  CHECK_THAT(Refused(reference), Contains("outside any function"));
}

TEST_CASE("graph: an attribute of a later version is unknown before", "[import]") {
  ModelBuilder model(13);
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Shape", {"x"}, {"y"}).Int("start", 0);
  CHECK_THAT(Refused(model), Contains("attribute 'start'"));
  model.model().mutable_opset_import(0)->set_version(15);
  CHECK(Imported(model) == "\\ x\ny = shape_of(x)\n=> y\n");
}

TEST_CASE("graph: consumed_inputs of opset 1 is ignored", "[import]") {
  ModelBuilder model(7, 3);
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Relu", {"x"}, {"y"}).Ints("consumed_inputs", {0});
  CHECK(Imported(model) == "\\ x\ny = nn.relu(x)\n=> y\n");
}

TEST_CASE("graph: counts of inputs and outputs are checked", "[import]") {
  ModelBuilder many;
  many.Input("x", kFloat, {2}).Output("y");
  many.Node("Relu", {"x", "x"}, {"y"});
  CHECK_THAT(Refused(many), Contains("has 2 inputs, expected 1;"));

  ModelBuilder few;
  few.Input("x", kFloat, {2}).Output("y");
  few.Node("Add", {"x", ""}, {"y"});
  CHECK_THAT(Refused(few), Contains("has 1 inputs, expected 2;"));

  ModelBuilder gap;
  gap.Input("x", kFloat, {2}).Output("y");
  gap.Node("Where", {"x", "", "x"}, {"y"});
  CHECK_THAT(Refused(gap), Contains("operand 'a' is missing") || Contains("is missing;"));

  ModelBuilder outputs;
  outputs.Input("x", kFloat, {2}).Output("y");
  outputs.Node("Relu", {"x"}, {"y", "z"});
  CHECK_THAT(Refused(outputs), Contains("has 2 outputs, expected 1;"));
}

TEST_CASE("graph: nested graphs see the scopes around them", "[import]") {
  ModelBuilder model;
  model.Input("c", kBool, {}).Input("x", kFloat, {2}).Output("y");
  model.Node("Tanh", {"x"}, {"t"});
  GraphBuilder inner;
  inner.Node("Add", {"t", "u"}, {"i"});
  inner.Output("i");
  GraphBuilder outer;
  outer.Node("Neg", {"x"}, {"u"});
  outer.Node("If", {"c"}, {"o"}).Graph("then_branch", inner.proto()).Graph("else_branch", inner.proto());
  outer.Output("o");
  GraphBuilder other;
  other.Initializer(FloatTensor("u", {2}, {1, 2}));  // siblings may share names
  other.Output("u");
  model.Node("If", {"c"}, {"y"}).Graph("then_branch", outer.proto()).Graph("else_branch", other.proto());
  CHECK(Imported(model) ==
        "\\ c, x\n"
        "t = tanh(x)\n"
        "y = if c\n"
        "  u = negative(x)\n"
        "  o = if c\n"
        "    i = add(t, u)\n"
        "    => i\n"
        "  else\n"
        "    i = add(t, u)\n"
        "    => i\n"
        "  => o\n"
        "else\n"
        "  => float32[1, 2]\n"
        "=> y\n");
}

TEST_CASE("graph: names of nested graphs are not seen outside", "[import]") {
  ModelBuilder model;
  model.Input("c", kBool, {}).Input("x", kFloat, {2}).Output("z");
  GraphBuilder branch;
  branch.Node("Neg", {"x"}, {"inside"});
  branch.Output("inside");
  model.Node("If", {"c"}, {"y"}).Graph("then_branch", branch.proto()).Graph("else_branch", branch.proto());
  model.Node("Neg", {"inside"}, {"z"});
  CHECK_THAT(Refused(model), Contains("value 'inside' is not defined"));
}

TEST_CASE("graph: a nested node's output must not repeat a visible name", "[import]") {
  ModelBuilder model;
  model.Input("c", kBool, {}).Input("x", kFloat, {2}).Output("y");
  GraphBuilder branch;
  branch.Node("Neg", {"x"}, {"x"}).Name("shadow");
  branch.Output("x");
  model.Node("If", {"c"}, {"y"}).Graph("then_branch", branch.proto()).Graph("else_branch", branch.proto());
  CHECK_THAT(Refused(model), Contains("node 'shadow' (Neg)"));
}

onnx::GraphProto NestedIfs(int depth) {
  GraphBuilder graph;
  if (depth == 0) {
    graph.Node("Neg", {"x"}, {"d0"});
  } else {
    const onnx::GraphProto inner = NestedIfs(depth - 1);
    GraphBuilder other;
    other.Output("x");
    graph.Node("If", {"c"}, {absl::StrCat("d", depth)})
        .Graph("then_branch", inner)
        .Graph("else_branch", other.proto());
  }
  graph.Output(absl::StrCat("d", depth));
  return graph.proto();
}

TEST_CASE("graph: nesting is bounded", "[import]") {
  for (int depth : {60, 64, 65, 90, 500}) {
    ModelBuilder model;
    *model.model().mutable_graph() = NestedIfs(depth);
    model.Input("c", kBool, {}).Input("x", kFloat, {2});
    auto module = model.Import();
    INFO(depth << " " << module.status());
    CHECK(module.ok() == (depth <= 64));
    if (depth == 65) CHECK_THAT(std::string(module.status().message()), Contains("nested deeper than 64"));
  }
}

TEST_CASE("graph: a dead initialiser of an unsupported type is no obstacle, a live one is", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  onnx::TensorProto text;
  text.set_name("text");
  text.set_data_type(onnx::TensorProto::STRING);
  text.add_dims(1);
  text.add_string_data("hi");
  model.Initializer(text);
  model.Node("Relu", {"x"}, {"y"});
  CHECK(Imported(model) == "\\ x\ny = nn.relu(x)\n=> y\n");
  model.Node("Add", {"x", "text"}, {"z"});
  auto module = model.Import();
  CHECK(absl::IsUnimplemented(module.status()));
  CHECK_THAT(std::string(module.status().message()), Contains("element type string: 1 time, at 'text'"));
}

TEST_CASE("graph: an optional operand may be left out in the middle and at the end", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Input("hi", kFloat, {}).Output("y").Output("z");
  model.Node("Clip", {"x", "", "hi"}, {"y"});
  model.Node("Clip", {"x", "hi", ""}, {"z"});
  CHECK(Imported(model) == "\\ x, hi\ny = clip(x, -, hi)\nz = clip(x, hi)\n=> y, z\n");
}

}  // namespace
}  // namespace baton
