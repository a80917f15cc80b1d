// Fourier transforms against sums, mel bands by hand, determinants by expansion.
#include <cmath>
#include <complex>
#include <numbers>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

using Doubles = std::vector<double>;
using Number = std::complex<double>;
using Line = std::vector<Number>;

// The definition.
Line NaiveDft(const Line& line, double sign) {
  const size_t n = line.size();
  Line result(n);
  for (size_t k = 0; k < n; ++k) {
    for (size_t j = 0; j < n; ++j) {
      const double angle =
          sign * 2 * std::numbers::pi * static_cast<double>(j * k % n) / static_cast<double>(n);
      result[k] += line[j] * Number(std::cos(angle), std::sin(angle));
    }
    if (sign > 0) result[k] /= static_cast<double>(n);
  }
  return result;
}

Tensor Scalar64(int64_t value) {
  return Tensor::Scalar<int64_t>(value);
}

// A line as [1, n, 2].
Tensor AsTensor(const Line& line) {
  Doubles parts;
  for (const Number& number : line) parts.insert(parts.end(), {number.real(), number.imag()});
  return Of<double>({1, static_cast<int64_t>(line.size()), 2}, parts);
}
Line AsLine(const Tensor& tensor) {
  Line line;
  for (int64_t i = 0; i < tensor.num_elements(); i += 2)
    line.emplace_back(tensor->As<double>()[i], tensor->As<double>()[i + 1]);
  return line;
}

const Attributes kInverse = {{"inverse", true}};

TEST_CASE("dft: agrees with the sum for every length, both ways", "[ops]") {
  for (const int64_t n : {1, 2, 3, 4, 5, 7, 8, 12, 16, 31, 64, 100}) {
    CAPTURE(n);
    const Tensor data = RandomTensor(DType::kFloat64, {1, n, 2}, static_cast<uint64_t>(n));
    CHECK_THAT(Run("dft", {data}), AllClose(AsTensor(NaiveDft(AsLine(data), -1)), 1e-10, 1e-10));
    CHECK_THAT(Run("dft", {data}, kInverse), AllClose(AsTensor(NaiveDft(AsLine(data), 1)), 1e-10, 1e-10));
  }
  // The definition is quadratic; the way there and back shows that long lines are right.
  for (const int64_t n : {1000, 1024, 4099}) {
    const Tensor data = RandomTensor(DType::kFloat64, {1, n, 2}, 1);
    CHECK_THAT(Run("dft", {Run("dft", {data})}, kInverse), AllClose(data, 1e-10, 0));
  }
}

TEST_CASE("dft: any axis, cut or filled up, real input", "[ops]") {
  const Tensor data = RandomTensor(DType::kFloat32, {2, 5, 3, 1}, 3);
  for (const int64_t axis : {0, 1, 2, -2, -4}) {
    for (const int64_t length : {1, 4, 6}) {
      const int front = static_cast<int>(axis < 0 ? axis + 4 : axis);
      const Tensor result = Run("dft", {data, Scalar64(length), Scalar64(axis)});
      Index dims = {2, 5, 3, 2};
      dims[front] = length;
      REQUIRE(result.shape() == absl::MakeConstSpan(dims));
      // The first frequency is the sum of what is used.
      Tensor used = Run("strided_slice", {data, Ints64({0}), Ints64({length}), Ints64({axis})});
      const Tensor sum = Run("sum", {used, Ints64({axis})}, {{"keepdims", true}});
      const Tensor zeroth = Run("strided_slice", {result, Ints64({0, 0}), Ints64({1, 1}), Ints64({axis, 3})});
      CHECK_THAT(zeroth, AllClose(sum, 1e-5, 1e-5));
    }
  }
}

TEST_CASE("dft: half of a spectrum there, the real signal back", "[ops]") {
  for (const int64_t n : {2, 3, 6, 7, 16}) {
    CAPTURE(n);
    const Tensor signal = RandomTensor(DType::kFloat64, {2, n, 1}, 5);
    const Tensor half = Run("dft", {signal}, {{"onesided", true}});
    CHECK(half.shape() == absl::MakeConstSpan(Index{2, n / 2 + 1, 2}));
    CHECK_THAT(half, Equals(Run("strided_slice",
                                {Run("dft", {signal}), Ints64({0}), Ints64({n / 2 + 1}), Ints64({1})})));
    const Attributes back = {{"inverse", true}, {"onesided", true}};
    CHECK_THAT(Run("dft", {half, Scalar64(n)}, back), AllClose(signal, 1e-12, 0));
    if (n % 2 == 0) CHECK_THAT(Run("dft", {half}, back), AllClose(signal, 1e-12, 0));
  }
}

