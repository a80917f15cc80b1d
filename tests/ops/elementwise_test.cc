#include <cmath>

#include "tests/ops/op_support.h"

namespace baton::test {
namespace {

using Function1 = double (*)(double);
using Function2 = double (*)(double, double);

constexpr DType kFloats[] = {DType::kFloat32, DType::kFloat64, DType::kFloat16, DType::kBFloat16};
constexpr DType kIntegers[] = {DType::kInt8,  DType::kInt16,  DType::kInt32,  DType::kInt64,
                               DType::kUInt8, DType::kUInt16, DType::kUInt32, DType::kUInt64};

// A few units in the last place of results below 100.
double Tolerance(DType dtype) {
  switch (dtype) {
    case DType::kFloat64:
      return 1e-13;
    case DType::kFloat32:
      return 1e-6;
    case DType::kFloat16:
      return 1e-3;
    case DType::kBFloat16:
      return 8e-3;
    default:
      return 0;
  }
}

// The result type's tensor of `function` over the elements as doubles.
Tensor Map(const Tensor& data, DType result_type, Function1 function) {
  Tensor result = Tensor::Allocate(result_type, data.shape()).value();
  VisitDType(data.dtype(), [&](auto from) {
    VisitDType(result_type, [&](auto to) {
      for (int64_t i = 0; i < data.num_elements(); ++i) {
        const double x = Convert<double>(data->As<decltype(from)>()[i]);
        result->As<decltype(to)>()[i] = Convert<decltype(to)>(function(x));
      }
    });
  });
  return result;
}

Tensor Zip(const Tensor& a, const Tensor& b, const Index& dims, DType result_type, Function2 function) {
  Tensor result = Tensor::Allocate(result_type, dims).value();
  const Index a_dims(a.shape().begin(), a.shape().end());
  const Index b_dims(b.shape().begin(), b.shape().end());
  VisitDType(a.dtype(), [&](auto from) {
    VisitDType(result_type, [&](auto to) {
      using T = decltype(from);
      int64_t next = 0;
      ForEachIndex(dims, [&](const Index& index) {
        const double x = Convert<double>(a->As<T>()[BroadcastOffset(a_dims, index)]);
        const double y = Convert<double>(b->As<T>()[BroadcastOffset(b_dims, index)]);
        result->As<decltype(to)>()[next++] = Convert<decltype(to)>(function(x, y));
      });
    });
  });
  return result;
}

struct UnaryCase {
  const char* op;
  Function1 function;
  double low = -4;
  bool integers = false;
};
const UnaryCase kUnary[] = {
    {"negative", [](double x) { return -x; }},
    {"abs", [](double x) { return std::abs(x); }, -4, true},
    {"sign", [](double x) { return double((x > 0) - (x < 0)); }, -4, true},
    {"sqrt", [](double x) { return std::sqrt(x); }, 0},
    {"exp", [](double x) { return std::exp(x); }},
    {"log", [](double x) { return std::log(x); }, 0.1},
    {"floor", [](double x) { return std::floor(x); }},
    {"ceil", [](double x) { return std::ceil(x); }},
    {"round", [](double x) { return std::nearbyint(x); }},
    {"erf", [](double x) { return std::erf(x); }},
    {"sin", [](double x) { return std::sin(x); }},
    {"cos", [](double x) { return std::cos(x); }},
    {"tanh", [](double x) { return std::tanh(x); }},
    {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }},
    {"nn.relu", [](double x) { return std::max(x, 0.0); }, -4, true},
    {"nn.leaky_relu", [](double x) { return x < 0 ? 0.01 * x : x; }},
};
const std::vector<Index> kShapes = {{}, {0}, {1}, {3}, {33}, {2, 0, 3}, {5, 7, 3}, {1, 1}, {67}};

TEST_CASE("elementwise: unary operators agree with double arithmetic", "[ops]") {
  const UnaryCase& c = GENERATE(from_range(std::begin(kUnary), std::end(kUnary)));
  uint32_t seed = 1;
  for (const Index& dims : kShapes) {
    for (DType dtype : kFloats) {
      CAPTURE(c.op, DTypeName(dtype), dims);
      const Tensor data = RandomTensor(dtype, dims, ++seed, c.low, 4);
      CHECK_THAT(Run(c.op, {data}),
                 AllClose(Map(data, dtype, c.function), Tolerance(dtype), Tolerance(dtype)));
    }
    for (DType dtype : kIntegers) {
      if (!c.integers) continue;
      CAPTURE(c.op, DTypeName(dtype), dims);
      const Tensor data = RandomTensor(dtype, dims, ++seed, -100, 100);
      CHECK_THAT(Run(c.op, {data}), Equals(Map(data, dtype, c.function)));
    }
  }
}

struct BinaryCase {
  const char* op;
  Function2 function;
  bool comparison = false;
};
double FloorMod(double a, double b) {
  return a - b * std::floor(a / b);
}
const BinaryCase kBinary[] = {
    {"add", [](double a, double b) { return a + b; }},
    {"subtract", [](double a, double b) { return a - b; }},
    {"multiply", [](double a, double b) { return a * b; }},
    {"minimum", [](double a, double b) { return std::min(a, b); }},
    {"maximum", [](double a, double b) { return std::max(a, b); }},
    {"equal", [](double a, double b) { return double(a == b); }, true},
    {"not_equal", [](double a, double b) { return double(a != b); }, true},
    {"less", [](double a, double b) { return double(a < b); }, true},
    {"less_equal", [](double a, double b) { return double(a <= b); }, true},
    {"greater", [](double a, double b) { return double(a > b); }, true},
    {"greater_equal", [](double a, double b) { return double(a >= b); }, true},
};
// Division: quotients of small integers, never by zero.
const BinaryCase kDivisions[] = {
    {"mod", [](double a, double b) { return std::fmod(a, b); }},
    {"floor_mod", FloorMod},
    {"floor_divide", [](double a, double b) { return std::floor(a / b); }},
};

struct Broadcast {
  Index a, b, result;
};
const std::vector<Broadcast> kBroadcasts = {
    {{}, {}, {}},
    {{5}, {5}, {5}},
    {{67}, {67}, {67}},
    {{19}, {}, {19}},
    {{}, {19}, {19}},
    {{3, 1}, {1, 5}, {3, 5}},
    {{2, 3, 4}, {3, 1}, {2, 3, 4}},
    {{4}, {2, 3, 4}, {2, 3, 4}},
    {{2, 1, 4, 1}, {3, 1, 5}, {2, 3, 4, 5}},
    {{0}, {1}, {0}},
    {{2, 0}, {2, 1}, {2, 0}},
    {{1, 1}, {1}, {1, 1}},
    {{2, 1, 3, 1, 2}, {2, 2, 1, 2, 1}, {2, 2, 3, 2, 2}},
};

TEST_CASE("elementwise: binary operators broadcast and agree with double arithmetic", "[ops]") {
  const BinaryCase& c = GENERATE(from_range(std::begin(kBinary), std::end(kBinary)));
  uint32_t seed = 1;
  for (const Broadcast& shapes : kBroadcasts) {
    for (const auto& dtypes : {absl::MakeConstSpan(kFloats), absl::MakeConstSpan(kIntegers)}) {
      for (DType dtype : dtypes) {
        CAPTURE(c.op, DTypeName(dtype), shapes.a, shapes.b);
        const double low = IsUnsigned(dtype) ? 0 : -4;
        const Tensor a = RandomTensor(dtype, shapes.a, ++seed, low, 4);
        const Tensor b = RandomTensor(dtype, shapes.b, ++seed, low, 4);
        const bool wraps = IsUnsigned(dtype) && c.op == std::string("subtract");
        if (wraps) continue;
        const DType result = c.comparison ? DType::kBool : dtype;
        CHECK_THAT(Run(c.op, {a, b}), AllClose(Zip(a, b, shapes.result, result, c.function), Tolerance(dtype),
                                               Tolerance(dtype)));
      }
    }
  }
}

TEST_CASE("elementwise: divisions agree with double arithmetic", "[ops]") {
  const BinaryCase& c = GENERATE(from_range(std::begin(kDivisions), std::end(kDivisions)));
  uint32_t seed = 1;
  for (const Broadcast& shapes : kBroadcasts) {
    for (const auto& dtypes : {absl::MakeConstSpan(kFloats), absl::MakeConstSpan(kIntegers)}) {
      for (DType dtype : dtypes) {
        CAPTURE(c.op, DTypeName(dtype), shapes.a, shapes.b);
        // Whole numbers, so that no rounding moves a quotient across an integer.
        const Tensor a =
            Run("cast",
                {RandomTensor(IsUnsigned(dtype) ? DType::kUInt8 : DType::kInt8, shapes.a, ++seed, -100, 100)},
                {{"dtype", dtype}});
        const Tensor b =
            Run("cast", {RandomTensor(DType::kInt8, shapes.b, ++seed, 1, 9)}, {{"dtype", dtype}});
        CHECK_THAT(Run(c.op, {a, b}), Equals(Zip(a, b, shapes.result, dtype, c.function)));
      }
    }
  }
}

TEST_CASE("elementwise: divide truncates integers and divides floats", "[ops]") {
  CHECK_THAT(Run("divide", {Of<int32_t>({4}, {7, -7, 7, -7}), Of<int32_t>({4}, {2, 2, -2, -2})}),
             Equals(Of<int32_t>({4}, {3, -3, -3, 3})));
  CHECK_THAT(Run("divide", {Of<uint8_t>({1}, {255}), Of<uint8_t>({1}, {2})}),
             Equals(Of<uint8_t>({1}, {127})));
  CHECK_THAT(Run("divide", {Of<float>({3}, {1, -1, 0}), Of<float>({1}, {0})}),
             Equals(Of<float>({3}, {INFINITY, -INFINITY, NAN})));
}

TEST_CASE("elementwise: logical operators follow their truth tables", "[ops]") {
  const Tensor a = Of<Bool>({4}, {0, 0, 1, 1});
  const Tensor b = Of<Bool>({4}, {0, 1, 0, 1});
  CHECK_THAT(Run("logical_and", {a, b}), Equals(Of<Bool>({4}, {0, 0, 0, 1})));
  CHECK_THAT(Run("logical_or", {a, b}), Equals(Of<Bool>({4}, {0, 1, 1, 1})));
  CHECK_THAT(Run("logical_xor", {a, b}), Equals(Of<Bool>({4}, {0, 1, 1, 0})));
  CHECK_THAT(Run("logical_not", {a}), Equals(Of<Bool>({4}, {1, 1, 0, 0})));
  CHECK_THAT(Run("equal", {a, b}), Equals(Of<Bool>({4}, {1, 0, 0, 1})));
}

TEST_CASE("elementwise: every non-zero byte of a bool is true", "[ops]") {
  Tensor data = Of<Bool>({2}, {1, 1});
  data->As<uint8_t>()[0] = 0x80;
  CHECK_THAT(Run("logical_not", {data}), Equals(Of<Bool>({2}, {0, 0})));
  CHECK_THAT(Run("equal", {data, Of<Bool>({1}, {1})}), Equals(Of<Bool>({2}, {1, 1})));
  CHECK_THAT(Run("cast", {data}, {{"dtype", DType::kInt32}}), Equals(Of<int32_t>({2}, {1, 1})));
}

TEST_CASE("where: selects with three-way broadcasting for every element type", "[ops]") {
  const Tensor condition = Of<Bool>({2, 1}, {1, 0});
  for (int code = 0; code < kNumDTypes; ++code) {
    const DType dtype = static_cast<DType>(code);
    CAPTURE(DTypeName(dtype));
    const Tensor x = Run("cast", {Of<float>({3}, {0, 1, 2})}, {{"dtype", dtype}});
    const Tensor y = Run("cast", {Of<float>({1, 1}, {1})}, {{"dtype", dtype}});
    const Tensor expected = Run("cast", {Of<float>({2, 3}, {0, 1, 2, 1, 1, 1})}, {{"dtype", dtype}});
    CHECK_THAT(Run("where", {condition, x, y}), Equals(expected));
  }
}

TEST_CASE("clip: bounds are optional, max wins, NaN stays", "[ops]") {
  const Tensor data = Of<float>({4}, {-2, 0.5, 3, NAN});
  const Tensor low = Of<float>({}, {0});
  const Tensor high = Of<float>({1}, {1});
  CHECK_THAT(Run("clip", {data, low, high}), Equals(Of<float>({4}, {0, 0.5, 1, NAN})));
  CHECK_THAT(Run("clip", {data, low}), Equals(Of<float>({4}, {0, 0.5, 3, NAN})));
  CHECK_THAT(Run("clip", {data, Tensor(), high}), Equals(Of<float>({4}, {-2, 0.5, 1, NAN})));
  CHECK_THAT(Run("clip", {data}), Equals(data));
  CHECK_THAT(Run("clip", {Of<int8_t>({2}, {-5, 5}), Of<int8_t>({}, {3}), Of<int8_t>({}, {1})}),
             Equals(Of<int8_t>({2}, {1, 1})));
  CHECK(Error("clip", {data, Of<float>({2}, {0, 1})}) ==
        "clip: the extent of min and 1 must be equal, found 2 and 1 (data Tensor[(4), float32], min "
        "Tensor[(2), "
        "float32])");
}

TEST_CASE("power: the result has the type of the base", "[ops]") {
  CHECK_THAT(Run("power", {Of<float>({3}, {2, 3, 4}), Of<float>({3}, {3, 2, 0.5})}),
             AllClose(Of<float>({3}, {8, 9, 2}), 0, 1e-6));
  CHECK_THAT(Run("power", {Of<int32_t>({3}, {2, 3, -2}), Of<float>({3}, {3, 2, 3})}),
             Equals(Of<int32_t>({3}, {8, 9, -8})));
  CHECK_THAT(Run("power", {Of<float>({2}, {2, 3}), Of<int64_t>({1}, {3})}), Equals(Of<float>({2}, {8, 27})));
  CHECK_THAT(Run("power", {Of<int64_t>({2, 1}, {3, -1}), Of<int64_t>({3}, {0, 1, 3})}),
             Equals(Of<int64_t>({2, 3}, {1, 3, 27, 1, -1, -1})));
  CHECK_THAT(Run("power", {Of<int32_t>({3}, {2, 1, -1}), Of<int32_t>({1}, {-1})}),
             Equals(Of<int32_t>({3}, {0, 1, -1})));
  CHECK_THAT(Run("power", {Of<int8_t>({1}, {2}), Of<int8_t>({1}, {9})}), Equals(Of<int8_t>({1}, {0})));
  CHECK_THAT(Run("power", {Of<Float16>({1}, {3}), Of<Float16>({1}, {2})}), Equals(Of<Float16>({1}, {9})));
}

TEST_CASE("isnan, isinf: classify each element", "[ops]") {
  const Tensor data = Of<float>({4}, {NAN, INFINITY, -INFINITY, 1});
  CHECK_THAT(Run("isnan", {data}), Equals(Of<Bool>({4}, {1, 0, 0, 0})));
  CHECK_THAT(Run("isinf", {data}), Equals(Of<Bool>({4}, {0, 1, 1, 0})));
  CHECK_THAT(Run("isinf", {data}, {{"detect_negative", false}}), Equals(Of<Bool>({4}, {0, 1, 0, 0})));
  CHECK_THAT(Run("isinf", {data}, {{"detect_positive", false}}), Equals(Of<Bool>({4}, {0, 0, 1, 0})));
  CHECK_THAT(Run("isinf", {Of<Float16>({2}, {1e9, 1})}), Equals(Of<Bool>({2}, {1, 0})));
}

TEST_CASE("nn.leaky_relu: alpha scales what is below zero", "[ops]") {
  CHECK_THAT(Run("nn.leaky_relu", {Of<double>({3}, {-2, 0, 3})}, {{"alpha", 0.5}}),
             Equals(Of<double>({3}, {-1, 0, 3})));
}

TEST_CASE("nn.prelu: alpha broadcasts to data, a vector along axis", "[ops]") {
  const Tensor data = Of<float>({1, 2, 2}, {-1, 2, -3, -4});
  CHECK_THAT(Run("nn.prelu", {data, Of<float>({2}, {2, 10})}),
             Equals(Of<float>({1, 2, 2}, {-2, 2, -6, -40})));
  CHECK_THAT(Run("nn.prelu", {data, Of<float>({2}, {2, 10})}, {{"axis", int64_t{1}}}),
             Equals(Of<float>({1, 2, 2}, {-2, 2, -30, -40})));
  CHECK_THAT(Run("nn.prelu", {data, Of<float>({2, 1}, {2, 10})}),
             Equals(Of<float>({1, 2, 2}, {-2, 2, -30, -40})));
  CHECK_THAT(Run("nn.prelu", {data, Of<float>({}, {2})}), Equals(Of<float>({1, 2, 2}, {-2, 2, -6, -8})));
  CHECK(Error("nn.prelu", {Of<float>({1}, {1}), Of<float>({3}, {1, 1, 1})}) ==
        "nn.prelu: data's extent and alpha's broadcast to it must be equal, found 3 and 1 (data Tensor[(1), "
        "float32], "
        "alpha Tensor[(3), float32])");
}

}  // namespace
}  // namespace baton::test
