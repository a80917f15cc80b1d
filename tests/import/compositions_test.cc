// Converters that compose operators compute what ONNX defines.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;
using Attribute = std::function<void(NodeBuilder&)>;

constexpr int kFloat = onnx::TensorProto::FLOAT;

// f(x) of one node on a vector.
std::vector<float> Applied(
    int64_t opset, const std::string& op, const std::vector<float>& x,
    const Attribute& set = [](NodeBuilder&) {}) {
  ModelBuilder model(opset);
  model.Input("x", kFloat, {"n"}).Output("y");
  NodeBuilder node = model.Node(op, {"x"}, {"y"});
  set(node);
  return Floats(Run(model, {F32({static_cast<int64_t>(x.size())}, x)})[0]);
}

TEST_CASE("compositions: hardmax marks the first maximum", "[import]") {
  ModelBuilder model(13);
  model.Input("x", kFloat, {2, 3}).Output("y").Output("z");
  model.Node("Hardmax", {"x"}, {"y"});
  model.Node("Hardmax", {"x"}, {"z"}).Int("axis", 0);
  std::vector<Tensor> outputs = Run(model, {F32({2, 3}, {1, 3, 3, 2, 0, 1})});
  CHECK(Floats(outputs[0]) == std::vector<float>{0, 1, 0, 1, 0, 0});
  CHECK(Floats(outputs[1]) == std::vector<float>{0, 1, 1, 1, 0, 0});
}

TEST_CASE("compositions: activations compute their formulas", "[import]") {
  const std::vector<float> x = {-100, -3, -1, -0.5f, 0, 0.25f, 1, 2, 30, 100};
  struct Case {
    const char* op;
    int opset;
    std::function<double(double)> f;
    Attribute set;
  };
  auto softplus = [](double v) { return v > 0 ? v + std::log1p(std::exp(-v)) : std::log1p(std::exp(v)); };
  auto none = [](NodeBuilder&) {};
  const std::vector<Case> cases = {
      {"Elu", 6, [](double v) { return v > 0 ? v : 2 * std::expm1(v); },
       [](NodeBuilder& n) { n.Float("alpha", 2); }},
      {"Selu", 6,
       [](double v) { return 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * std::expm1(v)); }, none},
      {"Celu", 12, [](double v) { return std::max(0.0, v) + std::min(0.0, 2 * std::expm1(v / 2)); },
       [](NodeBuilder& n) { n.Float("alpha", 2); }},
      {"Gelu", 20, [](double v) { return 0.5 * v * (1 + std::erf(v / std::sqrt(2.0))); }, none},
      {"Gelu", 20,
       [](double v) { return 0.5 * v * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v))); },
       [](NodeBuilder& n) { n.String("approximate", "tanh"); }},
      {"HardSigmoid", 6, [](double v) { return std::clamp(0.2 * v + 0.5, 0.0, 1.0); }, none},
      {"HardSwish", 14, [](double v) { return v * std::clamp(v / 6 + 0.5, 0.0, 1.0); }, none},
      {"Softplus", 6, softplus, none},
      {"Softsign", 6, [](double v) { return v / (1 + std::fabs(v)); }, none},
      {"Mish", 18, [&](double v) { return v * std::tanh(softplus(v)); }, none},
      {"Swish", 24, [](double v) { return v / (1 + std::exp(-0.5 * v)); },
       [](NodeBuilder& n) { n.Float("alpha", 0.5f); }},
      {"Shrink", 9, [](double v) { return v < -0.75  ? v + 0.5
                                          : v > 0.75 ? v - 0.5
                                                     : 0; },
       [](NodeBuilder& n) { n.Float("lambd", 0.75f).Float("bias", 0.5f); }},
      {"ThresholdedRelu", 10, [](double v) { return v > 0.5 ? v : 0; },
       [](NodeBuilder& n) { n.Float("alpha", 0.5f); }},
      {"LeakyRelu", 6, [](double v) { return v < 0 ? 0.01 * v : v; }, none},
      {"Reciprocal", 13, [](double v) { return 1 / v; }, none},
      {"Tan", 7, [](double v) { return std::tan(v); }, none},
  };
  for (const Case& c : cases) {
    const std::vector<float> y = Applied(c.opset, c.op, x, c.set);
    for (size_t i = 0; i < x.size(); ++i) {
      INFO(c.op << "(" << x[i] << ")");
      const double expected = c.f(static_cast<double>(x[i]));
      if (std::isinf(expected))
        CHECK(std::isinf(y[i]));
      else
        CHECK(y[i] == Approx(expected).epsilon(1e-5).margin(1e-6));
    }
  }
}

TEST_CASE("compositions: constants take the element type of the data", "[import]") {
  ModelBuilder model;
  model.Input("x", onnx::TensorProto::DOUBLE, {1}).Output("y");
  model.Node("Cast", {"x"}, {"h"}).Int("to", onnx::TensorProto::FLOAT16);
  model.Node("Softplus", {"h"}, {"y"});
  const Tensor y = Run(model, {Tensor::FromValues<double>({1}, {0})})[0];
  CHECK(y.dtype() == DType::kFloat16);
  CHECK(static_cast<float>(y.values<Float16>()[0]) == Approx(0.6931).epsilon(1e-3));
}

