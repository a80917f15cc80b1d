#include <cmath>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

TEST_CASE("sort, argsort: order lines along any axis, both ways", "[ops]") {
  const Tensor data = Of<float>({2, 3}, {3, 1, 2, 0, 5, 4});
  CHECK_THAT(Run("sort", {data}), Equals(Of<float>({2, 3}, {1, 2, 3, 0, 4, 5})));
  CHECK_THAT(Run("sort", {data}, {{"is_ascend", false}}), Equals(Of<float>({2, 3}, {3, 2, 1, 5, 4, 0})));
  CHECK_THAT(Run("sort", {data}, {{"axis", int64_t{0}}}), Equals(Of<float>({2, 3}, {0, 1, 2, 3, 5, 4})));
  CHECK_THAT(Run("argsort", {data}), Equals(Of<int32_t>({2, 3}, {1, 2, 0, 0, 2, 1})));
  CHECK_THAT(Run("argsort", {data}, {{"axis", int64_t{-2}}, {"dtype", DType::kInt64}}),
             Equals(Of<int64_t>({2, 3}, {1, 0, 0, 0, 1, 1})));
  CHECK_THAT(Run("argsort", {data}, {{"is_ascend", false}, {"dtype", DType::kFloat32}}),
             Equals(Of<float>({2, 3}, {0, 2, 1, 1, 2, 0})));
}

TEST_CASE("sort, argsort: ties keep their order, NaN is greatest, every type is served", "[ops]") {
  const Tensor data = Of<float>({6}, {2, NAN, 1, 2, NAN, 1});
  CHECK_THAT(Run("argsort", {data}), Equals(Of<int32_t>({6}, {2, 5, 0, 3, 1, 4})));
  CHECK_THAT(Run("argsort", {data}, {{"is_ascend", false}}), Equals(Of<int32_t>({6}, {1, 4, 0, 3, 2, 5})));
  CHECK_THAT(Run("sort", {data}), Equals(Of<float>({6}, {1, 1, 2, 2, NAN, NAN})));
  CHECK_THAT(Run("sort", {Of<uint8_t>({3}, {200, 3, 100})}), Equals(Of<uint8_t>({3}, {3, 100, 200})));
  CHECK_THAT(Run("sort", {Of<Float16>({3}, {-1, 3, -2})}), Equals(Of<Float16>({3}, {-2, -1, 3})));
  CHECK_THAT(Run("sort", {Of<int64_t>({2, 0}, {})}), Equals(Of<int64_t>({2, 0}, {})));
  CHECK_THAT(Run("argsort", {Of<int64_t>({0, 2}, {})}, {{"axis", int64_t{0}}}),
             Equals(Of<int32_t>({0, 2}, {})));
}

TEST_CASE("sort: agrees with std::sort on random lines", "[ops]") {
  const Tensor data = RandomTensor(DType::kInt32, {3, 101, 2}, 5, -40, 40);
  const Tensor result = Run("sort", {data}, {{"axis", int64_t{1}}});
  for (int64_t outer = 0; outer < 3; ++outer) {
    for (int64_t inner = 0; inner < 2; ++inner) {
      std::vector<int32_t> line, sorted;
      for (int64_t i = 0; i < 101; ++i) {
        line.push_back(data->As<int32_t>()[(outer * 101 + i) * 2 + inner]);
        sorted.push_back(result->As<int32_t>()[(outer * 101 + i) * 2 + inner]);
      }
      std::sort(line.begin(), line.end());
      CHECK(line == sorted);
    }
  }
}

TEST_CASE("sort, argsort: a bad axis or type is refused", "[ops]") {
  CHECK(Error("sort", {Of<float>({2}, {1, 2})}, {{"axis", int64_t{1}}})
            .find("sort: axis 1 is outside [-1, 1)") == 0);
  CHECK(Error("sort", {Of<float>({}, {1})}).find("axis -1 is outside [0, 0)") != std::string::npos);
  CHECK(Error("argsort", {Of<float>({2}, {1, 2})}, {{"dtype", DType::kBool}}) ==
        "argsort: attribute 'dtype' is bool, expected a numeric type");
  CHECK(SymbolicTypes().Add(DType::kFloat32, {"n", "4"}).Infer("argsort") == "Tensor[(n, 4), int32]");
  CHECK(SymbolicTypes().AddUnranked(DType::kFloat32).Infer("sort") == "Tensor[*, float32]");
}

