// Converters: old forms are normalised, compositions compute what ONNX defines, versions choose the meaning.
#include <catch2/catch.hpp>
#include <functional>

#include "absl/strings/str_cat.h"
#include "compiler/import/onnx_ops.h"
#include "ops/registry.h"
#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;
using Attribute = std::function<void(NodeBuilder&)>;

constexpr int kFloat = onnx::TensorProto::FLOAT;
constexpr int kInt64 = onnx::TensorProto::INT64;

// The dump of a model with one node on x f32[2, 3, 4].
std::string Converted(
    int64_t opset, const std::string& op, const std::vector<std::string>& inputs,
    const Attribute& set = [](NodeBuilder&) {}) {
  ModelBuilder model(opset, opset < 9 ? 3 : 8);
  model.Input("x", kFloat, {2, 3, 4});
  for (const std::string& input : inputs) {
    if (!input.empty() && input != "x") model.Input(input, kInt64, {1});
  }
  NodeBuilder node = model.Node(op, inputs, {"y"});
  set(node);
  model.Output("y");
  auto module = model.Import();
  INFO(module.status());
  REQUIRE(module.ok());
  const std::string text = Dump(**module);
  const size_t start = text.find('\n') + 1;
  return text.substr(start, text.find("=> ") - start);
}

TEST_CASE("operators: the table's ranges are valid and do not overlap", "[import]") {
  const absl::Span<const OnnxOp> ops = AllOnnxOps();
  for (size_t i = 0; i < ops.size(); ++i) {
    INFO(ops[i].name << " " << ops[i].first_version);
    CHECK(ops[i].first_version <= ops[i].last_version);
    CHECK(ops[i].last_version <= kNewestOpset);
    CHECK(ops[i].min_inputs <= ops[i].max_inputs);
    if (i > 0 && std::string(ops[i - 1].name) == ops[i].name)
      CHECK(ops[i - 1].last_version < ops[i].first_version);
    CHECK(FindOnnxOp(ops[i].name, ops[i].first_version) == &ops[i]);
    CHECK(FindOnnxOp(ops[i].name, ops[i].last_version) == &ops[i]);
    if (ops[i].op != nullptr) CHECK(FindOp(ops[i].op) != nullptr);
  }
  CHECK(FindOnnxOp("Nope", 17) == nullptr);
  CHECK(FindOnnxOp("Add", kNewestOpset + 1) == nullptr);
}

TEST_CASE("operators: attributes that became operands are constants", "[import]") {
  auto ints = [](const char* name, std::vector<int64_t> values) {
    return [=](NodeBuilder& node) { node.Ints(name, values); };
  };
  CHECK(Converted(11, "Squeeze", {"x"}, ints("axes", {0})) == "y = squeeze(x, int64[0])\n");
  CHECK(Converted(11, "Squeeze", {"x"}) == "y = squeeze(x)\n");
  CHECK(Converted(13, "Squeeze", {"x", "a"}) == "y = squeeze(x, a)\n");
  CHECK(Converted(11, "Unsqueeze", {"x"}, ints("axes", {1, -1})) == "y = unsqueeze(x, int64[1, -1])\n");
  CHECK(Converted(11, "ReduceSum", {"x"}, ints("axes", {1})) == "y = sum(x, int64[1])\n");
  CHECK(Converted(11, "ReduceSum", {"x"}) == "y = sum(x)\n");
  CHECK(Converted(13, "ReduceSum", {"x", "a"}, [](NodeBuilder& node) {
          node.Int("noop_with_empty_axes", 1);
        }) == "y = sum(x, a, noop_with_empty_axes=True)\n");
  CHECK(Converted(17, "ReduceMax", {"x"}, ints("axes", {1})) == "y = max(x, int64[1])\n");
  CHECK(Converted(18, "ReduceMean", {"x", "a"}, [](NodeBuilder& node) { node.Int("keepdims", 0); }) ==
        "y = mean(x, a, keepdims=False)\n");
  CHECK(Converted(9, "Slice", {"x"}, [](NodeBuilder& node) {
          node.Ints("starts", {0, 1}).Ints("ends", {1, 2}).Ints("axes", {0, 2});
        }) == "y = strided_slice(x, int64[0, 1], int64[1, 2], int64[0, 2])\n");
  CHECK(Converted(10, "Slice", {"x", "s", "e", "", "t"}) == "y = strided_slice(x, s, e, -, t)\n");
  CHECK(Converted(6, "Clip", {"x"}, [](NodeBuilder& node) { node.Float("min", -1); }) ==
        "y = clip(x, float32-1)\n");
  CHECK(Converted(10, "Pad", {"x"}, [](NodeBuilder& node) {
          node.Ints("pads", {0, 0, 1, 0, 0, 2}).Float("value", 3).String("mode", "constant");
        }) == "y = nn.pad(x, int64[0, 0, 1, 0, 0, 2], float323)\n");
  CHECK(Converted(4, "Reshape", {"x"}, ints("shape", {6, 4})) == "y = reshape(x, int64[6, 4])\n");
  CHECK(Converted(14, "Reshape", {"x", "s"}, [](NodeBuilder& node) { node.Int("allowzero", 1); }) ==
        "y = reshape(x, s, allow_zero=True)\n");
}

