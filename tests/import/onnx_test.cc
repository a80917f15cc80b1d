// Files, versions, metadata and what is refused as a whole.
#include "compiler/import/onnx.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/ir/check.h"
#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

void AddRelu(ModelBuilder& model) {
  model.Input("x", kFloat, {2});
  model.Node("Relu", {"x"}, {"y"}).Name("act");
  model.Output("y");
}

TEST_CASE("onnx: a node becomes a binding with its location", "[import]") {
  ModelBuilder model;
  AddRelu(model);
  auto module = model.Import();
  REQUIRE(module.ok());
  CHECK(Dump(**module) == "\\ x\ny = nn.relu(x)\n=> y\n");
  CHECK(ir::CheckModule(**module, {.typed = false}).ok());
  const ir::Function& function = (*module)->functions()[0];
  CHECK(function.name == "main");
  CHECK(function.input_names == std::vector<std::string>{"x"});
  CHECK(function.output_names == std::vector<std::string>{"y"});
  CHECK((*module)->location(function.body->bindings[0].location) == SourceLocation{"m.onnx", "act", "Relu"});
}

TEST_CASE("onnx: a node without a name is located by its first output", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Relu", {"x"}, {"y"});
  auto module = model.Import();
  REQUIRE(module.ok());
  CHECK((*module)->location((*module)->functions()[0].body->bindings[0].location).node == "y");
}

TEST_CASE("onnx: bytes that are no model are refused", "[import]") {
  for (const std::string& bytes : {std::string("\xff\xff\xff\xff"), std::string("hello")}) {
    auto module = ImportOnnx(bytes, "bad.onnx", "");
    CHECK(absl::IsInvalidArgument(module.status()));
    CHECK_THAT(Message(module.status()), Contains("bad.onnx: not an ONNX model"));
  }
  auto empty = ImportOnnx("", "empty.onnx", "");
  CHECK_THAT(Message(empty.status()), Contains("empty.onnx: not an ONNX model: it has no graph"));
}

TEST_CASE("onnx: every prefix of a model gives a value or an error", "[import]") {
  ModelBuilder model;
  AddRelu(model);
  model.Initializer(FloatTensor("w", {2}, {1, 2}));
  const std::string bytes = model.model().SerializeAsString();
  int refused = 0;
  for (size_t size = 0; size < bytes.size(); ++size) {
    refused += !ImportOnnx(absl::string_view(bytes).substr(0, size), "m.onnx", "").ok();
  }
  CHECK(refused > 0);
}

TEST_CASE("onnx: a missing file is NotFound and names the path", "[import]") {
  auto module = ImportOnnxFile("no/such/model.onnx");
  CHECK(absl::IsNotFound(module.status()));
  CHECK_THAT(Message(module.status()), Contains("no/such/model.onnx"));
}

TEST_CASE("onnx: IR versions outside the supported range are refused", "[import]") {
  for (int64_t ir_version : {int64_t{2}, int64_t{14}}) {
    ModelBuilder model(17, ir_version);
    AddRelu(model);
    auto module = model.Import();
    CHECK(absl::IsUnimplemented(module.status()));
    CHECK_THAT(Message(module.status()),
               Contains(absl::StrCat("IR version ", ir_version)) && Contains("3 to 13"));
  }
  ModelBuilder newest(17, 13);
  AddRelu(newest);
  CHECK(newest.Import().ok());
}

TEST_CASE("onnx: a newer opset is refused, or taken for the newest known on request", "[import]") {
  ModelBuilder model(kNewestOpset + 1);
  AddRelu(model);
  auto module = model.Import();
  CHECK(absl::IsUnimplemented(module.status()));
  CHECK_THAT(Message(module.status()), Contains(absl::StrCat("opset ", kNewestOpset + 1)));
  CHECK(model.Import({.allow_newer_opset = true}).ok());
}

TEST_CASE("onnx: a domain that is not imported is an error at the node", "[import]") {
  ModelBuilder model;
  AddRelu(model);
  model.model().mutable_opset_import(0)->set_domain("com.other");
  auto module = model.Import();
  CHECK(absl::IsInvalidArgument(module.status()));
  CHECK_THAT(Message(module.status()),
             Contains("'ai.onnx' is not in opset_import") && Contains("node 'act' (Relu)"));
}

TEST_CASE("onnx: ai.onnx is the default domain", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Relu", {"x"}, {"y"}).Domain("ai.onnx");
  CHECK(model.Import().ok());
  model.model().mutable_opset_import(0)->set_domain("ai.onnx");
  CHECK(model.Import().ok());
}