TEST_CASE("searchsorted: one sequence for all values, or one for each row", "[ops]") {
  const Tensor sorted = Of<float>({4}, {1, 3, 3, 5});
  const Tensor values = Of<float>({2, 3}, {0, 3, 6, 1, 4, NAN});
  CHECK_THAT(Run("searchsorted", {sorted, values}), Equals(Of<int32_t>({2, 3}, {0, 1, 4, 0, 3, 4})));
  CHECK_THAT(Run("searchsorted", {sorted, values}, {{"right", true}, {"dtype", DType::kInt64}}),
             Equals(Of<int64_t>({2, 3}, {0, 3, 4, 1, 3, 4})));
  CHECK_THAT(Run("searchsorted", {Of<int32_t>({2, 2}, {1, 2, 10, 20}), Of<int32_t>({2, 1}, {2, 15})}),
             Equals(Of<int32_t>({2, 1}, {1, 1})));
  CHECK_THAT(Run("searchsorted", {sorted, Of<float>({}, {3})}), Equals(Of<int32_t>({}, {1})));
  CHECK_THAT(Run("searchsorted", {Of<float>({0}, {}), Of<float>({1}, {3})}), Equals(Of<int32_t>({1}, {0})));
  CHECK(Error("searchsorted", {Of<float>({2, 1}, {1, 2}), Of<float>({3, 1}, {1, 2, 3})})
            .find("along axis 0 must be equal, found 2 and 3") != std::string::npos);
  CHECK(Error("searchsorted", {sorted, Of<int32_t>({1}, {1})}).find("expected float32") != std::string::npos);
}

std::vector<Tensor> Unique(const Tensor& data, const Attributes& attributes = {}) {
  auto results = TryRun("unique", {data}, attributes);
  INFO(results.status());
  REQUIRE(results.ok());
  return *results;
}

TEST_CASE("unique: sorted values with first positions, inverse and counts", "[ops]") {
  const auto results = Unique(Of<int32_t>({6}, {5, 2, 5, 3, 2, 5}));
  CHECK_THAT(results[0], Equals(Of<int32_t>({3}, {2, 3, 5})));
  CHECK_THAT(results[1], Equals(Ints64({1, 3, 0})));
  CHECK_THAT(results[2], Equals(Ints64({2, 0, 2, 1, 0, 2})));
  CHECK_THAT(results[3], Equals(Ints64({2, 1, 3})));
}

TEST_CASE("unique: in order of first occurrence", "[ops]") {
  const auto results = Unique(Of<float>({6}, {5, NAN, 5, 3, NAN, 3}), {{"sorted", false}});
  CHECK_THAT(results[0], Equals(Of<float>({3}, {5, NAN, 3})));
  CHECK_THAT(results[1], Equals(Ints64({0, 1, 3})));
  CHECK_THAT(results[2], Equals(Ints64({0, 1, 0, 2, 1, 2})));
  CHECK_THAT(results[3], Equals(Ints64({2, 2, 2})));
}

TEST_CASE("unique: slices along an axis", "[ops]") {
  const Tensor data = Of<Float16>({3, 2}, {1, 0, 1, -1, 1, 0});
  const auto rows = Unique(data);
  CHECK_THAT(rows[0], Equals(Of<Float16>({2, 2}, {1, -1, 1, 0})));
  CHECK_THAT(rows[2], Equals(Ints64({1, 0, 1})));
  const auto columns = Unique(Of<Bool>({2, 3}, {1, 0, 1, 1, 0, 1}), {{"axis", int64_t{-1}}});
  CHECK_THAT(columns[0], Equals(Of<Bool>({2, 2}, {0, 1, 0, 1})));
  CHECK_THAT(columns[3], Equals(Ints64({1, 2})));
}

TEST_CASE("unique: no elements, and slices without elements", "[ops]") {
  const auto none = Unique(Of<int64_t>({0}, {}));
  CHECK_THAT(none[0], Equals(Of<int64_t>({0}, {})));
  CHECK_THAT(none[2], Equals(Ints64({})));
  const auto empty = Unique(Of<int64_t>({3, 0}, {}));
  CHECK_THAT(empty[0], Equals(Of<int64_t>({1, 0}, {})));
  CHECK_THAT(empty[3], Equals(Ints64({3})));
  CHECK(Error("unique", {Of<float>({}, {1})}).find("unique: axis 0 is outside [0, 0)") == 0);
}

TEST_CASE("unique: the results share one data-dependent extent", "[ops]") {
  CHECK(SymbolicTypes().Add(DType::kFloat32, {"n", "4"}).Infer("unique") ==
        "Tensor[(_0, 4), float32]; Tensor[(_0), int64]; Tensor[(n), int64]; Tensor[(_0), int64]");
}

TEST_CASE("cumprod: products along an axis, exclusive and reversed", "[ops]") {
  const Tensor data = Of<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto cumprod = [&](int64_t axis, bool exclusive, bool reverse) {
    return Run("cumprod", {data, Tensor::Scalar<int64_t>(axis)},
               {{"exclusive", exclusive}, {"reverse", reverse}});
  };
  CHECK_THAT(cumprod(1, false, false), Equals(Of<int32_t>({2, 3}, {1, 2, 6, 4, 20, 120})));
  CHECK_THAT(cumprod(0, false, false), Equals(Of<int32_t>({2, 3}, {1, 2, 3, 4, 10, 18})));
  CHECK_THAT(cumprod(-1, true, false), Equals(Of<int32_t>({2, 3}, {1, 1, 2, 1, 4, 20})));
  CHECK_THAT(cumprod(1, true, true), Equals(Of<int32_t>({2, 3}, {6, 3, 1, 30, 6, 1})));
  CHECK(Error("cumprod", {data, Tensor::Scalar<int64_t>(2)}).find("cumprod: axis 2 is outside") == 0);
}

}  // namespace
}  // namespace baton::test
