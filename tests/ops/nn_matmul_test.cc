#include "tests/ops/nn_support.h"

namespace baton::test {
namespace {

using Ints = std::vector<int64_t>;

// The definition for operands of rank 2 and more; batch offsets by hand.
Values Product(const Values& a, const Values& b, int64_t m, int64_t n, int64_t k) {
  Values y(m * n, 0.0);
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      for (int64_t l = 0; l < k; ++l) y[i * n + j] += a[i * k + l] * b[l * n + j];
    }
  }
  return y;
}

double Tolerance(DType dtype) {
  return dtype == DType::kFloat64 ? 1e-12 : dtype == DType::kFloat32 ? 1e-5 : 8e-3;
}

}  // namespace

TEST_CASE("nn.matmul: every kernel agrees with the definition", "[ops][nn]") {
  const auto [m, n, k] = GENERATE(table<int64_t, int64_t, int64_t>({{1, 1, 1},
                                                                    {2, 3, 4},
                                                                    {1, 17, 5},
                                                                    {5, 1, 7},
                                                                    {7, 33, 9},
                                                                    {17, 16, 3},
                                                                    {40, 20, 65},
                                                                    {0, 3, 2},
                                                                    {3, 0, 2},
                                                                    {3, 2, 0},
                                                                    {1, 16, 0}}));
  const DType dtype = GENERATE(DType::kFloat32, DType::kFloat64, DType::kFloat16);
  CAPTURE(m, n, k, DTypeName(dtype));
  const std::vector<Tensor> inputs = {Random({m, k}, 1, dtype), Random({k, n}, 2, dtype)};
  const Values expected = Product(ToValues(inputs[0]), ToValues(inputs[1]), m, n, k);
  ForEachKernel("nn.matmul", {}, inputs, [&, m = m, n = n](const auto& outputs) {
    CHECK(ShapeOf(outputs[0]) == Values{static_cast<double>(m), static_cast<double>(n)});
    CheckClose(outputs[0], expected, Tolerance(dtype));
  });
}

TEST_CASE("nn.matmul: batches broadcast", "[ops][nn]") {
  const Tensor a = Random({2, 1, 3, 4}, 1);
  const Tensor b = Random({5, 4, 2}, 2);
  const Values x = ToValues(a), y = ToValues(b);
  Values expected;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 5; ++j) {
      for (double value : Product(Values(x.begin() + i * 12, x.begin() + i * 12 + 12),
                                  Values(y.begin() + j * 8, y.begin() + j * 8 + 8), 3, 2, 4)) {
        expected.push_back(value);
      }
    }
  }
  ForEachKernel("nn.matmul", {}, {a, b}, [&](const auto& outputs) {
    CHECK(ShapeOf(outputs[0]) == Values{2, 5, 3, 2});
    CheckClose(outputs[0], expected, 1e-5);
  });
}

TEST_CASE("nn.matmul: one right matrix serves all batches", "[ops][nn]") {
  const Tensor a = Random({3, 2, 2, 4}, 1);
  const Tensor b = Random({4, 16}, 2);
  ForEachKernel("nn.matmul", {}, {a, b}, [&](const auto& outputs) {
    CHECK(ShapeOf(outputs[0]) == Values{3, 2, 2, 16});
    CheckClose(outputs[0], Product(ToValues(a), ToValues(b), 12, 16, 4), 1e-5);
  });
}

TEST_CASE("nn.matmul: operands of rank 1 are a row and a column", "[ops][nn]") {
  const Tensor v = Floats({2}, {3, 5});
  const Tensor w = Floats({2, 2}, {1, 2, 10, 20});
  ForEachKernel("nn.matmul", {}, {v, w}, [](const auto& outputs) {
    CHECK(ShapeOf(outputs[0]) == Values{2});
    CheckClose(outputs[0], {53, 106}, 0);
  });
  ForEachKernel("nn.matmul", {}, {w, v}, [](const auto& outputs) {
    CHECK(ShapeOf(outputs[0]) == Values{2});
    CheckClose(outputs[0], {13, 130}, 0);
  });
  ForEachKernel("nn.matmul", {}, {v, v}, [](const auto& outputs) {
    CHECK(ShapeOf(outputs[0]).empty());
    CheckClose(outputs[0], {34}, 0);
  });
}

TEST_CASE("nn.matmul: integers wrap", "[ops][nn]") {
  const Tensor a = MakeTensor(DType::kInt8, {1, 2}, {100, 3});
  const Tensor b = MakeTensor(DType::kInt8, {2, 1}, {2, -1});
  ForEachKernel("nn.matmul", {}, {a, b}, [](const auto& outputs) { CheckClose(outputs[0], {197 - 256}, 0); });
}

TEST_CASE("nn.matmul: a NaN in unused memory of the result does not reach it", "[ops][nn]") {
  // Results start as NaN in these tests; k = 0 and one row take the paths that might scale them.
  ForEachKernel("nn.matmul", {}, {Random({1, 3}, 1), Random({3, 5}, 2)},
                [](const auto& outputs) { CHECK(!std::isnan(ToValues(outputs[0])[4])); });
  ForEachKernel("nn.matmul", {}, {Random({4, 0}, 1), Random({0, 5}, 2)},
                [](const auto& outputs) { CheckClose(outputs[0], Values(20, 0.0), 0); });
}

