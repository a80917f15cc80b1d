#include "tools/tensor_text.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "tools/exit_codes.h"

namespace baton {
namespace {

std::string Parsed(absl::string_view text, DType dtype, const Shape& shape) {
  const absl::StatusOr<Tensor> tensor = ParseTensorText(text, {dtype, shape});
  if (!tensor.ok()) {
    CHECK(IsUsageError(tensor.status()));
    return std::string(tensor.status().message());
  }
  return TypeString(**tensor) + " " + ValueString(**tensor);
}

TEST_CASE("tensor text: scalars take the input's element type", "[tools]") {
  CHECK(Parsed("16000", DType::kInt64, {}) == "Tensor[(), int64] 16000");
  CHECK(Parsed("-0.5", DType::kFloat32, {}) == "Tensor[(), float32] -0.5");
  CHECK(Parsed("1e300", DType::kFloat64, {}) == "Tensor[(), float64] 1e+300");
  CHECK(Parsed("0.5", DType::kFloat16, {}) == "Tensor[(), float16] 0.5");
  CHECK(Parsed("2", DType::kBFloat16, {}) == "Tensor[(), bfloat16] 2");
  CHECK(Parsed("true", DType::kBool, {}) == "Tensor[(), bool] True");
  CHECK(Parsed("nan", DType::kFloat32, {}) == "Tensor[(), float32] nan");
  CHECK(Parsed("18446744073709551615", DType::kUInt64, {}) == "Tensor[(), uint64] 18446744073709551615");
}

TEST_CASE("tensor text: lists fill rank 1", "[tools]") {
  CHECK(Parsed("1,2,3", DType::kInt32, {3}) == "Tensor[(3), int32] [1, 2, 3]");
  CHECK(Parsed("1, 2", DType::kInt32, {Dim::Symbol("n")}) == "Tensor[(2), int32] [1, 2]");
  CHECK(Parsed("1,2", DType::kInt32, {3}) == "has 2 value(s), expected 3");
}

TEST_CASE("tensor text: one value fills any shape of ones", "[tools]") {
  CHECK(Parsed("7", DType::kInt64, {1}) == "Tensor[(1), int64] [7]");
  CHECK(Parsed("7", DType::kInt64, {1, Dim::Symbol("batch")}) == "Tensor[(1, 1), int64] [[7]]");
  CHECK(Parsed("7,8", DType::kInt64, {}) == "has 2 value(s), expected 1");
  CHECK(absl::StrContains(Parsed("7", DType::kInt64, {2, 2}), "in a file"));
}

TEST_CASE("tensor text: of unknown rank, the text decides", "[tools]") {
  CHECK(Parsed("7", DType::kInt64, Shape::Unranked()) == "Tensor[(), int64] 7");
  CHECK(Parsed("7,8", DType::kInt64, Shape::Unranked()) == "Tensor[(2), int64] [7, 8]");
}

TEST_CASE("tensor text: values out of range and other text are refused", "[tools]") {
  CHECK(Parsed("128", DType::kInt8, {}) == "'128' is not a value of type int8");
  CHECK(Parsed("-1", DType::kUInt32, {}) == "'-1' is not a value of type uint32");
  CHECK(Parsed("1.5", DType::kInt64, {}) == "'1.5' is not a value of type int64");
  CHECK(Parsed("maybe", DType::kBool, {}) == "'maybe' is not a value of type bool");
  CHECK(Parsed("", DType::kFloat32, {}) == "'' is not a value of type float32");
}

TEST_CASE("tensor text: a small tensor is printed on one line", "[tools]") {
  CHECK(FormatTensor("p", *Tensor::FromValues<float>({1, 1}, {0.25f})) ==
        "p: Tensor[(1, 1), float32] = [[0.25]]\n");
  CHECK(FormatTensor("n", *Tensor::Scalar<int64_t>(3)) == "n: Tensor[(), int64] = 3\n");
}

TEST_CASE("tensor text: an integer matrix is printed in aligned rows", "[tools]") {
  CHECK(FormatTensor("m", *Tensor::FromValues<int32_t>({2, 2}, {1, -20, 300, 4})) ==
        "m: Tensor[(2, 2), int32] =\n[[  1, -20],\n [300,   4]]\n");
  CHECK(FormatTensor("m", *Tensor::FromValues<uint8_t>({2, 1}, {1, 200})) ==
        "m: Tensor[(2, 1), uint8] =\n[[  1],\n [200]]\n");
}

TEST_CASE("tensor text: floats are shortened above 100 elements, integers above 2000", "[tools]") {
  const auto is_short = [](DType dtype, int64_t extent) {
    const Tensor tensor = Tensor::Allocate(dtype, {extent}).value();
    std::fill_n(tensor->As<char>(), tensor->num_bytes(), '\0');
    return absl::StrContains(FormatTensor("t", *tensor), "...");
  };
  CHECK_FALSE(is_short(DType::kFloat32, 100));
  CHECK(is_short(DType::kFloat32, 101));
  CHECK_FALSE(is_short(DType::kInt64, 2000));
  CHECK(is_short(DType::kInt64, 2001));
  CHECK_FALSE(is_short(DType::kBool, 2000));
}

TEST_CASE("tensor text: empty tensors are printed", "[tools]") {
  CHECK(FormatTensor("e", *Tensor::Allocate(DType::kInt64, {0}).value()) == "e: Tensor[(0), int64] = []\n");
  CHECK(absl::StartsWith(FormatTensor("e", *Tensor::Allocate(DType::kInt64, {2, 0}).value()),
                         "e: Tensor[(2, 0), int64] ="));
}

}  // namespace
}  // namespace baton
