// Model-local functions: inlining, attributes, recursion and limits.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;

// A function of domain "my" with the model's opset.
class FunctionBuilder {
 public:
  FunctionBuilder(ModelBuilder& model, const std::string& name, const std::vector<std::string>& inputs,
                  const std::vector<std::string>& outputs)
      : function_(model.model().add_functions()) {
    bool imported = false;
    for (const auto& import : model.model().opset_import()) imported |= import.domain() == "my";
    if (!imported) {
      onnx::OperatorSetIdProto* import = model.model().add_opset_import();
      import->set_domain("my");
      import->set_version(1);
    }
    function_->set_name(name);
    function_->set_domain("my");
    for (const std::string& input : inputs) function_->add_input(input);
    for (const std::string& output : outputs) function_->add_output(output);
    Opset("", 17).Opset("my", 1);
  }
  FunctionBuilder& Opset(const std::string& domain, int64_t version) {
    for (auto& import : *function_->mutable_opset_import()) {
      if (import.domain() == domain) return import.set_version(version), *this;
    }
    onnx::OperatorSetIdProto* import = function_->add_opset_import();
    import->set_domain(domain);
    import->set_version(version);
    return *this;
  }
  NodeBuilder Node(const std::string& op, const std::vector<std::string>& inputs,
                   const std::vector<std::string>& outputs) {
    onnx::NodeProto* node = function_->add_node();
    node->set_op_type(op);
    for (const std::string& input : inputs) node->add_input(input);
    for (const std::string& output : outputs) node->add_output(output);
    return NodeBuilder(node);
  }
  // A declared attribute without a default.
  FunctionBuilder& Attribute(const std::string& name) {
    function_->add_attribute(name);
    return *this;
  }
  // One with a default, as IR 9 has it: a field that this onnx.proto does not know.
  FunctionBuilder& Default(const std::string& name, int64_t value) {
    onnx::AttributeProto attribute;
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
    AddUnknown(11, attribute.SerializeAsString());
    return *this;
  }
  void AddUnknown(int field, const std::string& bytes) {
    function_->GetReflection()->MutableUnknownFields(function_)->AddLengthDelimited(field, bytes);
  }

 private:
  onnx::FunctionProto* function_;
};

std::string Imported(ModelBuilder& model) {
  auto module = model.Import();
  INFO(module.status());
  REQUIRE(module.ok());
  return Dump(**module);
}

std::string Refused(ModelBuilder& model) {
  auto module = model.Import();
  INFO(module.status());
  CHECK(absl::IsInvalidArgument(module.status()));
  return std::string(module.status().message());
}

NodeBuilder Call(ModelBuilder& model, const std::string& name, const std::vector<std::string>& inputs,
                 const std::vector<std::string>& outputs) {
  return model.Node(name, inputs, outputs).Domain("my").Name(absl::StrCat("call_", outputs[0]));
}

TEST_CASE("functions: a call is inlined with fresh names and its location", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y").Output("z");
  FunctionBuilder twice(model, "Twice", {"a"}, {"b"});
  twice.Node("Tanh", {"a"}, {"t"}).Name("inner");
  twice.Node("Add", {"t", "t"}, {"b"});
  Call(model, "Twice", {"x"}, {"y"});
  Call(model, "Twice", {"y"}, {"z"});
  CHECK(Imported(model) ==
        "\\ x\n"
        "call_y/t = tanh(x)\n"
        "call_y/b = add(call_y/t, call_y/t)\n"
        "call_z/t = tanh(call_y/b)\n"
        "call_z/b = add(call_z/t, call_z/t)\n"
        "=> call_y/b, call_z/b\n");
  auto module = model.Import();
  CHECK((*module)->location((*module)->functions()[0].body->bindings[0].location).node == "call_y/inner");
}

TEST_CASE("functions: the body follows its own opset imports", "[import]") {
  ModelBuilder model(17);
  model.Input("x", kFloat, {2, 3, 4}).Output("y");
  FunctionBuilder old(model, "Old", {"a"}, {"b"});
  old.Opset("", 11);
  old.Node("Squeeze", {"a"}, {"b"}).Ints("axes", {0});
  Call(model, "Old", {"x"}, {"y"});
  CHECK_THAT(Imported(model), Contains("squeeze(x, int64[0])"));
}

