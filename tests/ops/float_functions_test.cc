#include <cmath>

#include "tests/ops/op_support.h"

namespace baton::test {
namespace {

struct FunctionCase {
  const char* op;
  double (*exact)(double);
  double low;
  double high;
};
const FunctionCase kFunctions[] = {
    {"acos", [](double x) { return std::acos(x); }, -1, 1},
    {"acosh", [](double x) { return std::acosh(x); }, 1, 50},
    {"asin", [](double x) { return std::asin(x); }, -1, 1},
    {"asinh", [](double x) { return std::asinh(x); }, -50, 50},
    {"atan", [](double x) { return std::atan(x); }, -50, 50},
    {"atanh", [](double x) { return std::atanh(x); }, -0.99, 0.99},
    {"cosh", [](double x) { return std::cosh(x); }, -4, 4},
    {"sinh", [](double x) { return std::sinh(x); }, -4, 4},
    {"tan", [](double x) { return std::tan(x); }, -1.5, 1.5},
    {"log2", [](double x) { return std::log2(x); }, 1e-3, 1e3},
    {"log10", [](double x) { return std::log10(x); }, 1e-3, 1e3},
    {"rsqrt", [](double x) { return 1 / std::sqrt(x); }, 1e-3, 1e3},
    {"trunc", [](double x) { return std::trunc(x); }, -50, 50},
};

double RelativeStep(DType dtype) {
  switch (dtype) {
    case DType::kFloat64:
      return 1e-14;
    case DType::kFloat32:
      return 4e-7;
    case DType::kFloat16:
      return 2e-3;
    default:
      return 1e-2;
  }
}

TEST_CASE("float functions: agree with double arithmetic in every float type", "[ops]") {
  const FunctionCase& c = GENERATE(from_range(std::begin(kFunctions), std::end(kFunctions)));
  for (DType dtype : {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16}) {
    for (const Index& dims : {Index{}, Index{0}, Index{3, 5}, Index{67}}) {
      CAPTURE(c.op, DTypeName(dtype), dims);
      const Tensor data = RandomTensor(dtype, dims, 11, c.low, c.high);
      const Tensor exact = Run("cast", {data}, {{"dtype", DType::kFloat64}});
      for (double& x : exact.values<double>()) x = c.exact(x);
      const Tensor expected = Run("cast", {exact}, {{"dtype", dtype}});
      CHECK_THAT(Run(c.op, {data}), AllClose(expected, 1e-7, RelativeStep(dtype)));
    }
  }
}

TEST_CASE("float functions: NaN stays, values outside the domain give NaN", "[ops]") {
  for (const FunctionCase& c : kFunctions) {
    CAPTURE(c.op);
    CHECK(std::isnan(Run(c.op, {Of<float>({1}, {NAN})})->As<float>()[0]));
    CHECK(Error(c.op, {Of<int32_t>({1}, {1})}).find("expected a float type") != std::string::npos);
  }
  for (const char* op : {"acos", "asin", "atanh", "acosh", "log2", "log10", "rsqrt"}) {
    CHECK(std::isnan(Run(op, {Of<float>({1}, {-2})})->As<float>()[0]));
  }
  CHECK_THAT(Run("rsqrt", {Of<float>({2}, {0, INFINITY})}), Equals(Of<float>({2}, {INFINITY, 0})));
  CHECK_THAT(Run("log2", {Of<float>({3}, {0, 8, 0.25})}), Equals(Of<float>({3}, {-INFINITY, 3, -2})));
}

TEST_CASE("round: ties go to even or away from zero", "[ops]") {
  const Tensor data = Of<float>({6}, {0.5, 1.5, 2.5, -0.5, -2.5, 2.4});
  CHECK_THAT(Run("round", {data}), Equals(Of<float>({6}, {0, 2, 2, 0, -2, 2})));
  CHECK_THAT(Run("round", {data}, {{"ties", std::string("away")}}),
             Equals(Of<float>({6}, {1, 2, 3, -1, -3, 2})));
  CHECK_THAT(Run("round", {Of<Float16>({1}, {-1.5})}, {{"ties", std::string("away")}}),
             Equals(Of<Float16>({1}, {-2})));
  CHECK(Error("round", {data}, {{"ties", std::string("up")}}) ==
        "round: attribute 'ties' is 'up', expected even or away");
}

TEST_CASE("isfinite: neither infinite nor NaN", "[ops]") {
  CHECK_THAT(Run("isfinite", {Of<double>({4}, {1, INFINITY, -INFINITY, NAN})}),
             Equals(Of<Bool>({4}, {1, 0, 0, 0})));
  CHECK_THAT(Run("isfinite", {Of<BFloat16>({2}, {3, INFINITY})}), Equals(Of<Bool>({2}, {1, 0})));
}

}  // namespace
}  // namespace baton::test
