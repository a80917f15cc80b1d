// Quantised operators: what their converters add to the operators of the same name.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;
constexpr int kUint8 = onnx::TensorProto::UINT8;
constexpr int kInt8 = onnx::TensorProto::INT8;

std::string Message(ModelBuilder& model) {
  return std::string(model.Import().status().message());
}

TEST_CASE("quantization: the result's type is the zero point's, output_dtype, or uint8", "[import]") {
  const auto converted = [](int64_t opset, bool zero_point, int output_dtype) {
    ModelBuilder model(opset);
    model.Input("x", kFloat, {"n"}).Input("s", kFloat, {}).Input("z", kInt8, {}).Output("y");
    std::vector<std::string> inputs = {"x", "s"};
    if (zero_point) inputs.push_back("z");
    NodeBuilder node = model.Node("QuantizeLinear", inputs, {"y"});
    if (output_dtype != 0) node.Int("output_dtype", output_dtype);
    auto module = model.Import();
    INFO(module.status());
    REQUIRE(module.ok());
    return Dump(**module);
  };
  CHECK_THAT(converted(10, false, 0), Contains("quantize_linear(x, s)"));
  CHECK_THAT(converted(13, true, 0), Contains("quantize_linear(x, s, z, dtype=\"int8\")"));
  CHECK_THAT(converted(21, false, onnx::TensorProto::INT16), Contains("dtype=\"int16\""));
}

TEST_CASE("quantization: 8-bit floats and what is shorter than 8 bits are refused by name", "[import]") {
  ModelBuilder model(21);
  model.Input("x", kFloat, {"n"}).Input("s", kFloat, {}).Output("y");
  model.Node("QuantizeLinear", {"x", "s"}, {"y"}).Int("output_dtype", 17);
  CHECK_THAT(Message(model), Contains("QuantizeLinear (opset 21): output_dtype: element type float8e4m3fn"));
  ModelBuilder by_zero_point(21);
  by_zero_point.Input("x", kFloat, {"n"}).Input("s", kFloat, {}).Input("z", 17, {}).Output("y");
  by_zero_point.Node("QuantizeLinear", {"x", "s", "z"}, {"y"});
  CHECK_THAT(Message(by_zero_point), Contains("element type float8e4m3fn: 1 time, at 'z'"));
  ModelBuilder wrong(21);
  wrong.Input("x", kFloat, {"n"}).Input("s", kFloat, {}).Output("y");
  wrong.Node("QuantizeLinear", {"x", "s"}, {"y"}).Int("output_dtype", kFloat);
  CHECK_THAT(Message(wrong), Contains("'dtype' is float32, expected an integer of 8 or 16 bits"));
}

TEST_CASE("quantization: axis and blocks came with later versions", "[import]") {
  ModelBuilder model(12);
  model.Input("x", kFloat, {"n"}).Input("s", kFloat, {}).Output("y");
  model.Node("QuantizeLinear", {"x", "s"}, {"y"}).Int("axis", 0);
  CHECK_THAT(Message(model), Contains("axis"));
  model.model().mutable_opset_import(0)->set_version(13);
  CHECK(model.Import().ok());
}

TEST_CASE("quantization: dequantised elements have the scale's type, or the one asked for", "[import]") {
  ModelBuilder model(23);
  model.Input("x", kInt8, {2}).Input("s", onnx::TensorProto::FLOAT16, {}).Output("y").Output("z");
  model.Node("DequantizeLinear", {"x", "s"}, {"y"});
  model.Node("DequantizeLinear", {"x", "s"}, {"z"}).Int("output_dtype", kFloat);
  const std::vector<Tensor> outputs =
      Run(model, {Tensor::FromValues<int8_t>({2}, {-3, 5}), Tensor::Scalar(Float16(0.5f))});
  CHECK(outputs[0].dtype() == DType::kFloat16);
  CHECK(Floats(outputs[1]) == std::vector<float>{-1.5f, 2.5f});
}

TEST_CASE("quantization: dynamic ranges hold 0 and all of the data", "[import]") {
  ModelBuilder model(11);
  model.Input("x", kFloat, {"n"}).Output("y").Output("s").Output("z");
  model.Node("DynamicQuantizeLinear", {"x"}, {"y", "s", "z"});
  const auto run = [&](const std::vector<float>& x) {
    return Run(model, {F32({static_cast<int64_t>(x.size())}, x)});
  };
  const auto bytes = [](const Tensor& tensor) {
    const absl::Span<uint8_t> values = tensor.values<uint8_t>();
    return std::vector<int>(values.begin(), values.end());
  };
  // [-1, 1.55] in steps of 0.01.
  std::vector<Tensor> outputs = run({-1, 0, 1.55f});
  CHECK(Floats(outputs[1])[0] == Approx(0.01f));
  CHECK(bytes(outputs[2]) == std::vector<int>{100});
  CHECK(bytes(outputs[0]) == std::vector<int>{0, 100, 255});
  // [0, 2.55]: the range is widened to 0.
  CHECK(bytes(run({2.55f, 1})[0]) == std::vector<int>{255, 100});
  // Nothing but zeros, or nothing at all.
  for (const std::vector<float>& x : {std::vector<float>{0, 0}, std::vector<float>{}}) {
    outputs = run(x);
    CHECK(Floats(outputs[1]) == std::vector<float>{1});
    CHECK(bytes(outputs[2]) == std::vector<int>{0});
  }
}

TEST_CASE("quantization: convolutions pass their attributes on", "[import]") {
  ModelBuilder model(10);
  model.Input("x", kUint8, {1, 1, 3, 3}).Input("w", kUint8, {1, 1, 2, 2}).Output("y");
  model.Node("ConvInteger", {"x", "w"}, {"y"})
      .Ints("kernel_shape", {2, 2})
      .Ints("strides", {2, 2})
      .Ints("pads", {1, 1, 0, 0});
  const Tensor y = Run(model, {Tensor::FromValues<uint8_t>({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}),
                               Tensor::FromValues<uint8_t>({1, 1, 2, 2}, {1, 1, 1, 1})})[0];
  CHECK(DimsOf(y) == std::vector<int64_t>{1, 1, 2, 2});
  const absl::Span<int32_t> sums = y.values<int32_t>();
  CHECK(std::vector<int>(sums.begin(), sums.end()) == std::vector<int>{1, 5, 11, 28});
}

}  // namespace
}  // namespace baton
