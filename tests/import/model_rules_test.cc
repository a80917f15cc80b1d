// Rules for whole models: names, warnings, where tensors may lie, what is refused together. Source: ONNX IR
// specification.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;
constexpr char kNotUtf8[] = "a\xff\xfe";

std::string Serialized(ModelBuilder& model) {
  return model.model().SerializeAsString();
}

// The warnings of an import that succeeds.
std::string Warnings(ModelBuilder& model) {
  std::string warnings;
  auto module = ImportOnnx(Serialized(model), "m.onnx", "", {}, &warnings);
  INFO(module.status());
  REQUIRE(module.ok());
  return warnings;
}

std::string Refused(ModelBuilder& model) {
  const absl::Status status = model.Import().status();
  CHECK(absl::IsInvalidArgument(status));
  return std::string(status.message());
}

TEST_CASE("model: nothing to warn of gives no warning", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Neg", {"x"}, {"y"});
  CHECK(Warnings(model).empty());
}

TEST_CASE("model: what is for training is ignored with a warning", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Neg", {"x"}, {"y"});
  model.model().add_training_info();
  CHECK(Warnings(model) == "m.onnx: warning: what it holds for training is ignored");
}

TEST_CASE("model: nodes out of order are sorted with one warning", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Neg", {"b"}, {"y"});
  model.Node("Neg", {"a"}, {"b"});
  model.Node("Neg", {"x"}, {"a"});
  CHECK(Warnings(model) == "m.onnx: warning: nodes come before what they use: sorted");
}

TEST_CASE("model: names must be UTF-8", "[import]") {
  const auto refused = [](const std::function<void(ModelBuilder&)>& change) {
    ModelBuilder model;
    model.Input("x", kFloat, {2}).Output("y");
    model.Node("Neg", {"x"}, {"y"}).Name("good");
    change(model);
    return Refused(model);
  };
  const auto at_node = [&](const std::function<void(onnx::NodeProto&)>& change) {
    return refused([&](ModelBuilder& model) { change(*model.proto().mutable_node(0)); });
  };
  const auto says = Contains("the name 'a\\xff\\xfe' is not UTF-8");
  CHECK_THAT(at_node([](auto& node) { node.set_op_type(kNotUtf8); }), says && Contains("node 'good'"));
  CHECK_THAT(at_node([](auto& node) { node.set_domain(kNotUtf8); }), says && Contains("node 'good'"));
  CHECK_THAT(at_node([](auto& node) { node.set_input(0, kNotUtf8); }), says && Contains("node 'good'"));
  CHECK_THAT(at_node([](auto& node) { node.set_output(0, kNotUtf8); }), says && Contains("node 'good'"));
  CHECK_THAT(at_node([](auto& node) { node.add_attribute()->set_name(kNotUtf8); }), says);
  CHECK_THAT(at_node([](auto& node) { node.set_name(kNotUtf8); }), says && Contains("(Neg) in"));
  CHECK_THAT(refused([](ModelBuilder& model) { model.Input(kNotUtf8, kFloat, {2}); }), says);
  CHECK_THAT(refused([](ModelBuilder& model) { model.Input("z", kFloat, {kNotUtf8}); }), says);
  CHECK_THAT(refused([](ModelBuilder& model) { model.Output(kNotUtf8); }), says);
  CHECK_THAT(refused([](ModelBuilder& model) { model.Initializer(FloatTensor(kNotUtf8, {1}, {1})); }), says);
}

TEST_CASE("model: UTF-8 names beyond ASCII are kept", "[import]") {
  ModelBuilder model;
  model.Input("\xc3\xa9tat", kFloat, {2}).Output("\xe5\x87\xba\xe5\x8a\x9b");
  model.Node("Neg", {"\xc3\xa9tat"}, {"\xe5\x87\xba\xe5\x8a\x9b"});
  auto module = model.Import();
  REQUIRE(module.ok());
  CHECK((*module)->functions()[0].input_names[0] == "\xc3\xa9tat");
}

TEST_CASE("model: names in nested graphs and functions must be UTF-8 too", "[import]") {
  ModelBuilder model;
  model.Input("c", onnx::TensorProto::BOOL, {}).Input("x", kFloat, {2}).Output("y");
  GraphBuilder branch;
  branch.Node("Neg", {"x"}, {"n"});
  branch.Output("n").Initializer(FloatTensor(kNotUtf8, {1}, {1}));
  model.Node("If", {"c"}, {"y"})
      .Name("choice")
      .Graph("then_branch", branch.proto())
      .Graph("else_branch", branch.proto());
  CHECK_THAT(Refused(model), Contains("is not UTF-8; at node 'choice'"));
}

