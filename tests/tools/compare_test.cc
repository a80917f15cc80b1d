#include "tools/compare.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace baton {
namespace {

template <typename T>
bool Close(T got, T expected, Tolerance tolerance = {}) {
  return CompareTensors(*Tensor::Scalar<T>(got), *Tensor::Scalar<T>(expected), tolerance).ok();
}

TEST_CASE("compare: floats are close within absolute + relative * |expected|", "[tools]") {
  const Tolerance tolerance = {0.01, 0.5};
  CHECK(Close<double>(101.5, 100, tolerance));
  CHECK_FALSE(Close<double>(101.51, 100, tolerance));
  CHECK(Close<double>(-101.5, -100, tolerance));
  CHECK(Close<float>(0.5f, 0, tolerance));
  CHECK_FALSE(Close<float>(-0.51f, 0, tolerance));
  CHECK(Close(Float16(1.0f), Float16(1.25f), tolerance));
  CHECK_FALSE(Close(BFloat16(1.0f), BFloat16(2.0f), tolerance));
}

TEST_CASE("compare: NaN is NaN, and an infinity only itself", "[tools]") {
  const float nan = std::nanf(""), infinity = std::numeric_limits<float>::infinity();
  CHECK(Close(nan, nan));
  CHECK_FALSE(Close(nan, 0.0f));
  CHECK_FALSE(Close(0.0f, nan));
  CHECK(Close(infinity, infinity));
  CHECK_FALSE(Close(infinity, -infinity));
  CHECK_FALSE(Close(1.0f, infinity));
  CHECK_FALSE(Close(infinity, 1.0f));
}

TEST_CASE("compare: integers are exact unless an absolute tolerance says otherwise", "[tools]") {
  CHECK(Close<int64_t>(1000000, 1000000));
  CHECK_FALSE(Close<int64_t>(1000001, 1000000));
  CHECK(Close<uint8_t>(3, 4, {0, 1}));
  CHECK_FALSE(Close<int64_t>(INT64_MIN, INT64_MAX, {0, 1}));
  CHECK_FALSE(Close<uint64_t>(0, UINT64_MAX));
}

TEST_CASE("compare: booleans agree by truth", "[tools]") {
  Bool two;
  two.byte = 2;
  CHECK(Close(two, Bool(true)));
  CHECK_FALSE(Close(Bool(false), Bool(true), {1, 1}));
}

TEST_CASE("compare: element type and shape must be the same", "[tools]") {
  const Tensor a = Tensor::FromValues<float>({2}, {1, 2}), b = Tensor::FromValues<float>({1, 2}, {1, 2});
  CHECK(CompareTensors(*a, *b, {}).message() == "got Tensor[(2), float32], expected Tensor[(1, 2), float32]");
  CHECK_FALSE(CompareTensors(*Tensor::Scalar<int32_t>(1), *Tensor::Scalar<int64_t>(1), {}).ok());
}

TEST_CASE("compare: a difference is reported with its place", "[tools]") {
  const Tensor got = Tensor::FromValues<float>({2, 3}, {1, 2, 3, 4, 5.5f, 7});
  const Tensor expected = Tensor::FromValues<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK(CompareTensors(*got, *expected, {}).message() ==
        "2 of 6 elements differ, first at [1, 1]: got 5.5, expected 5");
}

TEST_CASE("compare: tensors without elements are equal", "[tools]") {
  const Tensor empty = Tensor::Allocate(DType::kFloat32, {0, 2}).value();
  CHECK(CompareTensors(*empty, *empty, {}).ok());
}

}  // namespace
}  // namespace baton