TEST_CASE("nn.matmul: operands that do not fit are errors", "[ops][nn]") {
  const auto contains = [](const std::string& text) { return Catch::Matchers::Contains(text); };
  CHECK_THAT(ErrorOf("nn.matmul", {}, {Random({2, 3}, 1), Random({2, 3}, 1)}),
             contains("contraction extents of a and b must be equal, found 3 and 2"));
  CHECK_THAT(ErrorOf("nn.matmul", {}, {Random({}, 1), Random({1}, 1)}), contains("rank 0"));
  CHECK_THAT(ErrorOf("nn.matmul", {}, {Random({2, 1, 1}, 1), Random({3, 1, 1}, 1)}), contains("broadcast"));
  CHECK_THAT(ErrorOf("nn.matmul", {}, {Random({1}, 1), Random({1}, 1, DType::kFloat64)}),
             contains("float64"));
}

TEST_CASE("nn.gemm: every kernel agrees with the definition", "[ops][nn]") {
  const auto [m, n, k] = GENERATE(table<int64_t, int64_t, int64_t>(
      {{1, 1, 1}, {3, 5, 4}, {1, 20, 6}, {6, 1, 3}, {20, 18, 7}, {2, 17, 0}}));
  const bool trans_a = GENERATE(false, true);
  const bool trans_b = GENERATE(false, true);
  const auto [alpha, beta] = GENERATE(table<double, double>({{1, 1}, {0.5, -2}, {1, 0}}));
  const int c_kind = GENERATE(0, 1, 2, 3, 4, 5);  // none, [], [n], [m, 1], [m, n], [1, n]
  const DType dtype = GENERATE(DType::kFloat32, DType::kFloat64, DType::kFloat16);
  CAPTURE(m, n, k, trans_a, trans_b, alpha, beta, c_kind, DTypeName(dtype));
  const std::vector<Ints> c_shapes = {{}, {}, {n}, {m, 1}, {m, n}, {1, n}};
  std::vector<Tensor> inputs = {Random(trans_a ? Ints{k, m} : Ints{m, k}, 1, dtype),
                                Random(trans_b ? Ints{n, k} : Ints{k, n}, 2, dtype)};
  if (c_kind > 0) inputs.push_back(Random(c_shapes[c_kind], 3, dtype));
  const Values a = ToValues(inputs[0]), b = ToValues(inputs[1]),
               c = c_kind > 0 ? ToValues(inputs[2]) : Values{};
  Values expected;
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (int64_t l = 0; l < k; ++l)
        sum += a[trans_a ? l * m + i : i * k + l] * b[trans_b ? j * k + l : l * n + j];
      const size_t at[] = {0,
                           0,
                           static_cast<size_t>(j),
                           static_cast<size_t>(i),
                           static_cast<size_t>(i * n + j),
                           static_cast<size_t>(j)};
      expected.push_back(alpha * sum + (c_kind > 0 ? beta * c[at[c_kind]] : 0));
    }
  }
  const Attributes attributes = {
      {"alpha", alpha}, {"beta", beta}, {"trans_a", trans_a}, {"trans_b", trans_b}};
  ForEachKernel("nn.gemm", attributes, inputs,
                [&](const auto& outputs) { CheckClose(outputs[0], expected, Tolerance(dtype)); });
}

TEST_CASE("nn.gemm: integers and errors", "[ops][nn]") {
  const Tensor a = MakeTensor(DType::kInt32, {1, 2}, {3, 4});
  const Tensor b = MakeTensor(DType::kInt32, {2, 1}, {5, 6});
  ForEachKernel("nn.gemm", {}, {a, b, MakeTensor(DType::kInt32, {1}, {1})},
                [](const auto& outputs) { CheckClose(outputs[0], {40}, 0); });
  ForEachKernel("nn.gemm", {{"alpha", 0.5}}, {a, b},
                [](const auto& outputs) { CheckClose(outputs[0], {19}, 0); });
  const auto contains = [](const std::string& text) { return Catch::Matchers::Contains(text); };
  CHECK_THAT(ErrorOf("nn.gemm", {}, {Random({2, 3}, 1), Random({2, 3}, 1)}), contains("contraction extents"));
  CHECK_THAT(ErrorOf("nn.gemm", {}, {Random({2}, 1), Random({2, 3}, 1)}),
             contains("a has rank 1, expected 2"));
  CHECK_THAT(ErrorOf("nn.gemm", {}, {Random({2, 2}, 1), Random({2, 3}, 1), Random({1, 2, 3}, 1)}),
             contains("c has rank 3"));
  CHECK_THAT(ErrorOf("nn.gemm", {}, {Random({1, 2}, 1), Random({2, 3}, 1), Random({2, 3}, 1)}),
             contains("extents of c"));
}

}  // namespace baton::test
