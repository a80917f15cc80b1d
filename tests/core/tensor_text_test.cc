#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "vm/core/tensor.h"

using baton::Bool;
using baton::Tensor;

namespace {

// 0, 1, 2, ... in the given shape.
Tensor Iota(absl::Span<const int64_t> dims) {
  const Tensor tensor = *Tensor::Allocate(baton::DType::kInt64, dims);
  std::iota(tensor.values<int64_t>().begin(), tensor.values<int64_t>().end(), 0);
  return tensor;
}

}  // namespace

TEST_CASE("tensor text: types have constant extents", "[core]") {
  CHECK(TypeString(*Iota({2, 3})) == "Tensor[(2, 3), int64]");
  CHECK(TypeString(*Tensor::Scalar(1.0f)) == "Tensor[(), float32]");
}

TEST_CASE("tensor text: values print as nested lists", "[core]") {
  CHECK(ValueString(*Tensor::Scalar(int32_t{-5})) == "-5");
  CHECK(ValueString(*Iota({3})) == "[0, 1, 2]");
  CHECK(ValueString(*Iota({2, 2})) == "[[0, 1], [2, 3]]");
  CHECK(ValueString(*Iota({2, 1, 2})) == "[[[0, 1]], [[2, 3]]]");
  CHECK(ValueString(*Iota({1, 1, 1, 1, 1, 1, 1, 1})) == "[[[[[[[[0]]]]]]]]");
}

TEST_CASE("tensor text: elements print by type", "[core]") {
  CHECK(ValueString(*Tensor::FromValues<Bool>({2}, {Bool(true), Bool(false)})) == "[True, False]");
  CHECK(ValueString(*Tensor::FromValues<int8_t>({2}, {-128, 65})) == "[-128, 65]");
  CHECK(ValueString(*Tensor::FromValues<uint8_t>({1}, {255})) == "[255]");
  CHECK(ValueString(*Tensor::Scalar(UINT64_MAX)) == "18446744073709551615");
  CHECK(ValueString(*Tensor::Scalar(INT64_MIN)) == "-9223372036854775808");
  CHECK(ValueString(*Tensor::FromValues<float>({4}, {0.1f, 1, -INFINITY, NAN})) == "[0.1, 1, -inf, nan]");
  CHECK(ValueString(*Tensor::Scalar(0.1)) == "0.1");
  CHECK(ValueString(*Tensor::Scalar(baton::Float16(0.1f))) == "0.1");
  CHECK(ValueString(*Tensor::Scalar(baton::BFloat16(1.5f))) == "1.5");
}

TEST_CASE("tensor text: large tensors are shortened", "[core]") {
  CHECK(ValueString(*Iota({8}), 7) == "[0, 1, 2, ..., 5, 6, 7]");
  CHECK(ValueString(*Iota({8}), 8) == "[0, 1, 2, 3, 4, 5, 6, 7]");
  CHECK(ValueString(*Iota({6}), 1) == "[0, 1, 2, 3, 4, 5]");
  CHECK(ValueString(*Iota({2, 8}), 10) == "[[0, 1, 2, ..., 5, 6, 7], [8, 9, 10, ..., 13, 14, 15]]");
  CHECK(ValueString(*Iota({1001})) == "[0, 1, 2, ..., 998, 999, 1000]");
  CHECK(ValueString(*Iota({7, 1}), 3) == "[[0], [1], [2], ..., [4], [5], [6]]");
}

TEST_CASE("tensor text: tensors without elements show their rows", "[core]") {
  CHECK(ValueString(*Iota({0})) == "[]");
  CHECK(ValueString(*Iota({2, 0})) == "[[], []]");
  CHECK(ValueString(*Iota({0, 2})) == "[]");
  CHECK(ValueString(*Iota({int64_t{1} << 40, 0})) == "[[], [], [], ..., [], [], []]");
}
