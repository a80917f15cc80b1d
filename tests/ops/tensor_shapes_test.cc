#include <cmath>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

TEST_CASE("nn.pad: symmetric repeats the edge", "[ops]") {
  const Attributes symmetric = {{"mode", std::string("symmetric")}};
  CHECK_THAT(Run("nn.pad", {Of<float>({3}, {1, 2, 3}), Ints64({3, 2})}, symmetric),
             Equals(Of<float>({8}, {3, 2, 1, 1, 2, 3, 3, 2})));
  CHECK_THAT(Run("nn.pad", {Of<int8_t>({2, 1}, {1, 2}), Ints64({0, 1, 1, 0})}, symmetric),
             Equals(Of<int8_t>({3, 2}, {1, 1, 2, 2, 2, 2})));
  CHECK(Error("nn.pad", {Of<float>({3}, {1, 2, 3}), Ints64({4, 0})}, symmetric)
            .find("extent for mode symmetric must be at least 4, found 3") != std::string::npos);
}

TEST_CASE("collapse_sum_to: undoes broadcasting", "[ops]") {
  const Tensor data = Of<int32_t>({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK_THAT(Run("collapse_sum_to", {data, Ints64({3})}), Equals(Of<int32_t>({3}, {22, 26, 30})));
  CHECK_THAT(Run("collapse_sum_to", {data, Ints64({2, 1})}), Equals(Of<int32_t>({2, 1}, {30, 48})));
  CHECK_THAT(Run("collapse_sum_to", {data, Ints64({2, 1, 1})}), Equals(Of<int32_t>({2, 1, 1}, {21, 57})));
  CHECK_THAT(Run("collapse_sum_to", {data, Ints64({})}), Equals(Of<int32_t>({}, {78})));
  CHECK_THAT(Run("collapse_sum_to", {data, Ints64({2, 2, 3})}), Equals(data));
  CHECK_THAT(Run("collapse_sum_to", {Of<float>({0, 2}, {}), Ints64({1, 2})}),
             Equals(Of<float>({1, 2}, {0, 0})));
  CHECK(Error("collapse_sum_to", {data, Ints64({2})}).find("do not broadcast") != std::string::npos);
  CHECK(Error("collapse_sum_to", {Of<int32_t>({1}, {1}), Ints64({3})}).find("must be equal, found 3 and 1") !=
        std::string::npos);
  CHECK(Error("collapse_sum_to", {data, Ints64({1, 1, 1, 1})}).find("shape has 4 elements") !=
        std::string::npos);
  CHECK(SymbolicTypes().Add(DType::kFloat32, {"n", "4"}).AddValue({"1", "4"}).Infer("collapse_sum_to") ==
        "Tensor[(1, 4), float32]");
}

TEST_CASE("nn.adaptive_avg_pool, nn.adaptive_max_pool: parts of nearly equal size", "[ops]") {
  const Tensor line = Of<float>({1, 2, 5}, {1, 2, 3, 4, 5, 10, 20, 30, 40, 50});
  CHECK_THAT(Run("nn.adaptive_avg_pool", {line, Ints64({2})}), Equals(Of<float>({1, 2, 2}, {2, 4, 20, 40})));
  CHECK_THAT(Run("nn.adaptive_max_pool", {line, Ints64({2})}), Equals(Of<float>({1, 2, 2}, {3, 5, 30, 50})));
  CHECK(Run("nn.adaptive_max_pool", {line, Ints64({7})})->As<float>()[1] == 2);
  const Tensor image = Of<double>({1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, NAN});
  CHECK_THAT(Run("nn.adaptive_avg_pool", {image, Ints64({1, 2})}),
             Equals(Of<double>({1, 1, 1, 2}, {3.5, NAN})));
  CHECK_THAT(Run("nn.adaptive_max_pool", {image, Ints64({2, 2})}),
             Equals(Of<double>({1, 1, 2, 2}, {2, 4, 6, NAN})));
  const Tensor volume = RandomTensor(DType::kFloat32, {2, 3, 2, 3, 4}, 6);
  CHECK_THAT(Run("nn.adaptive_max_pool", {volume, Ints64({2, 3, 4})}), Equals(volume));
}

TEST_CASE("nn.adaptive_avg_pool, nn.adaptive_max_pool: sizes must fit", "[ops]") {
  for (const char* op : {"nn.adaptive_avg_pool", "nn.adaptive_max_pool"}) {
    CHECK(Error(op, {Of<float>({1, 1, 2}, {1, 2}), Ints64({1, 1})}).find("as many as output_size") !=
          std::string::npos);
    CHECK(Error(op, {Of<float>({1, 1, 0}, {}), Ints64({1})}).find("must be at least 1, found 0") !=
          std::string::npos);
    CHECK(Run(op, {Of<float>({1, 1, 2}, {1, 2}), Ints64({0})}).num_elements() == 0);
    CHECK(SymbolicTypes().Add(DType::kFloat32, {"n", "c", "h"}).AddValue({"k"}).Infer(op) ==
          "Tensor[(n, c, k), float32]");
  }
}

TEST_CASE("nn.dilate: puts elements between", "[ops]") {
  CHECK_THAT(Run("nn.dilate", {Of<float>({2, 2}, {1, 2, 3, 4})},
                 {{"strides", Index{1, 3}}, {"dilation_value", -1.0}}),
             Equals(Of<float>({2, 4}, {1, -1, -1, 2, 3, -1, -1, 4})));
  CHECK_THAT(Run("nn.dilate", {Of<int8_t>({0}, {})}, {{"strides", Index{2}}}), Equals(Of<int8_t>({0}, {})));
  CHECK(Error("nn.dilate", {Of<float>({1}, {1})}, {{"strides", Index{0}}}) ==
        "nn.dilate: stride 0 is not positive");
  CHECK(
      Error("nn.dilate", {Of<float>({1}, {1})}, {{"strides", Index{1, 1}}}).find("has rank 1, expected 2") !=
      std::string::npos);
}

}  // namespace
}  // namespace baton::test
