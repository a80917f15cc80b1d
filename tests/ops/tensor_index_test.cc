#include <cmath>

#include "tests/ops/op_support.h"

namespace baton::test {
namespace {

Index DimsOf(const Tensor& tensor) {
  return {tensor.shape().begin(), tensor.shape().end()};
}

TEST_CASE("take: indexes every axis with indices of any rank", "[ops]") {
  const Tensor data = RandomTensor(DType::kFloat32, {3, 4, 2}, 1);
  const Index picks = {2, -1, 0, 1, -3, 2};
  for (int64_t axis : {0, 1, 2, -3}) {
    const size_t at = (axis + 3) % 3;
    const int64_t extent = data->dims[at];
    Index valid;
    for (int64_t pick : picks) valid.push_back(pick % extent);
    const Tensor indices = Tensor::FromValues<int64_t>({2, 3}, valid);
    Index dims = DimsOf(data);
    dims[at] = 2;
    dims.insert(dims.begin() + at + 1, 3);
    const Tensor expected = NaiveMove(data, dims, [&](Index index) {
      const int64_t pick = valid[index[at] * 3 + index[at + 1]];
      index.erase(index.begin() + at);
      index[at] = pick < 0 ? pick + extent : pick;
      return index;
    });
    CHECK_THAT(Run("take", {data, indices}, {{"axis", axis}}), Equals(expected));
  }
}

TEST_CASE("take: a scalar index drops the axis, int32 works, no index gives nothing", "[ops]") {
  const Tensor data = Of<int64_t>({2, 2}, {1, 2, 3, 4});
  CHECK_THAT(Run("take", {data, Tensor::Scalar<int64_t>(-1)}), Equals(Of<int64_t>({2}, {3, 4})));
  CHECK_THAT(Run("take", {data, Of<int32_t>({1}, {1})}, {{"axis", int64_t{1}}}),
             Equals(Of<int64_t>({2, 1}, {2, 4})));
  CHECK(DimsOf(Run("take", {data, Ints64({})})) == Index{0, 2});
}

TEST_CASE("take: an index out of range is an error", "[ops]") {
  const Tensor data = Of<float>({2}, {1, 2});
  CHECK(Error("take", {data, Ints64({0, 2})}) == "take: index 2 is outside [-2, 2) along axis 0");
  CHECK(Error("take", {data, Ints64({-3})}) == "take: index -3 is outside [-2, 2) along axis 0");
  CHECK(Error("take", {data, Ints64({INT64_MIN})}).find("is outside") != std::string::npos);
  CHECK(Error("take", {Of<float>({0}, {}), Ints64({0})}).find("is outside [0, 0)") != std::string::npos);
  CHECK(Error("take", {data, Of<float>({1}, {0})}).find("expected int32 or int64") != std::string::npos);
}

TEST_CASE("gather_elements: follows its definition", "[ops]") {
  const Tensor data = RandomTensor(DType::kInt32, {3, 4}, 2, -100, 100);
  for (int64_t axis : {0, 1}) {
    const Index picks = {0, -1, 2, 1, -3, 2};
    const Tensor indices = Tensor::FromValues<int64_t>({2, 3}, picks);
    const Tensor expected = NaiveMove(data, {2, 3}, [&](Index index) {
      const int64_t pick = picks[index[0] * 3 + index[1]];
      index[axis] = pick < 0 ? pick + data->dims[axis] : pick;
      return index;
    });
    CHECK_THAT(Run("gather_elements", {data, indices}, {{"axis", axis}}), Equals(expected));
  }
  CHECK(Error("gather_elements", {data, Tensor::FromValues<int64_t>({1, 1}, Index{3})}) ==
        "gather_elements: index 3 is outside [-3, 3) along axis 0");
  CHECK(Error("gather_elements", {data, Tensor::FromValues<int64_t>({1, 5}, Index{0, 0, 0, 0, 0})})
            .find("data's extent along axis 1 must be at least 5, found 4") != std::string::npos);
}

TEST_CASE("gather_nd: tuples name slices, leading axes may be shared", "[ops]") {
  const Tensor data = Of<int32_t>({2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7});
  CHECK_THAT(Run("gather_nd", {data, Tensor::FromValues<int64_t>({2, 2}, Index{0, 1, -1, 0})}),
             Equals(Of<int32_t>({2, 2}, {2, 3, 4, 5})));
  CHECK_THAT(Run("gather_nd", {data, Tensor::FromValues<int64_t>({1, 3}, Index{1, 0, 1})}),
             Equals(Of<int32_t>({1}, {5})));
  CHECK_THAT(Run("gather_nd", {data, Tensor::FromValues<int64_t>({2, 1}, Index{1, 0})},
                 {{"batch_dims", int64_t{1}}}),
             Equals(Of<int32_t>({2, 2}, {2, 3, 4, 5})));
  CHECK(Error("gather_nd", {data, Tensor::FromValues<int64_t>({1, 2}, Index{0, 2})}) ==
        "gather_nd: index 2 is outside [-2, 2) along axis 1");
  CHECK(Error("gather_nd", {data, Tensor::FromValues<int64_t>({1, 4}, Index{0, 0, 0, 0})})
            .find("indices name 4 axes, expected 1 to 3") != std::string::npos);
}

TEST_CASE("scatter_nd: writes slices in order, or combines", "[ops]") {
  const Tensor data = Of<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor indices = Tensor::FromValues<int64_t>({2, 1}, Index{2, 2});
  const Tensor updates = Of<float>({2, 2}, {10, 1, 2, 20});
  const auto scatter = [&](const char* reduction) {
    return Run("scatter_nd", {data, indices, updates}, {{"reduction", std::string(reduction)}});
  };
  CHECK_THAT(scatter("none"), Equals(Of<float>({3, 2}, {1, 2, 3, 4, 2, 20})));
  CHECK_THAT(scatter("add"), Equals(Of<float>({3, 2}, {1, 2, 3, 4, 17, 27})));
  CHECK_THAT(scatter("mul"), Equals(Of<float>({3, 2}, {1, 2, 3, 4, 100, 120})));
  CHECK_THAT(scatter("max"), Equals(Of<float>({3, 2}, {1, 2, 3, 4, 10, 20})));
  CHECK_THAT(scatter("min"), Equals(Of<float>({3, 2}, {1, 2, 3, 4, 2, 1})));
  CHECK(Error("scatter_nd", {data, Tensor::FromValues<int64_t>({2, 1}, Index{0, 3}), updates}) ==
        "scatter_nd: index 3 is outside [-3, 3) along axis 0");
  CHECK(
      Error("scatter_nd", {data, indices, Of<float>({2, 1}, {1, 2})}).find("must be equal, found 1 and 2") !=
      std::string::npos);
  CHECK(Error("scatter_nd", {data, indices, updates}, {{"reduction", std::string("sum")}}).find("'sum'") !=
        std::string::npos);
}

TEST_CASE("scatter_nd: bool reductions are or and and", "[ops]") {
  const Tensor indices = Tensor::FromValues<int64_t>({1, 1}, Index{0});
  const auto scatter = [&](double data, double update, const char* reduction) {
    return Run("scatter_nd", {Of<Bool>({1}, {data}), indices, Of<Bool>({1}, {update})},
               {{"reduction", std::string(reduction)}})
        ->As<uint8_t>()[0];
  };
  CHECK(scatter(0, 1, "add") == 1);
  CHECK(scatter(1, 1, "add") == 1);
  CHECK(scatter(1, 0, "mul") == 0);
}

TEST_CASE("scatter_elements: writes elements in order, or combines", "[ops]") {
  const Tensor data = Of<int32_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor indices = Tensor::FromValues<int64_t>({2, 2}, Index{0, -1, 1, 1});
  const Tensor updates = Of<int32_t>({2, 2}, {10, 20, 30, 40});
  CHECK_THAT(Run("scatter_elements", {data, indices, updates}, {{"axis", int64_t{1}}}),
             Equals(Of<int32_t>({2, 3}, {10, 2, 20, 4, 40, 6})));
  CHECK_THAT(Run("scatter_elements", {data, indices, updates},
                 {{"axis", int64_t{1}}, {"reduction", std::string("add")}}),
             Equals(Of<int32_t>({2, 3}, {11, 2, 23, 4, 75, 6})));
  CHECK_THAT(Run("scatter_elements", {data, indices, updates}),
             Equals(Of<int32_t>({2, 3}, {10, 2, 3, 30, 40, 6})));
  CHECK(Error("scatter_elements",
              {data, Tensor::FromValues<int64_t>({1, 1}, Index{2}), Of<int32_t>({1, 1}, {0})}) ==
        "scatter_elements: index 2 is outside [-2, 2) along axis 0");
}

TEST_CASE("shape_of, ndarray_size: read the shape", "[ops]") {
  const Tensor data = Tensor::Allocate(DType::kBool, {2, 0, 5}).value();
  CHECK_THAT(Run("shape_of", {data}), Equals(Ints64({2, 0, 5})));
  CHECK_THAT(Run("shape_of", {data}, {{"start", int64_t{-2}}}), Equals(Ints64({0, 5})));
  CHECK_THAT(Run("shape_of", {data}, {{"start", int64_t{1}}, {"end", int64_t{-1}}}), Equals(Ints64({0})));
  CHECK_THAT(Run("shape_of", {data}, {{"start", int64_t{2}}, {"end", int64_t{1}}}), Equals(Ints64({})));
  CHECK_THAT(Run("shape_of", {data}, {{"start", int64_t{-100}}, {"end", int64_t{100}}}),
             Equals(Ints64({2, 0, 5})));
  CHECK_THAT(Run("ndarray_size", {data}), Equals(Tensor::Scalar<int64_t>(0)));
  CHECK_THAT(Run("ndarray_size", {Of<float>({}, {1})}), Equals(Tensor::Scalar<int64_t>(1)));
}

TEST_CASE("arange: counts up and down, in integers and floats", "[ops]") {
  const auto arange = [](double start, double limit, double delta) {
    return Run("arange", {Of<int32_t>({}, {start}), Of<int32_t>({1}, {limit}), Of<int32_t>({}, {delta})});
  };
  CHECK_THAT(arange(0, 5, 2), Equals(Of<int32_t>({3}, {0, 2, 4})));
  CHECK_THAT(arange(5, 0, -2), Equals(Of<int32_t>({3}, {5, 3, 1})));
  CHECK_THAT(arange(5, 0, 1), Equals(Of<int32_t>({0}, {})));
  CHECK_THAT(Run("arange", {Of<float>({}, {0}), Of<float>({}, {1}), Of<float>({}, {0.25})}),
             Equals(Of<float>({4}, {0, 0.25, 0.5, 0.75})));
  CHECK(Error("arange", {Ints64({0}), Ints64({1}), Ints64({0})}).find("delta is 0") != std::string::npos);
  CHECK(Error("arange", {Of<float>({}, {0}), Of<float>({}, {1}), Of<float>({}, {0})})
            .find("no finite length") != std::string::npos);
  CHECK(Error("arange", {Of<float>({}, {0}), Of<float>({}, {NAN}), Of<float>({}, {1})})
            .find("no finite length") != std::string::npos);
  CHECK_FALSE(Error("arange", {Ints64({INT64_MIN}), Ints64({INT64_MAX}), Ints64({1})}).empty());
  CHECK_FALSE(Error("arange", {Ints64({0}), Ints64({INT64_MAX}), Ints64({1})}).empty());
}

TEST_CASE("nonzero: one column per element, row-major", "[ops]") {
  CHECK_THAT(Run("nonzero", {Of<float>({2, 3}, {0, 1, 0, 2, 0, -3})}),
             Equals(Of<int64_t>({2, 3}, {0, 1, 1, 1, 0, 2})));
  CHECK_THAT(Run("nonzero", {Of<Bool>({3}, {0, 1, 1})}), Equals(Of<int64_t>({1, 2}, {1, 2})));
  CHECK_THAT(Run("nonzero", {Of<int8_t>({2, 0}, {})}), Equals(Of<int64_t>({2, 0}, {})));
  CHECK_THAT(Run("nonzero", {Of<float>({}, {1})}), Equals(Of<int64_t>({1, 1}, {0})));
  CHECK_THAT(Run("nonzero", {Of<float>({}, {0})}), Equals(Of<int64_t>({1, 0}, {})));
}

TEST_CASE("cumsum: sums along an axis, exclusive and reversed", "[ops]") {
  const Tensor data = Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto cumsum = [&](int64_t axis, bool exclusive, bool reverse) {
    return Run("cumsum", {data, Tensor::Scalar<int64_t>(axis)},
               {{"exclusive", exclusive}, {"reverse", reverse}});
  };
  CHECK_THAT(cumsum(1, false, false), Equals(Of<float>({2, 3}, {1, 3, 6, 4, 9, 15})));
  CHECK_THAT(cumsum(-2, false, false), Equals(Of<float>({2, 3}, {1, 2, 3, 5, 7, 9})));
  CHECK_THAT(cumsum(1, true, false), Equals(Of<float>({2, 3}, {0, 1, 3, 0, 4, 9})));
  CHECK_THAT(cumsum(1, false, true), Equals(Of<float>({2, 3}, {6, 5, 3, 15, 11, 6})));
  CHECK_THAT(cumsum(1, true, true), Equals(Of<float>({2, 3}, {5, 3, 0, 11, 6, 0})));
  CHECK(Error("cumsum", {data, Tensor::Scalar<int64_t>(2)}).find("axis 2 is outside [-2, 2)") !=
        std::string::npos);
}

TEST_CASE("one_hot: marks the index on a new axis, nothing out of range", "[ops]") {
  const Tensor indices = Ints64({1, -1, 5});
  const Tensor depth = Tensor::Scalar<int64_t>(3);
  const Tensor values = Of<float>({2}, {0, 7});
  CHECK_THAT(Run("one_hot", {indices, depth, values}),
             Equals(Of<float>({3, 3}, {0, 7, 0, 0, 0, 7, 0, 0, 0})));
  CHECK_THAT(Run("one_hot", {indices, depth, values}, {{"axis", int64_t{0}}}),
             Equals(Of<float>({3, 3}, {0, 0, 0, 7, 0, 0, 0, 7, 0})));
  CHECK_THAT(Run("one_hot", {Of<float>({}, {2}), Ints64({3}), Of<Bool>({2}, {1, 0})}),
             Equals(Of<Bool>({3}, {1, 1, 0})));
  CHECK(Error("one_hot", {indices, Tensor::Scalar<int64_t>(-1), values}).find("depth must be at least 0") !=
        std::string::npos);
  CHECK(Error("one_hot", {indices, depth, Of<float>({3}, {1, 2, 3})}).find("found 3 and 2") !=
        std::string::npos);
}

TEST_CASE("trilu: keeps a triangle relative to the k-th diagonal", "[ops]") {
  const Tensor data = RandomTensor(DType::kFloat64, {2, 3, 4}, 9, 1, 2);
  for (const bool upper : {true, false}) {
    for (int64_t k : {INT64_MIN, int64_t{-4}, int64_t{-1}, int64_t{0}, int64_t{2}, int64_t{5}, INT64_MAX}) {
      const int64_t bound = std::clamp<int64_t>(k, -100, 100);
      const Tensor expected = NaiveMove(data, {2, 3, 4}, [&](const Index& index) {
        const bool keep = upper ? index[2] - index[1] >= bound : index[2] - index[1] <= bound;
        return keep ? index : Index{};
      });
      CHECK_THAT(Run("trilu", {data, Tensor::Scalar<int64_t>(k)}, {{"upper", upper}}), Equals(expected));
    }
  }
  CHECK_THAT(Run("trilu", {Of<Bool>({2, 2}, {1, 1, 1, 1})}), Equals(Of<Bool>({2, 2}, {1, 1, 0, 1})));
  CHECK(Error("trilu", {Of<float>({2}, {1, 2})}).find("rank 1, expected at least 2") != std::string::npos);
}

}  // namespace
}  // namespace baton::test