TEST_CASE("onnx: a domain imported twice is an error", "[import]") {
  ModelBuilder model;
  AddRelu(model);
  onnx::OperatorSetIdProto* again = model.model().add_opset_import();
  again->set_domain("ai.onnx");
  again->set_version(17);
  CHECK_THAT(Message(model.Import().status()), Contains("m.onnx: domain 'ai.onnx' is imported twice"));
}

TEST_CASE("onnx: unused domains are harmless", "[import]") {
  ModelBuilder model;
  AddRelu(model);
  onnx::OperatorSetIdProto* other = model.model().add_opset_import();
  other->set_domain("com.microsoft");
  other->set_version(1);
  CHECK(model.Import().ok());
}

TEST_CASE("onnx: everything unsupported is listed at once, with counts and names", "[import]") {
  ModelBuilder model;
  onnx::OperatorSetIdProto* other = model.model().add_opset_import();
  other->set_domain("com.x");
  other->set_version(3);
  model.Input("x", kFloat, {2}).Output("y");
  model.Input("s", onnx::TensorProto::STRING, {2});
  for (int i = 0; i < 4; ++i)
    model.Node("RandomNormalLike", {"x"}, {absl::StrCat("r", i)}).Name(absl::StrCat("rnd", i));
  model.Node("Foo", {"x"}, {"f"}).Domain("com.x");
  GraphBuilder branch;
  branch.Node("Bar", {"x"}, {"b"}).Domain("com.x");
  branch.Output("b");
  model.Initializer(IntTensor("zero", {1}, {0}));
  model.Node("Cast", {"zero"}, {"c"}).Int("to", onnx::TensorProto::BOOL);
  model.Node("If", {"c"}, {"y"}).Graph("then_branch", branch.proto()).Graph("else_branch", branch.proto());
  auto module = model.Import();
  REQUIRE(absl::IsUnimplemented(module.status()));
  CHECK(Message(module.status()) ==
        "m.onnx: not supported:\n"
        "  element type string: 1 time, at 's'\n"
        "  operator RandomNormalLike (opset 17): 4 times, at 'rnd0', 'rnd1', 'rnd2', ...\n"
        "  operator com.x.Bar (opset 3): 2 times, at 'b', 'b'\n"
        "  operator com.x.Foo (opset 3): 1 time, at 'f'");
}

TEST_CASE("onnx: an operator outside its range of versions is unsupported", "[import]") {
  ModelBuilder model(10);
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Round", {"x"}, {"y"});
  CHECK_THAT(Message(model.Import().status()), Contains("operator Round (opset 10)"));
  model.model().mutable_opset_import(0)->set_version(11);
  CHECK(model.Import().ok());
}

TEST_CASE("onnx: metadata is kept", "[import]") {
  ModelBuilder model;
  AddRelu(model);
  model.model().set_producer_name("pytorch");
  model.model().set_producer_version("2.1");
  onnx::StringStringEntryProto* entry = model.model().add_metadata_props();
  entry->set_key("author");
  entry->set_value("me");
  auto module = model.Import();
  REQUIRE(module.ok());
  CHECK((*module)->metadata() == std::vector<std::pair<std::string, std::string>>{
                                     {"producer", "pytorch 2.1"}, {"opset", "17"}, {"onnx.author", "me"}});
}

TEST_CASE("onnx: names from the file are printable in messages", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("Relu", {"a\x1b[31m"}, {"y"}).Name("n\n");
  const std::string message = Message(model.Import().status());
  CHECK_THAT(message, Contains("a\\x1b[31m") || Contains("a\\033[31m"));
  CHECK(!absl::StrContains(message, "\x1b"));
  CHECK(!absl::StrContains(message, "\n"));
}

TEST_CASE("onnx: real models import", "[import]") {
  const std::string root = absl::StrCat(BATON_SOURCE_DIR, "/../shared/data/");
  for (const char* name : {"silero/silero_vad.onnx", "models/gtcrn/model.onnx",
                           "models/g2p_en_rnnt/model.onnx", "models/nnsplit_en/model.onnx"}) {
    auto module = ImportOnnxFile(root + name);
    if (absl::IsNotFound(module.status())) {
      WARN("skipped: " << root << name << " is not there");
      continue;
    }
    INFO(name << ": " << module.status());
    REQUIRE(module.ok());
    CHECK(ir::CheckModule(**module, {.typed = false}).ok());
  }
}

}  // namespace
}  // namespace baton
