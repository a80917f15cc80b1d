// Products and convolutions of quantised numbers.
#include <cmath>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Catch::Matchers::Contains;

template <typename T>
Tensor Numbers(const Index& dims, int64_t seed) {
  std::vector<double> values;
  for (int64_t i = 0; i < Count(dims); ++i) {
    const int64_t x = (i * 37 + seed * 11) % 251;
    values.push_back(static_cast<double>(std::is_signed_v<T> ? x - 125 : x));
  }
  return Of<T>(dims, values);
}

// Sums over k of (a - its zero point) * (b - its), by index; one zero point per row of a and column of b.
std::vector<double> NaiveProduct(const Tensor& a, const Tensor& b, const Tensor& a_zero, const Tensor& b_zero,
                                 const Index& batch, int64_t m, int64_t k, int64_t n) {
  std::vector<double> sums;
  Index dims = batch;
  dims.insert(dims.end(), {m, n});
  const Index a_dims(a.shape().begin(), a.shape().end()), b_dims(b.shape().begin(), b.shape().end());
  ForEachIndex(dims, [&](const Index& index) {
    double sum = 0;
    for (int64_t l = 0; l < k; ++l) {
      Index at_a = index, at_b = index;
      at_a[at_a.size() - 1] = at_b[at_b.size() - 2] = l;
      const int64_t i = BroadcastOffset(a_dims, at_a), j = BroadcastOffset(b_dims, at_b);
      const int64_t row = i / k, column = j / (k * n) * n + j % n;
      sum += static_cast<double>(a.values<uint8_t>()[i] -
                                 a_zero.values<uint8_t>()[row % a_zero.num_elements()]) *
             (b.values<int8_t>()[j] - b_zero.values<int8_t>()[column % b_zero.num_elements()]);
    }
    sums.push_back(sum);
  });
  return sums;
}

TEST_CASE("matmul_integer: zero points per row and column, batches broadcast", "[ops]") {
  struct Case {
    Index batch, a, b, a_zero, b_zero;
    int64_t m, k, n;
  };
  const Case c =
      GENERATE(Case{{}, {2, 3}, {3, 4}, {}, {}, 2, 3, 4}, Case{{}, {2, 3}, {3, 4}, {2}, {4}, 2, 3, 4},
               Case{{}, {2, 3}, {3, 4}, {1}, {1}, 2, 3, 4}, Case{{5}, {5, 2, 3}, {3, 4}, {2}, {4}, 2, 3, 4},
               Case{{5}, {5, 2, 3}, {5, 3, 4}, {5, 2, 1}, {5, 1, 4}, 2, 3, 4},
               Case{{2, 3}, {2, 1, 2, 3}, {3, 3, 4}, {2, 1, 2, 1}, {3, 1, 4}, 2, 3, 4},
               Case{{}, {2, 0}, {0, 3}, {2}, {3}, 2, 0, 3}, Case{{}, {0, 3}, {3, 3}, {}, {}, 0, 3, 3});
  const Tensor a = Numbers<uint8_t>(c.a, 1), b = Numbers<int8_t>(c.b, 2);
  const Tensor a_zero = Numbers<uint8_t>(c.a_zero, 3), b_zero = Numbers<int8_t>(c.b_zero, 4);
  Index dims = c.batch;
  dims.insert(dims.end(), {c.m, c.n});
  CHECK_THAT(Run("matmul_integer", {a, b, a_zero, b_zero}),
             Equals(Of<int32_t>(dims, NaiveProduct(a, b, a_zero, b_zero, c.batch, c.m, c.k, c.n))));
}

TEST_CASE("matmul_integer: vectors are rows and columns; absent zero points are 0", "[ops]") {
  CHECK_THAT(Run("matmul_integer", {Of<uint8_t>({2}, {255, 1}), Of<int8_t>({2}, {-128, 3})}),
             Equals(Of<int32_t>({}, {-32637})));
  CHECK_THAT(Run("matmul_integer",
                 {Of<int8_t>({2}, {1, 2}), Of<uint8_t>({2, 2}, {1, 2, 3, 4}), Of<int8_t>({1}, {1})}),
             Equals(Of<int32_t>({2}, {3, 4})));
}

TEST_CASE("qlinear_matmul: sums are rescaled, rounded to even and saturated", "[ops]") {
  const Tensor one = Of<float>({}, {1});
  const Tensor zero = Of<uint8_t>({}, {0});
  const auto product = [&](const Tensor& a, const Tensor& b, double y_scale, double y_zero) {
    return Run("qlinear_matmul",
               {a, one, zero, b, one, zero, Of<float>({}, {y_scale}), Of<uint8_t>({}, {y_zero})});
  };
  const Tensor a = Of<uint8_t>({4, 1}, {1, 3, 5, 200});
  // 0.5, 1.5, 2.5 and 100 plus the zero point.
  CHECK_THAT(product(a, Of<uint8_t>({1, 1}, {1}), 2, 1), Equals(Of<uint8_t>({4, 1}, {1, 3, 3, 101})));
  CHECK_THAT(product(a, Of<uint8_t>({1, 1}, {2}), 1, 200), Equals(Of<uint8_t>({4, 1}, {202, 206, 210, 255})));
}

