// Operators whose old versions mean something else.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;
using Attribute = std::function<void(NodeBuilder&)>;

constexpr int kFloat = onnx::TensorProto::FLOAT;

const Attribute kNone = [](NodeBuilder&) {};

// y of one node on float inputs, of which the first has one axis of unknown extent.
Tensor Applied(int64_t opset, const std::string& op, const std::vector<Tensor>& inputs,
               const Attribute& set = kNone) {
  ModelBuilder model(opset, opset < 9 ? 3 : 8);
  std::vector<std::string> names;
  for (size_t i = 0; i < inputs.size(); ++i) {
    names.push_back("x" + std::to_string(i));
    std::vector<TestDim> dims;
    for (int64_t dim : inputs[i].shape()) dims.push_back(static_cast<int>(dim));
    model.Input(names.back(), DTypeToOnnx(inputs[i].dtype()), dims);
  }
  NodeBuilder node = model.Node(op, names, {"y"});
  set(node);
  model.Output("y");
  return Run(model, inputs)[0];
}

TEST_CASE("versions: before opset 6 cast has its type by name", "[import]") {
  const auto to = [](const char* name) { return [=](NodeBuilder& node) { node.String("to", name); }; };
  CHECK(Ints(Applied(5, "Cast", {F32({2}, {1.5, -2})}, to("INT64"))) == std::vector<int64_t>{1, -2});
  CHECK(Applied(5, "Cast", {F32({1}, {1})}, to("float16")).dtype() == DType::kFloat16);
  ModelBuilder model(5, 3);
  model.Input("x", kFloat, {1}).Output("y");
  model.Node("Cast", {"x"}, {"y"}).String("to", "quadruple");
  CHECK_THAT(std::string(model.Import().status().message()), Contains("'to' is 'QUADRUPLE'"));
}

TEST_CASE("versions: before opset 6 tile repeats along one axis", "[import]") {
  const Tensor y = Applied(5, "Tile", {F32({2, 2}, {1, 2, 3, 4}), F32({1}, {2}), F32({1}, {1})});
  CHECK(DimsOf(y) == std::vector<int64_t>{2, 4});
  CHECK(Floats(y) == std::vector<float>{1, 2, 1, 2, 3, 4, 3, 4});
}

TEST_CASE("versions: in opset 1 split has its sizes as an operand", "[import]") {
  ModelBuilder model(1, 3);
  model.Input("x", kFloat, {3}).Input("s", kFloat, {2}).Output("b");
  model.Node("Split", {"x", "s"}, {"a", "b"}).Int("axis", 0);
  CHECK(Floats(Run(model, {F32({3}, {1, 2, 3}), F32({2}, {1, 2})})[0]) == std::vector<float>{2, 3});
}

TEST_CASE("versions: selu had fewer digits", "[import]") {
  CHECK(Floats(Applied(1, "Selu", {F32({1}, {1})})) == std::vector<float>{1.0507f});
  CHECK(Floats(Applied(6, "Selu", {F32({1}, {1})})) == std::vector<float>{1.0507009873554805f});
}

TEST_CASE("versions: operands align from an axis also where ranks come late", "[import]") {
  ModelBuilder model(6, 3);
  model.Input("x", kFloat, {2, 3, 2}).Input("v", kFloat, {3}).Output("y");
  model.Node("Relu", {"x"}, {"x1"});
  model.Node("Relu", {"v"}, {"v1"});
  model.Node("Add", {"x1", "v1"}, {"y"}).Int("broadcast", 1).Int("axis", -2);
  CHECK(Floats(Run(model, {F32({2, 3, 2}, std::vector<float>(12, 1)), F32({3}, {1, 2, 3})})[0]) ==
        std::vector<float>{2, 2, 3, 3, 4, 4, 2, 2, 3, 3, 4, 4});
}

std::vector<Tensor> BatchNorm(int64_t opset, const Tensor& x, const Tensor& scale,
                              const std::vector<std::string>& outputs, const Attribute& set) {
  ModelBuilder model(opset, opset < 9 ? 3 : 8);
  std::vector<TestDim> dims;
  for (int64_t dim : scale.shape()) dims.push_back(static_cast<int>(dim));
  model.Input("x", kFloat, {"n", 2, "d"});
  for (const char* name : {"s", "b", "m", "v"}) model.Input(name, kFloat, dims);
  for (const std::string& output : outputs) model.Output(output);
  NodeBuilder node = model.Node("BatchNormalization", {"x", "s", "b", "m", "v"}, outputs);
  node.Float("epsilon", 0);
  set(node);
  const std::vector<float> ones(scale.num_elements(), 1), zeros(scale.num_elements(), 0);
  const std::vector<int64_t> shape(scale.shape().begin(), scale.shape().end());
  return Run(model, {x, scale, F32(shape, ones), F32(shape, zeros), F32(shape, ones)});
}