TEST_CASE("functions: a domain that the body does not import is an error", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  FunctionBuilder f(model, "F", {"a"}, {"b"});
  f.Node("Foo", {"a"}, {"b"}).Domain("other");
  Call(model, "F", {"x"}, {"y"});
  CHECK_THAT(Refused(model), Contains("domain 'other' is not in opset_import"));
}

TEST_CASE("functions: attributes come from the call, then from the default", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2, 3}).Output("p").Output("q").Output("r");
  FunctionBuilder f(model, "F", {"a"}, {"b"});
  f.Attribute("given").Default("axis", 1);
  f.Node("Softmax", {"a"}, {"s"}).Ref("axis", "axis", onnx::AttributeProto::INT);
  f.Node("Flatten", {"s"}, {"b"}).Ref("axis", "given", onnx::AttributeProto::INT);
  Call(model, "F", {"x"}, {"p"});
  Call(model, "F", {"x"}, {"q"}).Int("axis", 0);
  Call(model, "F", {"x"}, {"r"}).Int("given", 2);
  const std::string text = Imported(model);
  CHECK_THAT(text, Contains("call_p/s = nn.softmax(x, axis=1)"));
  CHECK_THAT(text, Contains("call_q/s = nn.softmax(x, axis=0)"));
  CHECK_THAT(text, Contains("call_p/b = flatten(call_p/s)"));  // absent: Flatten's own default
  CHECK_THAT(text, Contains("call_r/b = flatten(call_r/s, axis=2)"));
}

TEST_CASE("functions: attributes pass through calls within calls", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2, 3}).Output("y");
  FunctionBuilder inner(model, "Inner", {"a"}, {"b"});
  inner.Attribute("n");
  inner.Node("Flatten", {"a"}, {"b"}).Ref("axis", "n", onnx::AttributeProto::INT);
  FunctionBuilder outer(model, "Outer", {"a"}, {"b"});
  outer.Attribute("m");
  outer.Node("Inner", {"a"}, {"b"}).Domain("my").Ref("n", "m", onnx::AttributeProto::INT);
  Call(model, "Outer", {"x"}, {"y"}).Int("m", 2);
  CHECK_THAT(Imported(model), Contains("flatten(x, axis=2)"));
}

TEST_CASE("functions: an attribute that the function does not declare is an error", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  FunctionBuilder f(model, "F", {"a"}, {"b"});
  f.Node("Neg", {"a"}, {"b"});
  Call(model, "F", {"x"}, {"y"}).Int("bogus", 1);
  CHECK_THAT(Refused(model), Contains("attribute 'bogus'") && Contains("node 'call_y' (F)"));
}

TEST_CASE("functions: operands left out are absent in the body", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Input("hi", kFloat, {}).Output("y");
  FunctionBuilder f(model, "F", {"a", "low", "high"}, {"b"});
  f.Node("Clip", {"a", "low", "high"}, {"b"});
  Call(model, "F", {"x", "", "hi"}, {"y"});
  CHECK_THAT(Imported(model), Contains("clip(x, -, hi)"));
}

TEST_CASE("functions: too many operands or results are an error", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  FunctionBuilder f(model, "F", {"a"}, {"b"});
  f.Node("Neg", {"a"}, {"b"});
  Call(model, "F", {"x", "x"}, {"y"});
  CHECK_THAT(Refused(model), Contains("the function has 1 inputs and 1 outputs, the call 2 and 1"));
}

TEST_CASE("functions: the body does not see the caller's names", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  FunctionBuilder f(model, "F", {"a"}, {"b"});
  f.Node("Add", {"a", "x"}, {"b"});
  Call(model, "F", {"x"}, {"y"});
  CHECK_THAT(Refused(model), Contains("value 'x' is not defined"));
}

TEST_CASE("functions: a nested graph in a body sees the body's names and attributes", "[import]") {
  ModelBuilder model;
  model.Input("c", onnx::TensorProto::BOOL, {}).Input("x", kFloat, {2, 3}).Output("y");
  FunctionBuilder f(model, "F", {"c", "a"}, {"b"});
  f.Attribute("n");
  GraphBuilder branch;
  branch.Node("Flatten", {"a"}, {"i"}).Ref("axis", "n", onnx::AttributeProto::INT);
  branch.Output("i");
  f.Node("If", {"c"}, {"b"}).Graph("then_branch", branch.proto()).Graph("else_branch", branch.proto());
  Call(model, "F", {"c", "x"}, {"y"}).Int("n", 2);
  CHECK_THAT(Imported(model), Contains("call_y/i = flatten(x, axis=2)"));
}