TEST_CASE("qlinear_matmul: scales per row of a and y, and per column of b", "[ops]") {
  const Tensor a = Of<int8_t>({2, 1}, {10, 20}), b = Of<int8_t>({1, 2}, {1, 2});
  const Tensor y =
      Run("qlinear_matmul", {a, Of<float>({2}, {1, 0.5}), Of<int8_t>({2}, {0, 10}), b, Of<float>({2}, {2, 4}),
                             Of<int8_t>({2}, {0, 1}), Of<float>({2}, {4, 1}), Of<int8_t>({2}, {0, -1})});
  // Row 0: 10 * 1 * 2 / 4 = 5 and 10 * 4 / 4 = 10; row 1: 10 * 0.5 * 2 - 1 = 9 and 10 * 0.5 * 4 - 1 = 19.
  CHECK_THAT(y, Equals(Of<int8_t>({2, 2}, {5, 10, 9, 19})));
}

TEST_CASE("conv_integer: the padding is the zero point, channels may have their own", "[ops]") {
  const Tensor x = Of<uint8_t>({1, 1, 3}, {2, 3, 4});
  const Tensor w = Of<int8_t>({2, 1, 2}, {1, 1, 1, 2});
  // Less the zero points: x 0 1 2, w 1 1 and 0 1.
  const Tensor y = Run("conv_integer", {x, w, Of<uint8_t>({}, {2}), Of<int8_t>({2}, {0, 1})},
                       {{"pads", std::vector<int64_t>{1, 1}}});
  CHECK_THAT(y, Equals(Of<int32_t>({1, 2, 4}, {0, 1, 3, 2, 0, 1, 2, 0})));
}

TEST_CASE("qlinear_conv: a scale per output channel, and a bias in sums", "[ops]") {
  const Tensor x = Of<uint8_t>({1, 1, 3}, {1, 2, 3});
  const Tensor w = Of<int8_t>({2, 1, 1}, {2, -2});
  const Tensor y = Run("qlinear_conv", {x, Of<float>({}, {0.5}), Of<uint8_t>({}, {0}), w,
                                        Of<float>({2}, {1, 2}), Of<int8_t>({}, {0}), Of<float>({}, {0.5}),
                                        Of<uint8_t>({}, {10}), Of<int32_t>({2}, {1, 0})});
  // Channel 0: 2x + 1; channel 1: -4x; both plus 10.
  CHECK_THAT(y, Equals(Of<uint8_t>({1, 2, 3}, {13, 15, 17, 6, 2, 0})));
}

TEST_CASE("quantised products: operands that do not fit are errors", "[ops]") {
  const Tensor a = Numbers<uint8_t>({2, 3}, 1), b = Numbers<uint8_t>({3, 4}, 1), s = Of<float>({}, {1});
  CHECK_THAT(Error("matmul_integer", {a, b, Numbers<uint8_t>({3}, 1)}), Contains("a_zero_point"));
  CHECK_THAT(Error("matmul_integer", {a, b, Numbers<uint8_t>({}, 1), Numbers<uint8_t>({3}, 1)}),
             Contains("b_zero_point"));
  CHECK_THAT(Error("matmul_integer", {a, b, Numbers<int8_t>({}, 1)}),
             Contains("the zero point of a has element type int8"));
  CHECK_THAT(Error("matmul_integer", {a, a}), Contains("contraction extents"));
  CHECK_THAT(Error("matmul_integer", {Of<float>({1, 1}, {1}), b}), Contains("a has element type float32"));
  const Tensor x = Numbers<uint8_t>({1, 2, 3}, 1), w = Numbers<uint8_t>({2, 2, 2}, 1);
  CHECK_THAT(Error("conv_integer", {x, w}, {{"group", int64_t{0}}}), Contains("group"));
  CHECK_THAT(Error("conv_integer", {x, w}, {{"strides", std::vector<int64_t>{0}}}),
             Contains("strides[0] is 0"));
  CHECK_THAT(Error("conv_integer", {x, w, Numbers<uint8_t>({2}, 1)}), Contains("data's zero point"));
  CHECK_THAT(Error("qlinear_conv", {x, s, Numbers<uint8_t>({}, 1), w, Of<float>({3}, {1, 1, 1}),
                                    Numbers<uint8_t>({}, 1), s, Numbers<uint8_t>({}, 1)}),
             Contains("weight_scale"));
}

TEST_CASE("quantised products: extents may be symbols", "[ops]") {
  SymbolicTypes product;
  product.Add(DType::kUInt8, {"n", "s", "k"})
      .Add(DType::kInt8, {"k", "m"})
      .AddAbsent()
      .Add(DType::kInt8, {"m"});
  CHECK(product.Infer("matmul_integer") == "Tensor[(n, s, m), int32]");
  CHECK(product.required().empty());
  SymbolicTypes conv;
  conv.Add(DType::kUInt8, {"n", "3", "w"}).Add(DType::kUInt8, {"8", "3", "3"});
  CHECK(conv.Infer("conv_integer") == "Tensor[(n, 8, w - 2), int32]");
}

}  // namespace
}  // namespace baton::test