TEST_CASE("dft: lengths, axes and parts that make no sense are errors", "[ops]") {
  const Tensor data = RandomTensor(DType::kFloat32, {1, 4, 2}, 1);
  for (const int64_t length : {int64_t{0}, int64_t{-3}, INT64_MAX, INT64_MIN}) {
    CHECK(Error("dft", {data, Scalar64(length)}).find("the length of the transform") != std::string::npos);
  }
  CHECK(Error("dft", {data, {}, Scalar64(2)}).find("is the last") != std::string::npos);
  CHECK(Error("dft", {data, {}, Scalar64(3)}).find("outside") != std::string::npos);
  CHECK_FALSE(Error("dft", {RandomTensor(DType::kFloat32, {1, 4, 3}, 1)}).empty());
  CHECK_FALSE(Error("dft", {RandomTensor(DType::kFloat32, {4}, 1)}).empty());
  CHECK_FALSE(Error("dft", {Of<float>({1, 0, 2}, {})}).empty());
  CHECK(Run("dft", {Of<float>({0, 3, 2}, {})}).shape() == absl::MakeConstSpan(Index{0, 3, 2}));
}

TEST_CASE("dft: symbolic lengths", "[ops]") {
  SymbolicTypes plain;
  plain.Add(DType::kFloat32, {"n", "t", "1"});
  CHECK(plain.Infer("dft", {{"onesided", true}}) == "Tensor[(n, floordiv(t, 2) + 1, 2), float32]");
  SymbolicTypes inverse;
  inverse.Add(DType::kFloat32, {"n", "f", "2"});
  CHECK(inverse.Infer("dft", {{"onesided", true}, {"inverse", true}}) == "Tensor[(n, 2*f - 2, 1), float32]");
}

TEST_CASE("stft: each frame is the transform of a windowed part", "[ops]") {
  const Tensor signal = RandomTensor(DType::kFloat64, {2, 17, 1}, 7);
  const Tensor window = RandomTensor(DType::kFloat64, {6}, 9);
  const Tensor result = Run("stft", {signal, Scalar64(4), window});
  REQUIRE(result.shape() == absl::MakeConstSpan(Index{2, 3, 4, 2}));
  for (int64_t frame = 0; frame < 3; ++frame) {
    const Tensor part =
        Run("strided_slice", {signal, Ints64({4 * frame}), Ints64({4 * frame + 6}), Ints64({1})});
    const Tensor weighted = Run("multiply", {part, Run("reshape", {window, Ints64({1, 6, 1})})});
    const Tensor found = Run("strided_slice", {result, Ints64({frame}), Ints64({frame + 1}), Ints64({1})});
    const Tensor expected = Run("dft", {weighted}, {{"onesided", true}});
    CHECK_THAT(Run("squeeze", {found, Ints64({1})}), AllClose(expected, 1e-12, 0));
  }
  // Without a window all samples count alike; a matrix of samples is real.
  const Tensor flat = Run("reshape", {signal, Ints64({2, 17})});
  CHECK_THAT(
      Run("stft", {flat, Scalar64(3), {}, Scalar64(5)}, {{"onesided", false}}),
      AllClose(Run("stft", {signal, Scalar64(3), Of<double>({5}, Doubles(5, 1))}, {{"onesided", false}}),
               1e-12, 0));
  CHECK(Run("stft", {signal, Scalar64(1)}).shape() == absl::MakeConstSpan(Index{2, 1, 9, 2}));
}

