// What goes with attention: rotary embeddings, caches, recurrent forms.
#include <cmath>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Catch::Matchers::Contains;
using IntList = std::vector<int64_t>;

// A quarter turn: (a, b) becomes (-b, a). Place 0 does not turn.
Tensor Cos() {
  return Of<float>({2, 2}, {1, 1, 0, 0});
}
Tensor Sin() {
  return Of<float>({2, 2}, {0, 0, 1, 1});
}

TEST_CASE("rotary_embedding: pairs are halves apart or neighbours, the rest stays", "[ops]") {
  const Tensor x = Of<float>({1, 1, 2, 5}, {1, 2, 3, 4, 9, 5, 6, 7, 8, 9});
  const Tensor places = Of<int64_t>({1, 2}, {0, 1});
  const Attributes four = {{"rotary_dim", int64_t{4}}};
  CHECK_THAT(Run("rotary_embedding", {x, Cos(), Sin(), places}, four),
             Equals(Of<float>({1, 1, 2, 5}, {1, 2, 3, 4, 9, -7, -8, 5, 6, 9})));
  CHECK_THAT(
      Run("rotary_embedding", {x, Cos(), Sin(), places}, {{"rotary_dim", int64_t{4}}, {"interleaved", true}}),
      Equals(Of<float>({1, 1, 2, 5}, {1, 2, 3, 4, 9, -6, 5, -8, 7, 9})));
}

TEST_CASE("rotary_embedding: packed heads, and angles for each element of the sequence", "[ops]") {
  const Tensor x = Of<float>({1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});  // two heads of two elements
  const Tensor cos = Of<float>({1, 2, 1}, {1, 0}), sin = Of<float>({1, 2, 1}, {0, 1});
  CHECK_THAT(Run("rotary_embedding", {x, cos, sin}, {{"num_heads", int64_t{2}}}),
             Equals(Of<float>({1, 2, 4}, {1, 2, 3, 4, -6, 5, -8, 7})));
}

TEST_CASE("rotary_embedding: what does not fit is an error", "[ops]") {
  const Tensor x = Of<float>({1, 1, 1, 4}, {1, 2, 3, 4});
  CHECK_THAT(Error("rotary_embedding", {x, Cos(), Sin(), Of<int64_t>({1, 1}, {2})}),
             Contains("position 2 is outside [0, 2)"));
  CHECK_THAT(Error("rotary_embedding", {x, Cos(), Sin(), Of<int64_t>({1, 1}, {-1})}),
             Contains("position -1"));
  CHECK_THAT(Error("rotary_embedding", {x, Cos(), Sin()}), Contains("cos has rank 2, expected 3"));
  CHECK_THAT(
      Error("rotary_embedding", {x, Cos(), Sin(), Of<int64_t>({1, 1}, {0})}, {{"rotary_dim", int64_t{6}}}),
      Contains("rotary_dim"));
  CHECK_THAT(
      Error("rotary_embedding", {x, Cos(), Sin(), Of<int64_t>({1, 1}, {0})}, {{"rotary_dim", int64_t{3}}}),
      Contains("expected an even number"));
  const Tensor packed = Of<float>({1, 1, 4}, {1, 2, 3, 4});
  CHECK_THAT(Error("rotary_embedding", {packed, Cos(), Sin()}, {{"num_heads", int64_t{3}}}),
             Contains("3 heads"));
  CHECK_THAT(Error("rotary_embedding", {packed, Cos(), Sin()}), Contains("'num_heads' is 0"));
}

TEST_CASE("tensor_scatter: each batch is written from its own place on", "[ops]") {
  const Tensor cache = Of<int8_t>({2, 3, 1}, {1, 2, 3, 4, 5, 6}),
               update = Of<int8_t>({2, 2, 1}, {7, 8, 9, 10});
  CHECK_THAT(Run("tensor_scatter", {cache, update}), Equals(Of<int8_t>({2, 3, 1}, {7, 8, 3, 9, 10, 6})));
  CHECK_THAT(Run("tensor_scatter", {cache, update, Ints64({1, 0})}),
             Equals(Of<int8_t>({2, 3, 1}, {1, 7, 8, 9, 10, 6})));
  CHECK_THAT(Run("tensor_scatter", {cache, update, Ints64({2, -1})}, {{"mode", std::string("circular")}}),
             Equals(Of<int8_t>({2, 3, 1}, {8, 2, 7, 10, 5, 9})));
  CHECK_THAT(Error("tensor_scatter", {cache, update, Ints64({2, 0})}),
             Contains("write index 2 is outside [0, 1]"));
  CHECK_THAT(Error("tensor_scatter", {cache, update, Ints64({-1, 0})}), Contains("write index -1"));
  CHECK_THAT(Error("tensor_scatter", {cache, update}, {{"axis", int64_t{0}}}), Contains("the batch"));
  CHECK_THAT(Error("tensor_scatter", {update, cache}), Contains("along axis 1"));
  CHECK_THAT(Error("tensor_scatter", {cache, update}, {{"mode", std::string("ring")}}),
             Contains("'mode' is 'ring'"));
}