TEST_CASE("operators: an unknown axes operand of a later version is too many before", "[import]") {
  ModelBuilder model(17);
  model.Input("x", kFloat, {2}).Input("a", kInt64, {1}).Output("y");
  model.Node("ReduceMax", {"x", "a"}, {"y"});
  CHECK_THAT(std::string(model.Import().status().message()), Contains("has 2 inputs, expected 1"));
}

TEST_CASE("operators: split and topk give one value per output that is wanted", "[import]") {
  ModelBuilder model(13);
  model.Input("x", kFloat, {6}).Output("b").Output("i");
  model.Node("Split", {"x"}, {"a", "b", ""}).Int("axis", 0);
  model.Initializer(IntTensor("k", {1}, {1}));
  model.Node("TopK", {"x", "k"}, {"", "i"}).Int("largest", 0);
  std::vector<Tensor> outputs = Run(model, {F32({6}, {1, 2, 3, 4, 5, 0})});
  CHECK(Floats(outputs[0]) == std::vector<float>{3, 4});
  CHECK(Ints(outputs[1]) == std::vector<int64_t>{5});
}

TEST_CASE("operators: old split sizes and topk k are attributes", "[import]") {
  ModelBuilder model(9);
  model.Input("x", kFloat, {6}).Output("a").Output("v");
  model.Node("Split", {"x"}, {"a", "b"}).Ints("split", {1, 5});
  model.Node("TopK", {"b"}, {"v", "i"}).Int("k", 2);
  std::vector<Tensor> outputs = Run(model, {F32({6}, {1, 2, 3, 4, 5, 0})});
  CHECK(Floats(outputs[0]) == std::vector<float>{1});
  CHECK(Floats(outputs[1]) == std::vector<float>{5, 4});
}

TEST_CASE("operators: before opset 13 softmax is over all axes from its axis on", "[import]") {
  ModelBuilder model(11);
  model.Input("x", kFloat, {1, 2, 2}).Output("y");
  model.Node("Softmax", {"x"}, {"y"});
  const Tensor y = Run(model, {F32({1, 2, 2}, {0, 0, 0, 0})})[0];
  CHECK(DimsOf(y) == std::vector<int64_t>{1, 2, 2});
  CHECK(Floats(y) == std::vector<float>{0.25f, 0.25f, 0.25f, 0.25f});
  model.model().mutable_opset_import(0)->set_version(13);
  CHECK(Floats(Run(model, {F32({1, 2, 2}, {0, 0, 0, 0})})[0]) == std::vector<float>{0.5f, 0.5f, 0.5f, 0.5f});
}

TEST_CASE("operators: old softmax keeps extents of 0", "[import]") {
  ModelBuilder model(11);
  model.Input("x", kFloat, {0, 2, 2}).Output("y");
  model.Node("Softmax", {"x"}, {"y"});
  CHECK(DimsOf(Run(model, {F32({0, 2, 2}, {})})[0]) == std::vector<int64_t>{0, 2, 2});
}

TEST_CASE("operators: before opset 7 operands broadcast from an axis on request", "[import]") {
  ModelBuilder model(6, 3);
  model.Input("x", kFloat, {2, 3, 2}).Input("v", kFloat, {3}).Output("y");
  model.Node("Mul", {"x", "v"}, {"y"}).Int("broadcast", 1).Int("axis", 1);
  const Tensor ones = F32({2, 3, 2}, std::vector<float>(12, 1));
  CHECK(Floats(Run(model, {ones, F32({3}, {1, 2, 3})})[0]) ==
        std::vector<float>{1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3});
}

TEST_CASE("operators: every operator whose broadcast was on request has a name", "[import]") {
  for (const OnnxOp& op : AllOnnxOps()) {
    const OnnxOp* later = FindOnnxOp(op.name, 7);
    if (op.last_version != 6 || op.max_inputs != 2 || later == nullptr || later->op == nullptr) continue;
    ModelBuilder model(6, 3);
    const bool logical =
        std::string(op.name) == "And" || std::string(op.name) == "Or" || std::string(op.name) == "Xor";
    model.Input("x", logical ? onnx::TensorProto::BOOL : kFloat, {2}).Output("y");
    model.Node(op.name, {"x", "x"}, {"y"});
    auto module = model.Import();
    INFO(op.name << " " << module.status());
    REQUIRE(module.ok());
    CHECK(Dump(**module) == absl::StrCat("\\ x\ny = ", later->op, "(x, x)\n=> y\n"));
  }
}

