// Attention against its definition, one score at a time.
#include <catch2/catch.hpp>
#include <cmath>
#include <optional>

#include "tests/ops/nn_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Catch::Matchers::Contains;

const double kInf = std::numeric_limits<double>::infinity();

struct Problem {
  int64_t batch = 2, heads = 2, kv_heads = 2, queries = 3, keys = 4, size = 3, value_size = 2;
  double scale = 0, softcap = 0;
  bool causal = false;
  int64_t left = -1, right = -1;
  std::vector<int64_t> mask_dims = {};  // empty: none
  bool bool_mask = false;
  std::optional<int64_t> offset = {};
  std::vector<int64_t> valid = {};

  Attributes attributes() const {
    return {{"scale", scale},
            {"softcap", softcap},
            {"is_causal", causal},
            {"left_window", left},
            {"right_window", right}};
  }
};

struct Operands {
  Tensor q, k, v, mask, offset, valid;
  std::vector<Tensor> all() const { return {q, k, v, mask, offset, valid}; }
};

Operands MakeOperands(const Problem& p, DType dtype = DType::kFloat32) {
  Operands operands;
  operands.q = Random(std::vector<int64_t>{p.batch, p.heads, p.queries, p.size}, 1, dtype);
  operands.k = Random(std::vector<int64_t>{p.batch, p.kv_heads, p.keys, p.size}, 2, dtype);
  operands.v = Random(std::vector<int64_t>{p.batch, p.kv_heads, p.keys, p.value_size}, 3, dtype);
  if (!p.mask_dims.empty()) {
    operands.mask = Random(p.mask_dims, 4, dtype);
    if (p.bool_mask) {
      Values values = ToValues(operands.mask);
      for (double& value : values) value = value > -0.5;
      operands.mask = MakeTensor(DType::kBool, p.mask_dims, values);
    }
  }
  if (p.offset) operands.offset = Int64s({*p.offset});
  if (!p.valid.empty()) operands.valid = Int64s(p.valid);
  return operands;
}

double MaskAt(const Problem& p, const Tensor& mask, int64_t b, int64_t h, int64_t i, int64_t j) {
  if (mask.get() == nullptr) return 0;
  const int64_t index[] = {b, h, i, j};
  const size_t missing = 4 - p.mask_dims.size();
  if (j >= p.mask_dims.back()) return -kInf;
  int64_t at = 0;
  for (size_t axis = 0; axis < p.mask_dims.size(); ++axis) {
    at = at * p.mask_dims[axis] + (p.mask_dims[axis] == 1 ? 0 : index[axis + missing]);
  }
  const double value = ToValues(mask)[at];
  return !p.bool_mask ? value : value != 0 ? 0 : -kInf;
}

bool Sees(const Problem& p, int64_t b, int64_t i, int64_t j) {
  if (!p.valid.empty() && j >= p.valid[b]) return false;
  const int64_t place = i + (!p.valid.empty() ? p.valid[b] - p.queries : p.offset.value_or(0));
  if (p.causal && j > place) return false;
  if (p.left >= 0 && j < place - p.left) return false;
  return p.right < 0 || j <= place + p.right;
}

// The result [batch, heads, queries, value_size].
Values Naive(const Problem& p, const Operands& operands) {
  const Values q = ToValues(operands.q), k = ToValues(operands.k), v = ToValues(operands.v);
  Values y;
  for (int64_t b = 0; b < p.batch; ++b) {
    for (int64_t h = 0; h < p.heads; ++h) {
      const int64_t kv = b * p.kv_heads + h / (p.heads / p.kv_heads);
      for (int64_t i = 0; i < p.queries; ++i) {
        Values weights(p.keys, 0.0), row(p.value_size, 0.0);
        double sum = 0;
        for (int64_t j = 0; j < p.keys; ++j) {
          double score = 0;
          for (int64_t d = 0; d < p.size; ++d) {
            score += q[((b * p.heads + h) * p.queries + i) * p.size + d] * k[(kv * p.keys + j) * p.size + d];
          }
          score *= p.scale != 0 ? p.scale : 1 / std::sqrt(static_cast<double>(p.size));
          if (p.softcap > 0) score = p.softcap * std::tanh(score / p.softcap);
          const double bias = Sees(p, b, i, j) ? MaskAt(p, operands.mask, b, h, i, j) : -kInf;
          sum += weights[j] = std::exp(score + bias);
        }
        for (int64_t j = 0; j < p.keys && sum > 0; ++j) {
          for (int64_t d = 0; d < p.value_size; ++d)
            row[d] += weights[j] / sum * v[(kv * p.keys + j) * p.value_size + d];
        }
        y.insert(y.end(), row.begin(), row.end());
      }
    }
  }
  return y;
}