TEST_CASE("stft: steps and frames that make no sense are errors", "[ops]") {
  const Tensor signal = RandomTensor(DType::kFloat32, {1, 8, 1}, 1);
  for (const int64_t step : {int64_t{0}, int64_t{-1}, INT64_MIN})
    CHECK(Error("stft", {signal, Scalar64(step), {}, Scalar64(4)}).find("frame_step") != std::string::npos);
  for (const int64_t length : {int64_t{0}, int64_t{-4}, int64_t{9}, INT64_MAX})
    CHECK_FALSE(Error("stft", {signal, Scalar64(1), {}, Scalar64(length)}).empty());
  CHECK(Error("stft", {signal, Scalar64(1), RandomTensor(DType::kFloat32, {4}, 1), Scalar64(5)})
            .find("the length of window and frame_length") != std::string::npos);
  CHECK_FALSE(Error("stft", {signal, Scalar64(1), Of<float>({0}, {})}).empty());
  SymbolicTypes types;
  types.Add(DType::kFloat32, {"n", "t", "1"}).AddScalarValue("160").Add(DType::kFloat32, {"400"});
  // (t - 400) / 160 + 1.
  CHECK(types.Infer("stft") == "Tensor[(n, floordiv(t + 80, 160) - 2, 201, 2), float32]");
}

TEST_CASE("mel_weight_matrix: triangles on the mel scale", "[ops]") {
  const auto matrix = [](int64_t bands, int64_t length, int64_t rate, double low, double high,
                         DType dtype = DType::kFloat32) {
    return TryRun(
        "mel_weight_matrix",
        {Scalar64(bands), Scalar64(length), Scalar64(rate), Of<float>({}, {low}), Of<float>({}, {high})},
        {{"dtype", dtype}});
  };
  // Bands of frequencies 0 to 4 and 1 to 9, with the peaks at 1 and 4.
  const auto result = matrix(2, 32, 8192, 0, 4096);
  REQUIRE(result.ok());
  const Doubles first = {0, 1, 2 / 3.0, 1 / 3.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const Doubles second = {0, 0, 1 / 3.0, 2 / 3.0, 1, 4 / 5.0, 3 / 5.0, 2 / 5.0, 1 / 5.0,
                          0, 0, 0,       0,       0, 0,       0,       0};
  REQUIRE((*result)[0].shape() == absl::MakeConstSpan(Index{17, 2}));
  for (size_t i = 0; i < 17; ++i) {
    CHECK((*result)[0]->As<float>()[2 * i] == Approx(first[i]));
    CHECK((*result)[0]->As<float>()[2 * i + 1] == Approx(second[i]));
  }
  CHECK(matrix(8, 16, 8192, 0, 4096, DType::kInt8).ok());
  for (const auto& bad :
       {matrix(8, 0, 8192, 0, 4096), matrix(-1, 16, 8192, 0, 4096), matrix(8, 16, 0, 0, 4096),
        matrix(8, 16, 8192, -5, 4096), matrix(8, 16, 8192, 4096, 0), matrix(8, 16, 8192, 0, 1e30),
        matrix(8, 16, 8192, 0, std::nan("")), matrix(8, 16, 8192, 0, 4096, DType::kBool)}) {
    CHECK(bad.status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("det: matrices, batches, singular and empty ones", "[ops]") {
  CHECK_THAT(Run("det", {Of<float>({2, 2}, {1, 2, 3, 4})}), AllClose(Of<float>({}, {-2}), 1e-6, 0));
  CHECK_THAT(Run("det", {Of<double>({3, 2, 2}, {1, 2, 3, 4, 0, 1, 1, 0, 2, 4, 1, 2})}),
             AllClose(Of<double>({3}, {-2, -1, 0}), 1e-12, 0));
  // A permutation of three has the sign of its swaps; the first pivot is 0.
  CHECK_THAT(Run("det", {Of<double>({3, 3}, {0, 0, 2, 3, 0, 0, 0, 5, 0})}),
             AllClose(Of<double>({}, {30}), 1e-12, 0));
  CHECK_THAT(Run("det", {Of<float>({2, 0, 0}, {})}), Equals(Of<float>({2}, {1, 1})));
  CHECK(Run("det", {Of<float>({0, 2, 2}, {})}).shape() == absl::MakeConstSpan(Index{0}));
  // The determinant of a product is the product of the determinants.
  const Tensor a = RandomTensor(DType::kFloat64, {6, 6}, 3), b = RandomTensor(DType::kFloat64, {6, 6}, 4);
  CHECK_THAT(Run("det", {Run("nn.matmul", {a, b})}),
             AllClose(Run("multiply", {Run("det", {a}), Run("det", {b})}), 1e-9, 1e-9));
  CHECK(Error("det", {Of<float>({2, 3}, Doubles(6))}).find("rows and columns") != std::string::npos);
  CHECK_FALSE(Error("det", {Of<float>({2}, {1, 2})}).empty());
}

}  // namespace
}  // namespace baton::test