TEST_CASE("model: everything out of scope is refused in one message, with counts", "[import]") {
  ModelBuilder model;
  for (const char* domain : {"ai.onnx.ml", "ai.onnx.preview.training"}) {
    onnx::OperatorSetIdProto* import = model.model().add_opset_import();
    import->set_domain(domain);
    import->set_version(1);
  }
  model.Input("words", onnx::TensorProto::STRING, {2}).Input("small", 17, {2}).Input("tiny", 22, {2});
  model.Input("rotation", onnx::TensorProto::COMPLEX64, {2}).Input("x", kFloat, {2}).Output("y");
  model.Node("LabelEncoder", {"words"}, {"a"}).Domain("ai.onnx.ml");
  model.Node("LabelEncoder", {"words"}, {"b"}).Domain("ai.onnx.ml");
  model.Node("Adam", {"x"}, {"c"}).Domain("ai.onnx.preview.training");
  model.Node("StringNormalizer", {"words"}, {"d"});
  model.Node("Neg", {"x"}, {"y"});
  const absl::Status status = model.Import().status();
  CHECK(absl::IsUnimplemented(status));
  const std::string message(status.message());
  for (const char* line :
       {"element type string: 1 time, at 'words'", "element type float8e4m3fn: 1 time, at 'small'",
        "element type int4: 1 time, at 'tiny'", "element type complex64: 1 time, at 'rotation'",
        "operator ai.onnx.ml.LabelEncoder (opset 1): 2 times, at 'a', 'b'",
        "operator ai.onnx.preview.training.Adam (opset 1): 1 time",
        "operator StringNormalizer (opset 17): 1 time"}) {
    CHECK_THAT(message, Contains(line));
  }
}

// External data in a tensor that is no initialiser of the main graph.
class ExternalTensor {
 public:
  ExternalTensor() {
    char name[] = "/tmp/baton_import_XXXXXX";
    REQUIRE(mkdtemp(name) != nullptr);
    folder_ = name;
    const float values[] = {3, 4};
    std::ofstream(folder_ + "/w.bin", std::ios::binary)
        .write(reinterpret_cast<const char*>(values), sizeof(values));
  }
  ~ExternalTensor() { std::filesystem::remove_all(folder_); }

  onnx::TensorProto Proto(const std::string& location) const {
    onnx::TensorProto tensor;
    tensor.set_name("w");
    tensor.set_data_type(kFloat);
    tensor.add_dims(2);
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    onnx::StringStringEntryProto* entry = tensor.add_external_data();
    entry->set_key("location");
    entry->set_value(location);
    return tensor;
  }
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
};

TEST_CASE("model: an attribute may lie in another file", "[import]") {
  const ExternalTensor external;
  for (const std::string location : {"w.bin", "../w.bin"}) {
    ModelBuilder model;
    model.Output("y");
    model.Node("Constant", {}, {"y"}).Name("constant").Value("value", external.Proto(location));
    auto module = model.Import({}, external.folder());
    INFO(module.status());
    CHECK(module.ok() == (location == "w.bin"));
    if (module.ok()) CHECK(Floats((*Evaluate(**module, {}))[0]) == std::vector<float>{3, 4});
    if (!module.ok()) CHECK(absl::StrContains(module.status().message(), "at node 'constant'"));
  }
}

TEST_CASE("model: an initialiser of a nested graph may lie in another file", "[import]") {
  const ExternalTensor external;
  for (const std::string location : {"w.bin", "/tmp/w.bin"}) {
    ModelBuilder model;
    model.Input("c", onnx::TensorProto::BOOL, {}).Output("y");
    GraphBuilder branch;
    branch.Initializer(external.Proto(location)).Node("Neg", {"w"}, {"n"}).Name("use");
    branch.Output("n");
    model.Node("If", {"c"}, {"y"}).Graph("then_branch", branch.proto()).Graph("else_branch", branch.proto());
    auto module = model.Import({}, external.folder());
    INFO(module.status());
    CHECK(module.ok() == (location == "w.bin"));
    if (!module.ok()) CHECK(absl::StrContains(module.status().message(), "at node 'use'"));
  }
}

TEST_CASE("model: an initialiser and an input of one nested graph are two definitions", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y").Initializer(IntTensor("m", {}, {2}));
  GraphBuilder body;
  body.Input("i", onnx::TensorProto::INT64, {})
      .Input("c", onnx::TensorProto::BOOL, {})
      .Input("v", kFloat, {2});
  body.Initializer(FloatTensor("v", {2}, {1, 1}));
  body.Output("c").Output("v");
  model.Node("Loop", {"m", "", "x"}, {"y"}).Graph("body", body.proto());
  CHECK_THAT(Refused(model), Contains("value 'v' is defined twice"));
}

}  // namespace
}  // namespace baton