TEST_CASE("tensor_scatter: heads between batch and sequence; nothing to write into nothing", "[ops]") {
  const Tensor cache = Of<float>({1, 2, 2, 1}, {1, 2, 3, 4}), update = Of<float>({1, 2, 1, 1}, {5, 6});
  CHECK_THAT(Run("tensor_scatter", {cache, update, Ints64({1})}),
             Equals(Of<float>({1, 2, 2, 1}, {1, 5, 3, 6})));
  const Tensor empty = Of<float>({1, 0, 2}, {});
  CHECK_THAT(Run("tensor_scatter", {empty, empty, Ints64({9})}, {{"mode", std::string("circular")}}),
             Equals(empty));
}

TEST_CASE("linear_attention: the state decays, is corrected, and is read by several heads", "[ops]") {
  // One head of key and value of size 1, two of query, two steps.
  const Tensor q = Of<float>({1, 2, 2}, {1, 2, 1, 2}), k = Of<float>({1, 2, 1}, {2, 2}),
               v = Of<float>({1, 2, 1}, {3, 5});
  const Tensor decay = Of<float>({1, 2, 1}, {0, std::log(0.5)}), beta = Of<float>({1, 2, 1}, {1, 0.5});
  const Tensor state = Of<float>({1, 1, 1, 1}, {1});
  const auto run = [&](const char* rule, const Tensor& decay, const Tensor& beta) {
    const Attributes attributes = {{"q_num_heads", int64_t{2}},
                                   {"kv_num_heads", int64_t{1}},
                                   {"scale", 1.0},
                                   {"update_rule", std::string(rule)}};
    return TryRun("linear_attention", {q, k, v, state, decay, beta}, attributes).value();
  };
  // S: 1 + 2 * 3 = 7, + 2 * 5 = 17.
  CHECK_THAT(run("linear", {}, {})[0], Equals(Of<float>({1, 2, 2}, {7, 14, 17, 34})));
  // S: 7, 3.5 + 10 = 13.5.
  CHECK_THAT(run("gated", decay, {})[1], AllClose(Of<float>({1, 1, 1, 1}, {13.5}), 0, 1e-6));
  // u: 3 - 2 * 1 = 1, S = 3; u: (5 - 2 * 3) / 2 = -0.5, S = 2.
  CHECK_THAT(run("delta", {}, beta)[0], Equals(Of<float>({1, 2, 2}, {3, 6, 2, 4})));
  // S = 3, decayed 1.5; u: (5 - 3) / 2 = 1, S = 3.5.
  CHECK_THAT(run("gated_delta", decay, beta)[1], AllClose(Of<float>({1, 1, 1, 1}, {3.5}), 0, 1e-6));
}

TEST_CASE("linear_attention: operands that do not fit the rule are errors", "[ops]") {
  const Tensor x = Of<float>({1, 1, 2}, {1, 2});
  const auto error = [&](const char* rule, int64_t q_heads, int64_t kv_heads,
                         const std::vector<Tensor>& more) {
    std::vector<Tensor> inputs = {x, x, x, {}};
    inputs.insert(inputs.end(), more.begin(), more.end());
    return Error("linear_attention", inputs,
                 {{"q_num_heads", q_heads}, {"kv_num_heads", kv_heads}, {"update_rule", std::string(rule)}});
  };
  CHECK_THAT(error("gated", 1, 1, {}), Contains("update_rule gated needs decay"));
  CHECK_THAT(error("linear", 1, 1, {x}), Contains("does not go with decay"));
  CHECK_THAT(error("delta", 1, 1, {}), Contains("needs beta"));
  CHECK_THAT(error("linear", 3, 2, {}), Contains("expected a multiple"));
  CHECK_THAT(error("linear", 1, 0, {}), Contains("expected a multiple"));
  CHECK_THAT(error("linear", 3, 3, {}), Contains("3 heads"));
  CHECK_THAT(error("other", 1, 1, {}), Contains("'update_rule' is 'other'"));
  CHECK_THAT(error("gated", 2, 2, {Of<float>({1, 1, 3}, {1, 1, 1})}),
             Contains("the last extent of decay is 3"));
}