std::vector<Problem> Problems() {
  std::vector<Problem> problems = {
      {},
      {.heads = 6, .kv_heads = 2},
      {.heads = 3, .kv_heads = 1, .queries = 40, .keys = 7},  // more queries than a tile has
      {.scale = 0.5, .softcap = 0.25},
      {.causal = true},
      {.queries = 5, .keys = 3, .causal = true, .offset = -2},  // the first rows see no key
      {.causal = true, .offset = 1},
      {.left = 1, .right = 0, .offset = 1},
      {.left = 0, .right = 2},
      {.left = INT64_MAX - 9, .right = INT64_MAX - 9, .offset = 4},
      {.valid = {4, 1}},
      {.causal = true, .valid = {2, 0}},
      {.keys = 0},
      {.queries = 0},
      {.batch = 0},
      {.size = 0, .scale = 1},
      {.value_size = 0},
  };
  for (const std::vector<int64_t>& dims : std::vector<std::vector<int64_t>>{
           {4}, {3, 4}, {1, 3}, {2, 3, 4}, {2, 1, 3, 4}, {2, 2, 3, 2}, {1, 2, 1, 4}, {3, 1}}) {
    problems.push_back({.mask_dims = dims});
    problems.push_back({.causal = true, .mask_dims = dims, .bool_mask = true});
  }
  return problems;
}

TEST_CASE("attention: every kernel agrees with the definition", "[ops]") {
  const Problem p = GENERATE(from_range(Problems()));
  const Operands operands = MakeOperands(p);
  ForEachKernel("attention", p.attributes(), operands.all(), [&](const std::vector<Tensor>& outputs) {
    CHECK(ShapeOf(outputs[0]) ==
          Values{double(p.batch), double(p.heads), double(p.queries), double(p.value_size)});
    CheckClose(outputs[0], Naive(p, operands), 1e-5);
  });
}

TEST_CASE("attention: every float type is computed in float32 at least", "[ops]") {
  const DType dtype = GENERATE(DType::kFloat16, DType::kBFloat16, DType::kFloat64);
  const Problem p{.causal = true, .mask_dims = {3, 4}};
  const Operands operands = MakeOperands(p, dtype);
  const double tolerance = dtype == DType::kFloat64 ? 1e-13 : dtype == DType::kFloat16 ? 1e-3 : 5e-3;
  ForEachKernel("attention", p.attributes(), operands.all(), [&](const std::vector<Tensor>& outputs) {
    CHECK(outputs[0].dtype() == dtype);
    CheckClose(outputs[0], Naive(p, operands), tolerance);
  });
}

// [batch, heads, length, size] as [batch, length, heads * size].
Tensor Packed(const Tensor& tensor) {
  return RunOp(*FindOp("reshape"), FindOp("reshape")->DefaultAttrs(),
               {RunOp(*FindOp("transpose"),
                      FindOp("transpose")->ParseAttrs({{"axes", std::vector<int64_t>{0, 2, 1, 3}}}).value(),
                      {tensor})
                    .value()[0],
                Int64s({tensor.shape()[0], tensor.shape()[2], -1})})
      .value()[0];
}

TEST_CASE("attention: packed heads give the packed result", "[ops]") {
  const Problem p{.heads = 4, .kv_heads = 2};
  const Operands operands = MakeOperands(p);
  const Tensor expected = Packed(Floats(std::vector<int64_t>{2, 4, 3, 2}, Naive(p, operands)));
  Attributes attributes = p.attributes();
  attributes.emplace_back("q_num_heads", int64_t{4});
  attributes.emplace_back("kv_num_heads", int64_t{2});
  ForEachKernel("attention", attributes, {Packed(operands.q), Packed(operands.k), Packed(operands.v)},
                [&](const std::vector<Tensor>& outputs) {
                  CHECK(ShapeOf(outputs[0]) == ShapeOf(expected));
                  CheckClose(outputs[0], ToValues(expected), 1e-5);
                });
}

