#include <cmath>
#include <limits>

#include "ops/elementwise/float_rows.h"
#include "tests/ops/op_support.h"

namespace baton::test {
namespace {

TEST_CASE("elementwise: integer arithmetic wraps", "[ops]") {
  CHECK_THAT(Run("add", {Of<int8_t>({1}, {127}), Of<int8_t>({1}, {1})}), Equals(Of<int8_t>({1}, {-128})));
  CHECK_THAT(Run("subtract", {Of<uint16_t>({1}, {0}), Of<uint16_t>({1}, {1})}),
             Equals(Of<uint16_t>({1}, {65535})));
  CHECK_THAT(Run("multiply", {Of<uint16_t>({1}, {65535}), Of<uint16_t>({1}, {65535})}),
             Equals(Of<uint16_t>({1}, {1})));
  const Tensor least = Tensor::Scalar<int64_t>(INT64_MIN);
  CHECK_THAT(Run("negative", {least}), Equals(least));
  CHECK_THAT(Run("abs", {least}), Equals(least));
  CHECK_THAT(Run("add", {least, Tensor::Scalar<int64_t>(-1)}), Equals(Tensor::Scalar<int64_t>(INT64_MAX)));
}

TEST_CASE("elementwise: division by minus one does not trap", "[ops]") {
  const Tensor least = Tensor::Scalar<int32_t>(INT32_MIN);
  const Tensor minus_one = Tensor::Scalar<int32_t>(-1);
  const Tensor zero = Tensor::Scalar<int32_t>(0);
  CHECK_THAT(Run("divide", {least, minus_one}), Equals(least));
  CHECK_THAT(Run("floor_divide", {least, minus_one}), Equals(least));
  CHECK_THAT(Run("mod", {least, minus_one}), Equals(zero));
  CHECK_THAT(Run("floor_mod", {least, minus_one}), Equals(zero));
}

TEST_CASE("elementwise: integer division by zero is an error that names the operator", "[ops]") {
  for (const char* op : {"divide", "mod", "floor_mod", "floor_divide"}) {
    CHECK(Error(op, {Of<int64_t>({2}, {1, 2}), Of<int64_t>({2}, {1, 0})}) ==
          absl::StrCat(op, ": division by zero"));
    CHECK(Error(op, {Of<int64_t>({0}, {}), Of<int64_t>({1}, {0})}).empty());
  }
}

TEST_CASE("elementwise: floor_mod of floats has the sign of the divisor", "[ops]") {
  CHECK_THAT(Run("floor_mod", {Of<float>({4}, {5.5, -5.5, 5.5, -5.5}), Of<float>({4}, {2, 2, -2, -2})}),
             Equals(Of<float>({4}, {1.5, 0.5, -0.5, -1.5})));
  CHECK_THAT(Run("mod", {Of<float>({2}, {5.5, -5.5}), Of<float>({1}, {2})}),
             Equals(Of<float>({2}, {1.5, -1.5})));
}

TEST_CASE("elementwise: minimum, maximum and relu propagate NaN in every position", "[ops]") {
  for (int64_t n : {1, 9, 35}) {
    Tensor data = RandomTensor(DType::kFloat32, {n}, 7);
    const Tensor other = RandomTensor(DType::kFloat32, {n}, 8);
    for (int64_t i = 0; i < n; ++i) {
      const float kept = std::exchange(data->As<float>()[i], NAN);
      for (const char* op : {"minimum", "maximum"}) {
        CHECK(std::isnan(Run(op, {data, other})->As<float>()[i]));
        CHECK(std::isnan(Run(op, {other, data})->As<float>()[i]));
      }
      CHECK(std::isnan(Run("nn.relu", {data})->As<float>()[i]));
      data->As<float>()[i] = kept;
    }
  }
}

TEST_CASE("elementwise: minimum and maximum order the zeros", "[ops]") {
  const Tensor a = Of<float>({4}, {0, -0.0, 0, -0.0});
  const Tensor b = Of<float>({4}, {-0.0, 0, 0, -0.0});
  for (DType dtype : {DType::kFloat32, DType::kFloat64}) {
    const auto cast = [&](const Tensor& data) { return Run("cast", {data}, {{"dtype", dtype}}); };
    CHECK(BitwiseEqual(Run("minimum", {cast(a), cast(b)}), cast(Of<float>({4}, {-0.0, -0.0, 0, -0.0}))));
    CHECK(BitwiseEqual(Run("maximum", {cast(a), cast(b)}), cast(Of<float>({4}, {0, 0, 0, -0.0}))));
  }
}

TEST_CASE("cast: doubles and integers are rounded to halves once", "[ops]") {
  // 1 + 2^-11 lies between two halves; a little more must go up, though float32 cannot tell the difference.
  const double tie = 1 + 0x1p-11;
  CHECK_THAT(
      Run("cast", {Of<double>({3}, {tie, tie + 0x1p-40, tie - 0x1p-40})}, {{"dtype", DType::kFloat16}}),
      Equals(Of<Float16>({3}, {1, 1 + 0x1p-10, 1})));
  const int64_t integer_tie = (int64_t{1} << 40) + (int64_t{1} << 32);
  CHECK_THAT(Run("cast", {Ints64({integer_tie, integer_tie + 1})}, {{"dtype", DType::kBFloat16}}),
             Equals(Of<BFloat16>({2}, {0x1p40, 0x1p40 + 0x1p33})));
}

TEST_CASE("elementwise: sign and comparisons of NaN", "[ops]") {
  const Tensor nan = Of<double>({1}, {NAN});
  CHECK(std::isnan(Run("sign", {nan})->As<double>()[0]));
  CHECK_THAT(Run("equal", {nan, nan}), Equals(Of<Bool>({1}, {0})));
  CHECK_THAT(Run("not_equal", {nan, nan}), Equals(Of<Bool>({1}, {1})));
  CHECK_THAT(Run("less_equal", {nan, nan}), Equals(Of<Bool>({1}, {0})));
}

TEST_CASE("round: halves go to even", "[ops]") {
  CHECK_THAT(Run("round", {Of<float>({6}, {0.5, 1.5, 2.5, -0.5, -1.5, 1e9})}),
             Equals(Of<float>({6}, {0, 2, 2, -0.0, -2, 1e9})));
}

// Distance in units of the last place of the exact value's float.
double UlpError(float found, double exact) {
  const float nearest = static_cast<float>(exact);
  if (std::isinf(nearest) || std::isnan(nearest)) return found == nearest ? 0 : 1e9;
  const double ulp = std::nextafter(std::abs(nearest), INFINITY) - std::abs(nearest);
  return std::abs(found - exact) / ulp;
}

void CheckAccuracy(const char* op, double (*exact)(double), double low, double high) {
  const Tensor data = RandomTensor(DType::kFloat32, {20011}, 5, low, high);
  const Tensor result = Run(op, {data});
  double worst = 0;
  for (int64_t i = 0; i < data.num_elements(); ++i) {
    worst = std::max(worst, UlpError(result->As<float>()[i], exact(data->As<float>()[i])));
  }
  CAPTURE(op, low, high);
  CHECK(worst <= 4);
}

double ExactSigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

TEST_CASE("elementwise: exp, tanh and sigmoid of float32 are within four units in the last place", "[ops]") {
  CheckAccuracy("exp", std::exp, -87, 88);
  CheckAccuracy("exp", std::exp, -1, 1);
  CheckAccuracy("tanh", std::tanh, -10, 10);
  CheckAccuracy("tanh", std::tanh, -0.1, 0.1);
  CheckAccuracy("sigmoid", ExactSigmoid, -80, 80);
  CheckAccuracy("sigmoid", ExactSigmoid, -2, 2);
}

TEST_CASE("elementwise: exp, tanh and sigmoid saturate and keep NaN", "[ops]") {
  const Tensor data = Of<float>({7}, {INFINITY, -INFINITY, NAN, 3e38, -3e38, 200, -200});
  CHECK_THAT(Run("exp", {data}), Equals(Of<float>({7}, {INFINITY, 0, NAN, INFINITY, 0, INFINITY, 0})));
  CHECK_THAT(Run("tanh", {data}), Equals(Of<float>({7}, {1, -1, NAN, 1, -1, 1, -1})));
  CHECK_THAT(Run("sigmoid", {data}), Equals(Of<float>({7}, {1, 0, NAN, 1, 0, 1, 0})));
}

TEST_CASE("float rows: an element's result does not depend on its position or the length", "[ops]") {
  using Row = void (*)(const float*, float*, int64_t);
  const Tensor data = RandomTensor(DType::kFloat32, {70}, 3);
  const float* x = data->As<float>();
  for (Row row : {&ExpRow, &TanhRow, &SigmoidRow, &SqrtRow, &FloorRow, &CeilRow, &RoundRow, &ReluRow}) {
    float whole[70];
    row(x, whole, 70);
    for (int64_t n = 1; n <= 20; ++n) {
      float part[20];
      row(x + n, part, n);
      CHECK(std::memcmp(part, whole + n, n * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("float rows: binary rows agree with plain arithmetic for every length and operand form", "[ops]") {
  const Tensor a = RandomTensor(DType::kFloat32, {40}, 3);
  const Tensor b = RandomTensor(DType::kFloat32, {40}, 4);
  for (int64_t n = 0; n <= 40; ++n) {
    for (const auto& [a_advances, b_advances] :
         {std::pair(true, true), std::pair(true, false), std::pair(false, true)}) {
      const FloatOperand left{a->As<float>(), a_advances};
      const FloatOperand right{b->As<float>(), b_advances};
      float sum[40], quotient[40], larger[40];
      AddRow(left, right, sum, n);
      DivideRow(left, right, quotient, n);
      MaximumRow(left, right, larger, n);
      for (int64_t i = 0; i < n; ++i) {
        const float x = left.data[a_advances ? i : 0];
        const float y = right.data[b_advances ? i : 0];
        REQUIRE(sum[i] == x + y);
        REQUIRE(quotient[i] == x / y);
        REQUIRE(larger[i] == std::max(x, y));
      }
    }
  }
}

TEST_CASE("cast: floats to integers truncate, saturate, and give 0 for NaN", "[ops]") {
  const Tensor data = Of<float>({7}, {1.9, -1.9, 300, -300, 3e10, NAN, -INFINITY});
  const auto cast = [&](DType dtype) { return Run("cast", {data}, {{"dtype", dtype}}); };
  CHECK_THAT(cast(DType::kInt8), Equals(Of<int8_t>({7}, {1, -1, 127, -128, 127, 0, -128})));
  CHECK_THAT(cast(DType::kUInt8), Equals(Of<uint8_t>({7}, {1, 0, 255, 0, 255, 0, 0})));
  CHECK_THAT(cast(DType::kInt32), Equals(Of<int32_t>({7}, {1, -1, 300, -300, INT32_MAX, 0, INT32_MIN})));
  CHECK(cast(DType::kInt64)->As<int64_t>()[6] == INT64_MIN);
  CHECK(Run("cast", {Of<float>({1}, {1e20})}, {{"dtype", DType::kInt64}})->As<int64_t>()[0] == INT64_MAX);
  CHECK(Run("cast", {Of<float>({1}, {1e20})}, {{"dtype", DType::kUInt64}})->As<uint64_t>()[0] == UINT64_MAX);
}

TEST_CASE("cast: integers narrow to their low bits, bool is != 0", "[ops]") {
  CHECK_THAT(Run("cast", {Of<int32_t>({3}, {257, -1, 128})}, {{"dtype", DType::kInt8}}),
             Equals(Of<int8_t>({3}, {1, -1, -128})));
  CHECK_THAT(Run("cast", {Of<int64_t>({1}, {-1})}, {{"dtype", DType::kUInt32}}),
             Equals(Of<uint32_t>({1}, {4294967295})));
  CHECK_THAT(Run("cast", {Of<float>({4}, {0, -0.0, 0.25, NAN})}, {{"dtype", DType::kBool}}),
             Equals(Of<Bool>({4}, {0, 0, 1, 1})));
  CHECK_THAT(Run("cast", {Of<Bool>({2}, {0, 1})}, {{"dtype", DType::kFloat16}}),
             Equals(Of<Float16>({2}, {0, 1})));
}

TEST_CASE("cast: every pair of types keeps small integers", "[ops]") {
  for (int from = 0; from < kNumDTypes; ++from) {
    for (int to = 0; to < kNumDTypes; ++to) {
      const DType source = static_cast<DType>(from);
      const DType target = static_cast<DType>(to);
      CAPTURE(DTypeName(source), DTypeName(target));
      const Tensor data = Run("cast", {Of<double>({2}, {0, 1})}, {{"dtype", source}});
      const Tensor result = Run("cast", {data}, {{"dtype", target}});
      CHECK(result.dtype() == target);
      CHECK_THAT(Run("cast", {result}, {{"dtype", DType::kFloat64}}), Equals(Of<double>({2}, {0, 1})));
    }
  }
}

}  // namespace
}  // namespace baton::test