TEST_CASE("functions: recursion is an error, direct or mutual", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  FunctionBuilder f(model, "F", {"a"}, {"b"});
  f.Node("G", {"a"}, {"b"}).Domain("my");
  FunctionBuilder g(model, "G", {"a"}, {"b"});
  g.Node("F", {"a"}, {"b"}).Domain("my");
  Call(model, "F", {"x"}, {"y"});
  CHECK_THAT(Refused(model), Contains("function 'my.F' calls itself") && Contains("(F) in"));
}

TEST_CASE("functions: calls that multiply are stopped", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  constexpr int kDepth = 40;  // 2^40 nodes
  for (int i = 0; i < kDepth; ++i) {
    FunctionBuilder f(model, absl::StrCat("F", i), {"a"}, {"c"});
    const std::string next = i + 1 < kDepth ? absl::StrCat("F", i + 1) : "";
    NodeBuilder first = f.Node(next.empty() ? "Neg" : next, {"a"}, {"b"});
    NodeBuilder second = f.Node(next.empty() ? "Neg" : next, {"b"}, {"c"});
    if (!next.empty()) first.Domain("my"), second.Domain("my");
  }
  Call(model, "F0", {"x"}, {"y"});
  const absl::Status status = model.Import().status();
  CHECK(absl::IsResourceExhausted(status));
  CHECK_THAT(std::string(status.message()), Contains("more than 1000000 nodes") && Contains("; at node '"));
}

TEST_CASE("functions: a body of a newer opset is refused, or taken for the newest known on request",
          "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  FunctionBuilder f(model, "F", {"a"}, {"b"});
  f.Opset("", kNewestOpset + 1).Node("Neg", {"a"}, {"b"});
  Call(model, "F", {"x"}, {"y"});
  const absl::Status status = model.Import().status();
  CHECK(absl::IsUnimplemented(status));
  CHECK_THAT(std::string(status.message()), Contains("the function imports opset") && Contains("(Neg) in"));
  OnnxImportOptions options;
  options.allow_newer_opset = true;
  CHECK(model.Import(options).ok());
}

TEST_CASE("functions: two of one name are an error, overloads are not", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  FunctionBuilder first(model, "F", {"a"}, {"b"});
  first.Node("Neg", {"a"}, {"b"});
  FunctionBuilder second(model, "F", {"a"}, {"b"});
  second.Node("Tanh", {"a"}, {"b"});
  NodeBuilder call = Call(model, "F", {"x"}, {"y"});
  CHECK_THAT(Refused(model), Contains("function 'my.F' is defined twice"));
  // Overloads are fields of IR 10.
  second.AddUnknown(13, "v2");
  CHECK_THAT(Imported(model), Contains("negative(x)"));
  call.proto()->GetReflection()->MutableUnknownFields(call.proto())->AddLengthDelimited(8, "v2");
  CHECK_THAT(Imported(model), Contains("tanh(x)"));
}

TEST_CASE("functions: what is unsupported inside is listed, unless never called", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  FunctionBuilder f(model, "F", {"a"}, {"b"});
  f.Node("RandomNormalLike", {"a"}, {"b"});
  model.Node("Neg", {"x"}, {"y"});
  CHECK(model.Import().ok());
  Call(model, "F", {"x"}, {"z"});
  auto module = model.Import();
  CHECK(absl::IsUnimplemented(module.status()));
  CHECK_THAT(std::string(module.status().message()),
             Contains("operator RandomNormalLike (opset 17): 1 time"));
}

TEST_CASE("functions: a function of the model replaces the operator of its name", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  FunctionBuilder f(model, "Relu", {"a"}, {"b"});
  f.Node("Tanh", {"a"}, {"b"});
  model.model().mutable_functions(0)->set_domain("");
  model.Node("Relu", {"x"}, {"y"});
  CHECK_THAT(Imported(model), Contains("tanh(x)"));
}

}  // namespace
}  // namespace baton