TEST_CASE("attention: the scores of each stage are a second result", "[ops]") {
  // One query, two keys with products 2 and 4; the second is excluded.
  const Tensor q = Floats({1, 1, 1, 1}, {2}), k = Floats({1, 1, 2, 1}, {1, 2}),
               v = Floats({1, 1, 2, 1}, {5, 7});
  const Tensor mask = Floats({2}, {0.5, -kInf});
  const auto scores = [&](int64_t stage) {
    const Attributes attributes = {{"scores", stage}, {"softcap", 2.0}, {"scale", 1.0}};
    auto outputs =
        RunOp(*FindOp("attention"), FindOp("attention")->ParseAttrs(attributes).value(), {q, k, v, mask});
    REQUIRE(outputs.ok());
    REQUIRE(outputs->size() == 2);
    return (*outputs)[1];
  };
  const double capped = 2 * std::tanh(1.0);
  CheckClose(scores(0), {2, 4}, 1e-6);
  CheckClose(scores(1), {capped, 2 * std::tanh(2.0)}, 1e-6);
  CheckClose(scores(2), {capped + 0.5, -kInf}, 1e-6);
  CheckClose(scores(3), {1, 0}, 1e-6);
}

TEST_CASE("attention: excluded keys do not count, whatever their score", "[ops]") {
  const Tensor q = Floats({1, 1, 1, 1}, {1}), k = Floats({1, 1, 2, 1}, {1, kInf}),
               v = Floats({1, 1, 2, 1}, {5, 7});
  const Tensor mask = MakeTensor(DType::kBool, std::vector<int64_t>{2}, {1, 0});
  ForEachKernel("attention", {}, {q, k, v, mask},
                [](const std::vector<Tensor>& outputs) { CheckClose(outputs[0], {5}, 0); });
}

TEST_CASE("attention: operands that do not fit are errors", "[ops]") {
  const Operands o = MakeOperands({});
  const auto error = [&](const Attributes& attributes, const std::vector<Tensor>& inputs) {
    return ErrorOf("attention", attributes, inputs);
  };
  const Operands three = MakeOperands({.kv_heads = 3});
  CHECK_THAT(error({}, {o.q, three.k, three.v}), Contains("query's heads by key's"));
  const Operands none = MakeOperands({.kv_heads = 0});
  CHECK_THAT(error({}, {o.q, none.k, none.v}), Contains("heads of query and key"));
  CHECK_THAT(error({}, {o.q, o.k, three.v}), Contains("heads of key and value"));
  CHECK_THAT(error({}, {o.q, MakeOperands({.size = 4}).k, o.v}), Contains("head sizes"));
  CHECK_THAT(error({}, {o.q, o.k, MakeOperands({.keys = 5}).v}), Contains("lengths of key and value"));
  const Tensor packed = Packed(o.q);
  CHECK_THAT(error({}, {packed, packed, packed}), Contains("'q_num_heads' is 0"));
  CHECK_THAT(error({{"q_num_heads", int64_t{4}}, {"kv_num_heads", int64_t{4}}}, {packed, packed, packed}),
             Contains("4 heads"));
  CHECK_THAT(error({{"scores", int64_t{4}}}, {o.q, o.k, o.v}), Contains("'scores' is 4"));
  CHECK_THAT(error({{"left_window", int64_t{-2}}}, {o.q, o.k, o.v}), Contains("expected -1 or more"));
  CHECK_THAT(error({}, {o.q, o.k, o.v, Random(std::vector<int64_t>{3, 5}, 1)}),
             Contains("mask's last extent"));
  CHECK_THAT(error({}, {o.q, o.k, o.v, Random(std::vector<int64_t>{7, 4}, 1)}), Contains("do not broadcast"));
  CHECK_THAT(error({}, {o.q, o.k, o.v, {}, {}, Int64s({1})}), Contains("valid_length and batch"));
}

TEST_CASE("attention: extents may be symbols", "[ops]") {
  SymbolicTypes types;
  types.Add(DType::kFloat16, {"b", "8", "q", "64"}).Add(DType::kFloat16, {"b", "2", "k", "64"});
  types.Add(DType::kFloat16, {"b", "2", "k", "32"}).Add(DType::kBool, {"q", "k"});
  CHECK(types.Infer("attention", {{"scores", int64_t{3}}}) ==
        "Tensor[(b, 8, q, 32), float16]; Tensor[(b, 8, q, k), float16]");
  CHECK(types.required().empty());
  SymbolicTypes packed;
  for (const char* length : {"q", "k", "k"}) packed.Add(DType::kFloat32, {"b", length, "h"});
  CHECK(packed.Infer("attention", {{"q_num_heads", int64_t{2}}, {"kv_num_heads", int64_t{2}}}) ==
        "Tensor[(b, q, 2*floordiv(h, 2)), float32]");
}

}  // namespace
}  // namespace baton::test
