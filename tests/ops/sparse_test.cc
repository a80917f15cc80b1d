#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

constexpr DType kI64 = DType::kInt64;

Tensor Tuples(int64_t rank, const Index& values) {
  return Tensor::FromValues<int64_t>({static_cast<int64_t>(values.size()) / rank, rank}, values);
}

std::vector<Tensor> RunAll(const char* op, const std::vector<Tensor>& inputs) {
  auto results = TryRun(op, inputs);
  INFO(results.status());
  REQUIRE(results.ok());
  return *results;
}

TEST_CASE("sparse_to_dense: entries in a filled tensor", "[ops]") {
  CHECK_THAT(Run("sparse_to_dense",
                 {Tuples(2, {0, 0, 1, 2}), Ints64({2, 3}), Of<float>({2}, {5, 7}), Of<float>({}, {-1})}),
             Equals(Of<float>({2, 3}, {5, -1, -1, -1, -1, 7})));
  CHECK_THAT(Run("sparse_to_dense", {Ints64({1, 3}), Ints64({4}), Of<int32_t>({}, {9})}),
             Equals(Of<int32_t>({4}, {0, 9, 0, 9})));
  CHECK_THAT(Run("sparse_to_dense",
                 {Tensor::Scalar<int32_t>(2), Of<int32_t>({1}, {3}), Of<Bool>({}, {1}), Of<Bool>({1}, {0})}),
             Equals(Of<Bool>({3}, {0, 0, 1})));
  CHECK_THAT(Run("sparse_to_dense", {Tuples(2, {}), Ints64({0, 3}), Of<float>({0}, {})}),
             Equals(Of<float>({0, 3}, {})));
}

TEST_CASE("sparse_to_dense: hostile operands are refused", "[ops]") {
  CHECK(Error("sparse_to_dense", {Ints64({4}), Ints64({4}), Of<float>({}, {1})}) ==
        "sparse_to_dense: index 4 is outside [-4, 4) along axis 0");
  CHECK(Error("sparse_to_dense", {Tuples(2, {0, 0}), Ints64({4}), Of<float>({}, {1})})
            .find("rank of the result must be equal, found 2 and 1") != std::string::npos);
  CHECK(Error("sparse_to_dense", {Ints64({0}), Ints64({-4}), Of<float>({}, {1})})
            .find("output_shape must be at least 0") != std::string::npos);
  CHECK(Error("sparse_to_dense", {Ints64({0, 1}), Ints64({4}), Of<float>({3}, {1, 2, 3})})
            .find("must be equal, found 3 and 2") != std::string::npos);
  CHECK(Error("sparse_to_dense", {Ints64({0}), Ints64({4}), Of<float>({}, {1}), Ints64({1})})
            .find("different element types") != std::string::npos);
}

TEST_CASE("sparse_to_dense: the shape is an operand", "[ops]") {
  SymbolicTypes known, unknown;
  CHECK(known.Add(kI64, {"n", "2"})
            .AddValue({"h", "4"})
            .Add(DType::kFloat32, {"n"})
            .AddAbsent()
            .Infer("sparse_to_dense") == "Tensor[(h, 4), float32]");
  CHECK(unknown.Add(kI64, {"n", "2"})
            .Add(kI64, {"2"})
            .Add(DType::kFloat32, {})
            .AddAbsent()
            .Infer("sparse_to_dense") == "Tensor[(_0, _1), float32]");
}

TEST_CASE("sparse_fill_empty_rows: rows without entries get one", "[ops]") {
  const auto results =
      RunAll("sparse_fill_empty_rows",
             {Tuples(2, {2, 1, 0, 3, 0, 1}), Of<float>({3}, {1, 2, 3}), Ints64({4, 5}), Of<float>({}, {10})});
  CHECK_THAT(results[0], Equals(Tuples(2, {0, 3, 0, 1, 1, 0, 2, 1, 3, 0})));
  CHECK_THAT(results[1], Equals(Of<float>({5}, {2, 3, 10, 1, 10})));
  CHECK_THAT(results[2], Equals(Of<Bool>({4}, {0, 1, 0, 1})));
}

TEST_CASE("sparse_fill_empty_rows: int32 indices, no entries, no rows", "[ops]") {
  const auto filled = RunAll("sparse_fill_empty_rows", {Of<int32_t>({0, 1}, {}), Of<int8_t>({0}, {}),
                                                        Ints64({2}), Of<int8_t>({1}, {7})});
  CHECK_THAT(filled[0], Equals(Of<int32_t>({2, 1}, {0, 1})));
  CHECK_THAT(filled[1], Equals(Of<int8_t>({2}, {7, 7})));
  const auto none = RunAll("sparse_fill_empty_rows",
                           {Tuples(2, {}), Of<float>({0}, {}), Ints64({0, 5}), Of<float>({}, {1})});
  CHECK_THAT(none[0], Equals(Of<int64_t>({0, 2}, {})));
  CHECK_THAT(none[2], Equals(Of<Bool>({0}, {})));
}

TEST_CASE("sparse_fill_empty_rows: hostile operands are refused", "[ops]") {
  const auto error = [](const Index& tuples, const Index& shape) {
    return Error("sparse_fill_empty_rows",
                 {Tuples(2, tuples), Of<float>({1}, {1}), Ints64(shape), Of<float>({}, {1})});
  };
  CHECK(error({2, 0}, {2, 5}) == "sparse_fill_empty_rows: entry 0 is in row 2 of 2");
  CHECK(error({-1, 0}, {2, 5}).find("entry 0 is in row -1 of 2") != std::string::npos);
  CHECK(error({0, 0}, {-1, 5}).find("rows of dense_shape must be at least 0") != std::string::npos);
  CHECK(error({0, 0}, {1, 2, 3}).find("must be equal, found 2 and 3") != std::string::npos);
  CHECK(error({0, 0}, {}).find("dense_shape has 0 elements") != std::string::npos);
}

TEST_CASE("sparse_reshape: entries keep their place in row-major order", "[ops]") {
  const auto results = RunAll("sparse_reshape", {Tuples(3, {0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 2, 3}),
                                                 Ints64({2, 3, 6}), Ints64({9, -1})});
  CHECK_THAT(results[0], Equals(Tuples(2, {0, 0, 0, 1, 1, 2, 4, 2, 8, 1})));
  CHECK_THAT(results[1], Equals(Ints64({9, 4})));
  const auto none = RunAll("sparse_reshape", {Tuples(1, {}), Ints64({0}), Ints64({3, -1})});
  CHECK_THAT(none[1], Equals(Ints64({3, 0})));
}

TEST_CASE("sparse_reshape: shapes that do not fit are refused", "[ops]") {
  const auto error = [](const Index& from, const Index& to) {
    return Error("sparse_reshape", {Tuples(2, {1, 1}), Ints64(from), Ints64(to)});
  };
  CHECK(error({2, 3}, {4, 2}) == "sparse_reshape: a tensor of shape [2, 3] cannot have shape [4, 2]");
  CHECK_FALSE(error({2, 3}, {-1, 4}).empty());
  CHECK_FALSE(error({2, 3}, {-1, -1}).empty());
  CHECK_FALSE(error({2, 3}, {-1, 0}).empty());
  CHECK_FALSE(error({-2, 3}, {6}).empty());
  CHECK_FALSE(error({INT64_MAX, 3}, {6}).empty());
  CHECK(error({2, 1}, {2}).find("index 1 is outside") != std::string::npos);
}

}  // namespace
}  // namespace baton::test
