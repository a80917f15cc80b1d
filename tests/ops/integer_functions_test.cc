#include <cmath>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

TEST_CASE("bitwise operators: act on every bit of every integer type and on bool", "[ops]") {
  for (DType dtype : {DType::kInt8, DType::kInt16, DType::kInt32, DType::kInt64, DType::kUInt8,
                      DType::kUInt16, DType::kUInt32, DType::kUInt64}) {
    CAPTURE(DTypeName(dtype));
    const auto cast = [&](const Index& values) { return Run("cast", {Ints64(values)}, {{"dtype", dtype}}); };
    const Tensor a = cast({12, 0, 127});
    const Tensor b = cast({10, 5, 1});
    CHECK_THAT(Run("bitwise_and", {a, b}), Equals(cast({8, 0, 1})));
    CHECK_THAT(Run("bitwise_or", {a, b}), Equals(cast({14, 5, 127})));
    CHECK_THAT(Run("bitwise_xor", {a, b}), Equals(cast({6, 5, 126})));
    CHECK_THAT(Run("bitwise_not", {a}), Equals(cast({-13, -1, -128})));
  }
  const Tensor p = Of<Bool>({4}, {0, 0, 1, 1});
  const Tensor q = Of<Bool>({4}, {0, 1, 0, 1});
  CHECK_THAT(Run("bitwise_and", {p, q}), Equals(Of<Bool>({4}, {0, 0, 0, 1})));
  CHECK_THAT(Run("bitwise_or", {p, q}), Equals(Of<Bool>({4}, {0, 1, 1, 1})));
  CHECK_THAT(Run("bitwise_xor", {p, q}), Equals(Of<Bool>({4}, {0, 1, 1, 0})));
  CHECK_THAT(Run("bitwise_not", {p}), Equals(Of<Bool>({4}, {1, 1, 0, 0})));
}

TEST_CASE("bitwise operators: broadcast, and refuse floats", "[ops]") {
  CHECK_THAT(Run("bitwise_and", {Of<int32_t>({2, 1}, {1, 3}), Of<int32_t>({2}, {2, 3})}),
             Equals(Of<int32_t>({2, 2}, {0, 1, 2, 3})));
  CHECK(Error("bitwise_or", {Of<float>({}, {1}), Of<float>({}, {1})})
            .find("bitwise_or: input 0 has element type float32, expected an integer type or bool") == 0);
}

TEST_CASE("shifts: amounts of the width and beyond shift everything out", "[ops]") {
  CHECK_THAT(Run("left_shift", {Of<int8_t>({5}, {1, 3, -1, 1, 1}), Of<int8_t>({5}, {3, 6, 1, 7, 8})}),
             Equals(Of<int8_t>({5}, {8, -64, -2, -128, 0})));
  CHECK_THAT(Run("right_shift", {Of<int8_t>({5}, {64, -5, -5, 5, -1}), Of<int8_t>({5}, {3, 1, 100, 8, 7})}),
             Equals(Of<int8_t>({5}, {8, -3, -1, 0, -1})));
  CHECK_THAT(Run("right_shift", {Of<uint8_t>({2}, {255, 255}), Of<uint8_t>({2}, {7, 8})}),
             Equals(Of<uint8_t>({2}, {1, 0})));
  const Tensor wide = Run("left_shift", {Ints64({1, 1, 1}), Ints64({62, 63, 64})});
  CHECK_THAT(wide, Equals(Ints64({int64_t{1} << 62, INT64_MIN, 0})));
  CHECK_THAT(Run("right_shift", {Ints64({INT64_MIN}), Ints64({63})}), Equals(Ints64({-1})));
}

TEST_CASE("shifts: a negative amount is an error that names the operator", "[ops]") {
  for (const char* op : {"left_shift", "right_shift"}) {
    CHECK(Error(op, {Of<int32_t>({2}, {1, 2}), Of<int32_t>({2}, {1, -3})}) ==
          absl::StrCat(op, ": cannot shift by -3"));
    CHECK(Error(op, {Of<int32_t>({0}, {}), Of<int32_t>({1}, {-3})}).empty());
  }
}

TEST_CASE("trunc_divide: rounds toward zero; an integer zero divisor is an error", "[ops]") {
  CHECK_THAT(Run("trunc_divide", {Of<int32_t>({4}, {7, -7, 7, -7}), Of<int32_t>({4}, {2, 2, -2, -2})}),
             Equals(Of<int32_t>({4}, {3, -3, -3, 3})));
  CHECK_THAT(Run("trunc_divide", {Of<float>({3}, {7, -7, 1}), Of<float>({3}, {2, 2, 0})}),
             Equals(Of<float>({3}, {3, -3, INFINITY})));
  CHECK_THAT(Run("trunc_divide", {Of<int8_t>({1}, {-128}), Of<int8_t>({1}, {-1})}),
             Equals(Of<int8_t>({1}, {-128})));
  CHECK(Error("trunc_divide", {Ints64({1}), Ints64({0})}) == "trunc_divide: division by zero");
}

TEST_CASE("reinterpret: keeps the bits, refuses another width", "[ops]") {
  CHECK_THAT(Run("reinterpret", {Of<float>({2}, {1, -0.0})}, {{"dtype", DType::kInt32}}),
             Equals(Of<int32_t>({2}, {0x3f800000, INT32_MIN})));
  CHECK_THAT(Run("reinterpret", {Of<int16_t>({1}, {0x3c00})}, {{"dtype", DType::kFloat16}}),
             Equals(Of<Float16>({1}, {1})));
  CHECK(Error("reinterpret", {Of<float>({}, {1})}, {{"dtype", DType::kInt64}})
            .find("reinterpret: elements of float32 have 4 bytes, those of int64 have 8") == 0);
  CHECK(SymbolicTypes().Add(DType::kFloat32, {"n"}).Infer("reinterpret", {{"dtype", DType::kUInt32}}) ==
        "Tensor[(n), uint32]");
}

}  // namespace
}  // namespace baton::test