TEST_CASE("operators: variadic ones fold from the left", "[import]") {
  CHECK(Converted(13, "Max", {"x", "x", "x"}) == "y = maximum(x, x)\ny = maximum(y, x)\n");
  CHECK(Converted(13, "Sum", {"x"}) == "");
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Input("z", kFloat, {2}).Output("y");
  model.Node("Mean", {"x", "z", "x", "z"}, {"y"});
  CHECK(Floats(Run(model, {F32({2}, {1, 2}), F32({2}, {3, 5})})[0]) == std::vector<float>{2, 3.5f});
}

TEST_CASE("operators: mod truncates or floors", "[import]") {
  CHECK(Converted(13, "Mod", {"x", "x"}, [](NodeBuilder& node) { node.Int("fmod", 1); }) ==
        "y = mod(x, x)\n");
  CHECK(Converted(13, "Mod", {"x", "x"}) == "y = floor_mod(x, x)\n");
}

TEST_CASE("operators: identity and dropout vanish", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("z").Output("mask");
  model.Node("Identity", {"x"}, {"y"});
  model.Node("Dropout", {"y"}, {"z", "mask"});
  std::vector<Tensor> outputs = Run(model, {F32({2}, {1, 2})});
  CHECK(Floats(outputs[0]) == std::vector<float>{1, 2});
  CHECK(BitwiseEqual(outputs[1], Tensor::FromValues<Bool>({2}, {Bool(true), Bool(true)})));
}

TEST_CASE("operators: dropout that drops is refused: now when that is known, else in the run", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Input("r", kFloat, {}).Input("t", onnx::TensorProto::BOOL, {}).Output("y");
  model.Node("Dropout", {"x", "r", "t"}, {"y"});
  const Tensor x = F32({2}, {1, 2});
  const Tensor yes = Tensor::Scalar(Bool(true)), no = Tensor::Scalar(Bool(false));
  CHECK(Floats(Run(model, {x, F32({}, {0}), yes})[0]) == std::vector<float>{1, 2});
  CHECK(Floats(Run(model, {x, F32({}, {0.5}), no})[0]) == std::vector<float>{1, 2});
  const auto result = Evaluate(**model.Import(), {x, F32({}, {0.5}), yes});
  CHECK_THAT(std::string(result.status().message()), Contains("Dropout: training_mode with a ratio above 0"));

  ModelBuilder known;
  known.Input("x", kFloat, {2}).Output("y").Initializer(FloatTensor("r", {}, {0.5}));
  onnx::TensorProto training;
  training.set_name("t");
  training.set_data_type(onnx::TensorProto::BOOL);
  training.add_int32_data(1);
  known.Initializer(training);
  known.Node("Dropout", {"x", "r", "t"}, {"y"});
  CHECK_THAT(std::string(known.Import().status().message()),
             Contains("operator Dropout (opset 17): training_mode"));
}

TEST_CASE("operators: attribute values that are no ONNX are errors", "[import]") {
  ModelBuilder gelu(20);
  gelu.Input("x", kFloat, {2}).Output("y");
  gelu.Node("Gelu", {"x"}, {"y"}).String("approximate", "bogus");
  CHECK_THAT(std::string(gelu.Import().status().message()), Contains("attribute 'approximate' is 'bogus'"));

  ModelBuilder cast;
  cast.Input("x", kFloat, {2}).Output("y").Output("z");
  cast.Node("Cast", {"x"}, {"y"}).Int("to", onnx::TensorProto::STRING);
  cast.Node("Cast", {"x"}, {"z"}).Int("to", 17);
  const std::string message(cast.Import().status().message());
  CHECK_THAT(message, Contains("operator Cast (opset 17): element type string: 1 time, at 'y'"));
  CHECK_THAT(message, Contains("operator Cast (opset 17): element type float8e4m3fn: 1 time, at 'z'"));
}

TEST_CASE("operators: what an unsupported node feeds is still examined", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2}).Output("y");
  model.Node("RandomNormalLike", {"x"}, {"r"});
  model.Node("Softplus", {"r"}, {"s"});
  model.Node("Cast", {"s"}, {"y"}).Int("to", onnx::TensorProto::STRING);
  auto module = model.Import();
  CHECK(absl::IsUnimplemented(module.status()));
  CHECK_THAT(std::string(module.status().message()), Contains("RandomNormalLike") && Contains("Cast"));
}

TEST_CASE("operators: kernel_shape must repeat the weight's extents", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {1, 1, 8}).Output("y").Initializer(FloatTensor("w", {1, 1, 3}, {1, 1, 1}));
  model.Node("Conv", {"x", "w"}, {"y"}).Ints("kernel_shape", {5});
  CHECK_THAT(std::string(model.Import().status().message()), Contains("attribute 'kernel_shape' differs"));
}

TEST_CASE("operators: castlike takes the type of its second operand", "[import]") {
  CHECK(Converted(15, "CastLike", {"x", "t"}) == "y = cast(x, dtype=\"int64\")\n");
}

}  // namespace
}  // namespace baton