TEST_CASE("compositions: each kind of constant", "[import]") {
  ModelBuilder model;
  for (const char* name : {"a", "b", "c", "d", "e"}) model.Output(name);
  model.Node("Constant", {}, {"a"}).Float("value_float", 1.5f);
  model.Node("Constant", {}, {"b"}).Floats("value_floats", {1, 2});
  model.Node("Constant", {}, {"c"}).Int("value_int", -7);
  model.Node("Constant", {}, {"d"}).Ints("value_ints", {});
  model.Node("Constant", {}, {"e"}).Value("value", IntTensor("", {1, 1}, {9}));
  auto module = model.Import();
  REQUIRE(module.ok());
  CHECK(Dump(**module) == "=> float321.5, float32[1, 2], int64-7, int64[], int64[[9]]\n");

  ModelBuilder none;
  none.Output("a");
  none.Node("Constant", {}, {"a"});
  CHECK_THAT(std::string(none.Import().status().message()), Contains("has 0 values, expected one"));
  ModelBuilder text;
  text.Output("a");
  text.Node("Constant", {}, {"a"}).String("value_string", "hi");
  CHECK_THAT(std::string(text.Import().status().message()),
             Contains("Constant (opset 17): element type string"));
  ModelBuilder damaged;
  damaged.Output("a");
  onnx::TensorProto tensor = IntTensor("t", {2}, {9});
  damaged.Node("Constant", {}, {"a"}).Value("value", tensor);
  CHECK_THAT(std::string(damaged.Import().status().message()),
             Contains("tensor 't': has 1 elements, its shape needs 2; at node 'a' (Constant)"));
}

TEST_CASE("compositions: constant of shape, eye, range, compress, one hot", "[import]") {
  ModelBuilder model;
  model.Input("x", kFloat, {2, 3}).Input("m", onnx::TensorProto::BOOL, {2});
  model.Initializer(IntTensor("shape", {1}, {2}));
  model.Initializer(IntTensor("one", {1}, {1}));
  model.Initializer(IntTensor("five", {1}, {5}));
  model.Initializer(IntTensor("two", {}, {2}));
  model.Initializer(FloatTensor("indices", {2}, {0, -1}));
  model.Initializer(FloatTensor("offon", {2}, {0, 1}));
  model.Node("ConstantOfShape", {"shape"}, {"zeros"});
  model.Node("ConstantOfShape", {"shape"}, {"sevens"}).Value("value", IntTensor("", {1}, {7}));
  model.Node("EyeLike", {"x"}, {"eye"}).Int("k", 1);
  model.Node("Range", {"one", "five", "two"}, {"range"});
  model.Node("Compress", {"x", "m"}, {"rows"}).Int("axis", 0);
  model.Node("Compress", {"x", "m"}, {"flat"});
  model.Node("OneHot", {"indices", "five", "offon"}, {"hot"});
  for (const char* name : {"zeros", "sevens", "eye", "range", "rows", "flat", "hot"}) model.Output(name);
  std::vector<Tensor> out =
      Run(model, {F32({2, 3}, {1, 2, 3, 4, 5, 6}), Tensor::FromValues<Bool>({2}, {Bool(false), Bool(true)})});
  CHECK(Floats(out[0]) == std::vector<float>{0, 0});
  CHECK(Ints(out[1]) == std::vector<int64_t>{7, 7});
  CHECK(Floats(out[2]) == std::vector<float>{0, 1, 0, 0, 0, 1});
  CHECK(Ints(out[3]) == std::vector<int64_t>{1, 3});
  CHECK(Floats(out[4]) == std::vector<float>{4, 5, 6});
  CHECK(Floats(out[5]) == std::vector<float>{2});
  CHECK(Floats(out[6]) == std::vector<float>{1, 0, 0, 0, 0, 0, 0, 0, 0, 1});
}

TEST_CASE("compositions: depth to space and back", "[import]") {
  const std::string mode = GENERATE("DCR", "CRD");
  ModelBuilder model;
  model.Input("x", kFloat, {1, 8, 1, 2}).Output("y").Output("z");
  model.Node("DepthToSpace", {"x"}, {"y"}).Int("blocksize", 2).String("mode", mode);
  model.Node("SpaceToDepth", {"y"}, {"z"}).Int("blocksize", 2);
  std::vector<float> x(16);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  std::vector<Tensor> outputs = Run(model, {F32({1, 8, 1, 2}, x)});
  CHECK(DimsOf(outputs[0]) == std::vector<int64_t>{1, 2, 2, 4});
  if (mode == "DCR") {
    CHECK(Floats(outputs[0]) == std::vector<float>{0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15});
    CHECK(Floats(outputs[1]) == x);
  } else {
    CHECK(Floats(outputs[0]) == std::vector<float>{0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15});
  }
}

TEST_CASE("compositions: normalisations by hand-worked values", "[import]") {
  ModelBuilder model(21);
  model.Input("x", kFloat, {1, 2, 2})
      .Initializer(FloatTensor("s", {2}, {1, 2}))
      .Initializer(FloatTensor("b", {2}, {0, 10}));
  model.Node("InstanceNormalization", {"x", "s", "b"}, {"i"}).Float("epsilon", 0);
  model.Node("GroupNormalization", {"x", "s", "b"}, {"g"}).Float("epsilon", 0).Int("num_groups", 1);
  model.Node("MeanVarianceNormalization", {"x"}, {"m"}).Ints("axes", {2});
  model.Output("i").Output("g").Output("m");
  std::vector<Tensor> out = Run(model, {F32({1, 2, 2}, {1, 3, 5, 7})});
  CHECK(Floats(out[0]) == std::vector<float>{-1, 1, 8, 12});
  // Mean 4, variance 5.
  const float step = 1 / std::sqrt(5.0f);
  const std::vector<float> group = Floats(out[1]);
  CHECK(group[0] == Approx(-3 * step));
  CHECK(group[3] == Approx(10 + 2 * 3 * step));
  CHECK(Floats(out[2])[0] == Approx(-1));
}

}  // namespace
}  // namespace baton
