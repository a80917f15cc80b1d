#include "ops/tensor/slice_range.h"
#include "tests/ops/op_support.h"

namespace baton::test {
namespace {

constexpr int64_t kBounds[] = {INT64_MIN, -100, -4, -3, -2, -1, 0, 1, 2, 3, 4, 100, INT64_MAX};
constexpr int64_t kSteps[] = {1, 2, 3, -1, -2, INT64_MAX, INT64_MIN};

// The slow twin: walks the clamped range element by element.
Index NaiveSlice(int64_t extent, int64_t start, int64_t end, int64_t step) {
  const auto clamp = [&](int64_t bound, int64_t low, int64_t high) {
    if (bound < 0) bound += extent;
    return std::max(low, std::min(bound, high));
  };
  Index picked;
  if (extent == 0) return picked;
  __int128 at = step > 0 ? clamp(start, 0, extent) : clamp(start, 0, extent - 1);
  const int64_t stop = step > 0 ? clamp(end, 0, extent) : clamp(end, -1, extent - 1);
  for (; step > 0 ? at < stop : at > stop; at += step) picked.push_back(static_cast<int64_t>(at));
  return picked;
}

TEST_CASE("strided_slice: agrees with a walk for all bounds and steps", "[ops]") {
  for (int64_t extent : {0, 1, 3, 4}) {
    const Tensor data = RandomTensor(DType::kFloat32, {extent}, 1);
    for (int64_t start : kBounds) {
      for (int64_t end : kBounds) {
        for (int64_t step : kSteps) {
          CAPTURE(extent, start, end, step);
          const Index picked = NaiveSlice(extent, start, end, step);
          const Tensor result =
              Run("strided_slice", {data, Ints64({start}), Ints64({end}), Tensor(), Ints64({step})});
          REQUIRE(result.num_elements() == static_cast<int64_t>(picked.size()));
          for (size_t i = 0; i < picked.size(); ++i) {
            REQUIRE(result->As<float>()[i] == data->As<float>()[picked[i]]);
          }
        }
      }
    }
  }
}

TEST_CASE("strided_slice: the symbolic extent is right for every extent", "[ops]") {
  const Dim symbol = Dim::Symbol("n");
  for (int64_t start : kBounds) {
    for (int64_t end : kBounds) {
      for (int64_t step : kSteps) {
        const std::optional<Dim> symbolic = SymbolicSliceExtent(symbol, Dim(start), Dim(end), step);
        REQUIRE(symbolic.has_value());
        for (int64_t extent : {0, 1, 2, 3, 4, 5, 99, 100, 101, 200}) {
          CAPTURE(start, end, step, extent, symbolic->ToString());
          const auto value = symbolic->Evaluate([&](absl::string_view) { return extent; });
          REQUIRE(value.ok());
          REQUIRE(*value == ConstantSlice(extent, start, end, step).extent);
        }
      }
    }
  }
}

TEST_CASE("strided_slice: symbolic bounds are right for every value", "[ops]") {
  const Dim n = Dim::Symbol("n");
  const Dim k = Dim::Symbol("k");
  const std::pair<Dim, Dim> bounds[] = {{Dim(0), k},         {k, n},
                                        {k, Dim(INT64_MAX)}, {Dim(0) - k - Dim(1), Dim(INT64_MAX)},
                                        {k, k + Dim(2)},     {Dim(1), Dim(-1) - k}};
  for (const auto& [start, end] : bounds) {
    for (int64_t step : {1, 2}) {
      const std::optional<Dim> symbolic = SymbolicSliceExtent(n, start, end, step);
      REQUIRE(symbolic.has_value());
      for (int64_t n_value = 0; n_value < 6; ++n_value) {
        for (int64_t k_value = 0; k_value < 8; ++k_value) {
          const auto value_of = [&](absl::string_view name) { return name == "n" ? n_value : k_value; };
          CAPTURE(symbolic->ToString(), n_value, k_value, step);
          REQUIRE(*symbolic->Evaluate(value_of) ==
                  ConstantSlice(n_value, *start.Evaluate(value_of), *end.Evaluate(value_of), step).extent);
        }
      }
    }
  }
}

TEST_CASE("strided_slice: a bound of unknown sign has no symbolic extent", "[ops]") {
  const Dim n = Dim::Symbol("n");
  CHECK_FALSE(SymbolicSliceExtent(n, Dim::Symbol("any", false), Dim(INT64_MAX), 1).has_value());
  CHECK_FALSE(SymbolicSliceExtent(n, Dim(0), n - Dim(1), 1).has_value());
}

TEST_CASE("strided_slice: slices several axes of every element size", "[ops]") {
  for (DType dtype : {DType::kInt8, DType::kBFloat16, DType::kFloat32, DType::kInt64}) {
    const Tensor data = RandomTensor(dtype, {3, 4, 5}, 2, -100, 100);
    const Tensor expected = NaiveMove(data, {3, 2, 2}, [](const Index& index) {
      return Index{index[0], 3 - 2 * index[1], 1 + 3 * index[2]};
    });
    CHECK_THAT(Run("strided_slice",
                   {data, Ints64({1, -1}), Ints64({INT64_MAX, INT64_MIN}), Ints64({-1, 1}), Ints64({3, -2})}),
               Equals(expected));
  }
}

TEST_CASE("strided_slice: int32 operands work, absent axes are the first ones", "[ops]") {
  const Tensor data = Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK_THAT(Run("strided_slice", {data, Of<int32_t>({1}, {1}), Of<int32_t>({1}, {2})}),
             Equals(Of<float>({1, 3}, {4, 5, 6})));
  CHECK_THAT(Run("strided_slice", {data, Ints64({}), Ints64({})}), Equals(data));
}

TEST_CASE("strided_slice: refuses bad steps, axes and lengths", "[ops]") {
  const Tensor data = Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto error = [&](Tensor axes, Tensor steps) {
    return Error("strided_slice", {data, Ints64({0}), Ints64({1}), axes, steps});
  };
  CHECK(error(Tensor(), Ints64({0})).find("step is 0") != std::string::npos);
  CHECK(error(Ints64({2}), Tensor()).find("axis 2 is outside [-2, 2)") != std::string::npos);
  CHECK(error(Ints64({0, 1}), Tensor()).find("axes has 2 elements, expected 1 as starts") !=
        std::string::npos);
  CHECK(Error("strided_slice", {data, Ints64({0, 0}), Ints64({1, 1}), Ints64({0, -2})}).find("given twice") !=
        std::string::npos);
  CHECK(Error("strided_slice", {data, Ints64({0, 0, 0}), Ints64({1, 1, 1})})
            .find("3 axes are sliced, data has 2") != std::string::npos);
}

}  // namespace
}  // namespace baton::test