TEST_CASE("causal_conv_with_state: the state comes before the data, and the end is the next state", "[ops]") {
  const Tensor x = Of<float>({1, 2, 3}, {1, 2, 3, 4, 5, 6}), w = Of<float>({2, 1, 3}, {1, 10, 100, 1, 0, 0});
  const auto run = [&](const Tensor& bias, const Tensor& state) {
    return TryRun("causal_conv_with_state", {x, w, bias, state}).value();
  };
  CHECK_THAT(run({}, {})[0], Equals(Of<float>({1, 2, 3}, {100, 210, 321, 0, 0, 4})));
  const std::vector<Tensor> stateful = run(Of<float>({2}, {0.5, 0}), Of<float>({1, 2, 2}, {7, 8, 9, 10}));
  CHECK_THAT(stateful[0], Equals(Of<float>({1, 2, 3}, {187.5, 218.5, 321.5, 9, 10, 4})));
  CHECK_THAT(stateful[1], Equals(Of<float>({1, 2, 2}, {2, 3, 5, 6})));
}

TEST_CASE("causal_conv_with_state: input shorter than the kernel, silu, errors", "[ops]") {
  const Tensor x = Of<float>({1, 1, 1}, {2}), w = Of<float>({1, 1, 3}, {0, 0, 1});
  const std::vector<Tensor> y =
      TryRun("causal_conv_with_state", {x, w}, {{"activation", std::string("silu")}}).value();
  CHECK_THAT(y[0], AllClose(Of<float>({1, 1, 1}, {2 / (1 + std::exp(-2.0))}), 0, 1e-6));
  CHECK_THAT(y[1], Equals(Of<float>({1, 1, 2}, {0, 2})));
  CHECK_THAT(Error("causal_conv_with_state", {x, Of<float>({1, 1, 0}, {})}), Contains("the kernel's extent"));
  CHECK_THAT(Error("causal_conv_with_state", {x, Of<float>({2, 1, 1}, {1, 1})}),
             Contains("channels of weight and data"));
  CHECK_THAT(Error("causal_conv_with_state", {x, w, {}, x}), Contains("extents of state"));
  CHECK_THAT(Error("causal_conv_with_state", {x, w}, {{"activation", std::string("gelu")}}),
             Contains("'gelu'"));
}

TEST_CASE("nn.rms_norm: rows by the root of their mean square", "[ops]") {
  const Tensor x = Of<float>({2, 2}, {1, 7, -3, 4});
  const auto normal = [](double value, double square_mean) { return value / std::sqrt(square_mean + 1e-5); };
  const std::vector<double> rows = {normal(1, 25), 2 * normal(7, 25), normal(-3, 12.5), 2 * normal(4, 12.5)};
  CHECK_THAT(Run("nn.rms_norm", {x, Of<float>({2}, {1, 2})}), AllClose(Of<float>({2, 2}, rows), 0, 1e-6));
  const std::vector<double> all = {normal(1, 18.75), normal(7, 18.75), normal(-3, 18.75), normal(4, 18.75)};
  CHECK_THAT(Run("nn.rms_norm", {x, Of<double>({}, {1})}, {{"axis", int64_t{0}}}),
             AllClose(Of<double>({2, 2}, all), 0, 1e-6));
  CHECK_THAT(Run("nn.rms_norm", {Of<float>({0, 2}, {}), Of<float>({2}, {1, 2})}),
             Equals(Of<float>({0, 2}, {})));
  CHECK_THAT(Error("nn.rms_norm", {x, Of<float>({2}, {1, 2})}, {{"axis", int64_t{2}}}),
             Contains("axis 2 is outside"));
  CHECK_THAT(Error("nn.rms_norm", {x, Of<float>({3}, {1, 2, 3})}), Contains("do not broadcast"));
}

TEST_CASE("sequence operators: extents may be symbols", "[ops]") {
  SymbolicTypes rotary;
  rotary.Add(DType::kFloat32, {"b", "s", "h"})
      .Add(DType::kFloat32, {"m", "d"})
      .Add(DType::kFloat32, {"m", "d"});
  rotary.Add(DType::kInt64, {"b", "s"});
  CHECK(rotary.Infer("rotary_embedding", {{"num_heads", int64_t{4}}}) == "Tensor[(b, s, h), float32]");
  SymbolicTypes scatter;
  scatter.Add(DType::kFloat32, {"b", "m", "d"}).Add(DType::kFloat32, {"b", "s", "d"});
  CHECK(scatter.Infer("tensor_scatter") == "Tensor[(b, m, d), float32]");
  CHECK(scatter.required() == std::vector<std::string>{"m >= s"});
  SymbolicTypes conv;
  conv.Add(DType::kFloat32, {"b", "c", "n"}).Add(DType::kFloat32, {"c", "1", "k"});
  CHECK(conv.Infer("causal_conv_with_state") == "Tensor[(b, c, n), float32]; Tensor[(b, c, k - 1), float32]");
}

}  // namespace
}  // namespace baton::test