TEST_CASE("versions: batch normalisation takes the batch's statistics in training", "[import]") {
  // Channel 0 has mean 3 and variance 4, channel 1 mean 0 and variance 1.
  const Tensor x = F32({2, 2, 2}, {1, 1, 1, -1, 5, 5, 1, -1});
  const Tensor scale = F32({2}, {2, 1});
  const std::vector<float> expected = {-1, -1, 2, 0, 3, 3, 2, 0};
  const Attribute training = [](NodeBuilder& node) { node.Int("training_mode", 1).Float("momentum", 0.75); };
  std::vector<Tensor> outputs = BatchNorm(15, x, scale, {"y", "rm", "rv"}, training);
  CHECK(Floats(outputs[0]) == expected);
  CHECK(Floats(outputs[1]) == std::vector<float>{0.75, 0});
  CHECK(Floats(outputs[2]) == std::vector<float>{1.75, 1});
  // Before opset 14 a wish for more outputs says it, before 7 the lack of is_test.
  const Attribute momentum = [](NodeBuilder& node) { node.Float("momentum", 0.75); };
  outputs = BatchNorm(9, x, scale, {"y", "rm", "rv", "bm", "bv"}, momentum);
  CHECK(Floats(outputs[0]) == expected);
  CHECK(Floats(outputs[4]) == std::vector<float>{4, 1});
  CHECK(Floats(BatchNorm(6, x, scale, {"y"}, kNone)[0]) == expected);
  CHECK(Floats(BatchNorm(9, x, scale, {"y"}, kNone)[0]) == std::vector<float>{3, 3, 2, 0, 11, 11, 2, 0});
}

TEST_CASE("versions: batch normalisation without spatial has parameters for each place", "[import]") {
  const Tensor x = F32({1, 2, 2}, {1, 2, 3, 4});
  const Attribute places = [](NodeBuilder& node) { node.Int("spatial", 0).Int("is_test", 1); };
  CHECK(Floats(BatchNorm(6, x, F32({2, 2}, {1, 10, 100, 1000}), {"y"}, places)[0]) ==
        std::vector<float>{2, 21, 301, 4001});
}

TEST_CASE("versions: recurrent layers of version 1 compute 16-bit floats in float32", "[import]") {
  ModelBuilder model(1, 3);
  constexpr int kHalf = onnx::TensorProto::FLOAT16;
  model.Input("x", kHalf, {1, 1, 1}).Input("w", kHalf, {1, 1, 1}).Input("r", kHalf, {1, 1, 1}).Output("y");
  model.Node("RNN", {"x", "w", "r"}, {"y"}).Int("hidden_size", 1).Int("output_sequence", 1);
  const Tensor two = Tensor::FromValues<Float16>({1, 1, 1}, {Float16(2.f)});
  const Tensor y = Run(model, {two, two, two})[0];
  CHECK(y.dtype() == DType::kFloat16);
  CHECK(static_cast<float>(y.values<Float16>()[0]) == static_cast<float>(Float16(std::tanh(4.f))));
}

TEST_CASE("versions: 16-bit floats are rounded once in a formula", "[import]") {
  // 1 / 6 of 0.5 as a float16 at each step would give 0.583 * 0.5 rounded twice.
  const Tensor x = Tensor::FromValues<Float16>({1}, {Float16(1.4971f)});
  const Tensor y = Applied(22, "HardSwish", {x});
  const float exact = static_cast<float>(x.values<Float16>()[0]);
  CHECK(static_cast<float>(y.values<Float16>()[0]) ==
        static_cast<float>(Float16(exact * (exact / 6 + 0.5f))));
}

TEST_CASE("versions: bit operators", "[import]") {
  const Tensor bytes = Tensor::FromValues<uint8_t>({3}, {1, 200, 255}),
               amounts = Tensor::FromValues<uint8_t>({3}, {8, 1, 200});
  const auto direction = [](const char* name) {
    return [=](NodeBuilder& node) { node.String("direction", name); };
  };
  const auto values = [](const Tensor& tensor) {
    const absl::Span<uint8_t> span = tensor.values<uint8_t>();
    return std::vector<int>(span.begin(), span.end());
  };
  CHECK(values(Applied(11, "BitShift", {bytes, amounts}, direction("LEFT"))) == std::vector<int>{0, 144, 0});
  CHECK(values(Applied(11, "BitShift", {bytes, amounts}, direction("RIGHT"))) == std::vector<int>{0, 100, 0});
  const Attribute to_int32 = [](NodeBuilder& node) { node.Int("to", onnx::TensorProto::INT32); };
  CHECK(Applied(26, "BitCast", {F32({1}, {1})}, to_int32).values<int32_t>()[0] == 0x3f800000);
  ModelBuilder model(11);
  model.Input("x", onnx::TensorProto::UINT8, {1}).Output("y");
  model.Node("BitShift", {"x", "x"}, {"y"}).String("direction", "UP");
  CHECK_THAT(std::string(model.Import().status().message()), Contains("'direction' is 'UP'"));
}

TEST_CASE("versions: reductions over no axes keep their function", "[import]") {
  ModelBuilder model(18);
  model.Input("x", kFloat, {2}).Output("s").Output("l");
  model.Node("ReduceSumSquare", {"x"}, {"s"}).Int("noop_with_empty_axes", 1);
  model.Node("ReduceL1", {"x"}, {"l"}).Int("noop_with_empty_axes", 1);
  const std::vector<Tensor> outputs = Run(model, {F32({2}, {-3, 2})});
  CHECK(Floats(outputs[0]) == std::vector<float>{9, 4});
  CHECK(Floats(outputs[1]) == std::vector<float>{3, 2});
}

TEST_CASE("operators: eyelike is for matrices", "[import]") {
  ModelBuilder model(9);
  model.Input("x", kFloat, {2, 2, 2}).Output("y");
  model.Node("EyeLike", {"x"}, {"y"});
  CHECK_THAT(std::string(model.Import().status().message()), Contains("the input has rank 3, expected 2"));
}

TEST_CASE("versions: erf takes integers", "[import]") {
  CHECK(Ints(Applied(13, "Erf", {I64({3}, {-9, 0, 9})})) == std::vector<int64_t>{-1, 0, 1});
}

}  // namespace
}  // namespace baton
