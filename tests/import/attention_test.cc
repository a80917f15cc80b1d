// Attention nodes: caches, packed heads, and what they refuse.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/import/model_builder.h"

namespace baton {
namespace {

using Catch::Matchers::Contains;

constexpr int kFloat = onnx::TensorProto::FLOAT;

std::string Message(ModelBuilder& model) {
  return std::string(model.Import().status().message());
}

TEST_CASE("attention: the cache comes first, and queries stand after it", "[import]") {
  ModelBuilder model(23);
  for (const char* name : {"q", "k", "v"}) model.Input(name, kFloat, {1, 1, "n", 1});
  for (const char* name : {"pk", "pv"}) model.Input(name, kFloat, {1, 1, "p", 1});
  model.Output("y").Output("nk").Output("nv").Output("s");
  model.Node("Attention", {"q", "k", "v", "", "pk", "pv"}, {"y", "nk", "nv", "s"})
      .Int("is_causal", 1)
      .Int("qk_matmul_output_mode", 3);
  const auto row = [](const std::vector<float>& values) {
    return F32({1, 1, static_cast<int64_t>(values.size()), 1}, values);
  };
  // Equal keys: the visible values are averaged; query 0 sees two, query 1 three.
  std::vector<Tensor> outputs = Run(model, {row({1, 1}), row({0, 0}), row({6, 9}), row({0}), row({3})});
  CHECK(Floats(outputs[0]) == std::vector<float>{4.5, 6});
  CHECK(Floats(outputs[1]) == std::vector<float>{0, 0, 0});
  CHECK(Floats(outputs[2]) == std::vector<float>{3, 6, 9});
  CHECK(Floats(outputs[3])[2] == 0);
  // An empty cache, as at the first step.
  outputs = Run(model, {row({1, 1}), row({0, 0}), row({6, 8}), row({}), row({})});
  CHECK(Floats(outputs[0]) == std::vector<float>{6, 7});
}

TEST_CASE("attention: packed keys join the cache as heads", "[import]") {
  ModelBuilder model(23);
  for (const char* name : {"q", "k", "v"}) model.Input(name, kFloat, {1, "n", 4});
  model.Output("y").Output("nk");
  model.Node("Attention", {"q", "k", "v"}, {"y", "nk"}).Int("q_num_heads", 2).Int("kv_num_heads", 2);
  const Tensor x = F32({1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  const std::vector<Tensor> outputs = Run(model, {x, x, x});
  CHECK(DimsOf(outputs[0]) == std::vector<int64_t>{1, 2, 4});
  CHECK(DimsOf(outputs[1]) == std::vector<int64_t>{1, 2, 2, 2});
  CHECK(Floats(outputs[1]) == std::vector<float>{1, 2, 5, 6, 3, 4, 7, 8});
}

TEST_CASE("attention: wrong combinations are errors", "[import]") {
  const auto message = [](int64_t opset, const std::vector<std::string>& inputs, const char* attribute,
                          int64_t value) {
    ModelBuilder model(opset, 10);
    for (const char* name : {"q", "k", "v", "pk", "pv"}) model.Input(name, kFloat, {1, 1, 2, 1});
    model.Input("n", onnx::TensorProto::INT64, {1}).Output("y").Output("s");
    model.Node("Attention", inputs, {"y", "", "", "s"}).Int(attribute, value);
    return Message(model);
  };
  CHECK_THAT(message(23, {"q", "k", "v", "", "pk"}, "is_causal", 1),
             Contains("one of past_key and past_value"));
  CHECK_THAT(message(24, {"q", "k", "v", "", "pk", "pv", "n"}, "is_causal", 1),
             Contains("past_key and nonpad_kv_seqlen"));
  CHECK_THAT(message(23, {"q", "k", "v", "", "", "", "n"}, "is_causal", 1),
             Contains("has 7 inputs, expected"));
  CHECK_THAT(message(23, {"q", "k", "v"}, "qk_matmul_output_mode", 4),
             Contains("'qk_matmul_output_mode' is 4"));
  CHECK_THAT(message(23, {"q", "k", "v"}, "softmax_precision", 8), Contains("'softmax_precision' is 8"));
  CHECK_THAT(message(24, {"q", "k", "v"}, "left_window_size", 1), Contains("left_window_size"));
  CHECK(message(25, {"q", "k", "v"}, "left_window_size", 1).empty());
}

TEST_CASE("attention: rotary embeddings and cache updates pass their attributes on", "[import]") {
  ModelBuilder model(24);
  model.Input("x", kFloat, {1, 1, 2}).Input("c", kFloat, {1, 1, 1}).Input("s", kFloat, {1, 1, 1});
  model.Output("r").Output("t").Input("cache", kFloat, {1, 3, 2}).Input("at", onnx::TensorProto::INT64, {1});
  model.Node("RotaryEmbedding", {"x", "c", "s"}, {"r"}).Int("num_heads", 1).Int("interleaved", 1);
  model.Node("TensorScatter", {"cache", "r", "at"}, {"t"}).String("mode", "circular").Int("axis", 1);
  const std::vector<Tensor> outputs =
      Run(model, {F32({1, 1, 2}, {1, 2}), F32({1, 1, 1}, {0}), F32({1, 1, 1}, {1}),
                  F32({1, 3, 2}, {0, 0, 0, 0, 0, 0}), I64({1}, {5})});
  CHECK(Floats(outputs[0]) == std::vector<float>{-2, 1});
  CHECK(Floats(outputs[1]) == std::vector<float>{0, 0, 0, 0, -2, 1});
}

// FlexAttention of 4 heads of query over `kv_heads`, with a graph that doubles scores.
ModelBuilder& Flex(ModelBuilder& model, int kv_heads, const onnx::GraphProto& graph) {
  auto* opset = model.model().add_opset_import();
  opset->set_domain("ai.onnx.preview");
  opset->set_version(1);
  model.Input("q", kFloat, {1, 4, "n", 1}).Output("y");
  for (const char* name : {"k", "v"}) model.Input(name, kFloat, {1, kv_heads, "m", 1});
  model.Node("FlexAttention", {"q", "k", "v"}, {"y"}).Domain("ai.onnx.preview").Graph("score_mod", graph);
  return model;
}

TEST_CASE("attention: graphs change scores, heads share keys in groups", "[import]") {
  GraphBuilder twice;
  twice.Input("s", kFloat, {1, 4, "n", "m"}).Output("d");
  twice.Node("Add", {"s", "s"}, {"d"});
  ModelBuilder model(24, 10);
  // Twice the products are 0 and log 3, for the first pair of heads; 0 and 0 for the second.
  const float half = std::log(3.f) / 2;
  const Tensor y =
      Run(Flex(model, 2, twice.proto()), {F32({1, 4, 1, 1}, {1, 1, 1, 1}), F32({1, 2, 2, 1}, {0, half, 0, 0}),
                                          F32({1, 2, 2, 1}, {0, 4, 0, 4})})[0];
  CHECK(DimsOf(y) == std::vector<int64_t>{1, 4, 1, 1});
  const std::vector<float> expected = {3, 3, 2, 2};
  for (size_t i = 0; i < 4; ++i) CHECK(Floats(y)[i] == Approx(expected[i]));
}

TEST_CASE("attention: graphs of another form, and heads that do not divide, are errors", "[import]") {
  GraphBuilder two_inputs;
  two_inputs.Input("a", kFloat, {}).Input("b", kFloat, {}).Output("a");
  ModelBuilder model(24, 10);
  CHECK_THAT(Message(Flex(model, 2, two_inputs.proto())),
             Contains("a graph of this node has 2 inputs, expected 1"));
  GraphBuilder two_outputs;
  two_outputs.Input("a", kFloat, {}).Output("a").Output("a");
  ModelBuilder other(24, 10);
  CHECK_THAT(Message(Flex(other, 2, two_outputs.proto())), Contains("'score_mod' has 2 outputs, expected 1"));
  GraphBuilder same;
  same.Input("a", kFloat, {}).Output("a");
  for (const int heads : {3, 0}) {
    ModelBuilder uneven(24, 10);
    auto module = Flex(uneven, heads, same.proto()).Import();
    REQUIRE(module.ok());
    const Tensor kv = F32({1, heads, 1, 1}, std::vector<float>(static_cast<size_t>(heads), 1));
    CHECK_FALSE(Evaluate(**module, {F32({1, 4, 1, 1}, {1, 1, 1, 1}), kv, kv}).ok());
  }
}

}  // namespace
}  // namespace baton
