#include <cmath>

#include "tests/ops/op_support.h"
#include "tests/support/symbolic_types.h"

namespace baton::test {
namespace {

TEST_CASE("repeat: every slice several times in a row", "[ops]") {
  const Tensor data = RandomTensor(DType::kInt16, {2, 3, 2}, 3, -100, 100);
  for (int64_t axis : {0, 1, -1}) {
    const size_t at = (axis + 3) % 3;
    Index dims = {2, 3, 2};
    dims[at] *= 3;
    const Tensor expected = NaiveMove(data, dims, [&](Index index) {
      index[at] /= 3;
      return index;
    });
    CHECK_THAT(Run("repeat", {data, Tensor::Scalar<int64_t>(3)}, {{"axis", axis}}), Equals(expected));
  }
  CHECK_THAT(Run("repeat", {data, Ints64({0})}), Equals(Of<int16_t>({0, 3, 2}, {})));
  CHECK_THAT(Run("repeat", {Of<float>({0}, {}), Ints64({4})}), Equals(Of<float>({0}, {})));
  CHECK(Error("repeat", {data, Ints64({-1})}).find("repeat: repeats must be at least 0, found -1") == 0);
}

TEST_CASE("repeat: symbolic extents multiply, unknown counts leave them open", "[ops]") {
  CHECK(SymbolicTypes().Add(DType::kFloat32, {"n", "4"}).AddScalarValue("k").Infer("repeat") ==
        "Tensor[(k*n, 4), float32]");
  CHECK(SymbolicTypes().Add(DType::kFloat32, {"n", "4"}).Add(DType::kInt64, {}).Infer("repeat") ==
        "Tensor[(_0, 4), float32]");
}

TEST_CASE("reverse_sequence: turns the start of each sequence around", "[ops]") {
  const Tensor data = Of<float>({2, 4}, {0, 1, 2, 3, 4, 5, 6, 7});
  CHECK_THAT(Run("reverse_sequence", {data, Ints64({3, 0})}),
             Equals(Of<float>({2, 4}, {2, 1, 0, 3, 4, 5, 6, 7})));
  CHECK_THAT(Run("reverse_sequence", {data, Of<int32_t>({4}, {0, 1, 2, 2})},
                 {{"seq_axis", int64_t{0}}, {"batch_axis", int64_t{1}}}),
             Equals(Of<float>({2, 4}, {0, 1, 6, 7, 4, 5, 2, 3})));
  const Tensor deep = RandomTensor(DType::kFloat64, {3, 2, 5, 2}, 4);
  const Index lengths = {5, 2, 4};
  const Tensor expected = NaiveMove(deep, {3, 2, 5, 2}, [&](Index index) {
    if (index[2] < lengths[index[0]]) index[2] = lengths[index[0]] - 1 - index[2];
    return index;
  });
  CHECK_THAT(Run("reverse_sequence", {deep, Ints64(lengths)}, {{"seq_axis", int64_t{-2}}}), Equals(expected));
}

TEST_CASE("reverse_sequence: lengths and axes are checked", "[ops]") {
  const Tensor data = Of<float>({1, 2}, {0, 1});
  CHECK(Error("reverse_sequence", {data, Ints64({3})}) ==
        "reverse_sequence: sequence 0 has length 3, expected 0 to 2");
  CHECK(Error("reverse_sequence", {data, Ints64({-1})}).find("length -1") != std::string::npos);
  CHECK(Error("reverse_sequence", {data, Ints64({1, 1})}).find("must be equal, found 2 and 1") !=
        std::string::npos);
  CHECK(Error("reverse_sequence", {data, Ints64({1})}, {{"seq_axis", int64_t{-2}}}).find("both 0") !=
        std::string::npos);
}

TEST_CASE("sequence_mask: replaces what lies behind each length", "[ops]") {
  const Tensor data = Of<int32_t>({3, 2, 1}, {1, 2, 3, 4, 5, 6});
  CHECK_THAT(Run("sequence_mask", {data, Of<int32_t>({2}, {1, 2})}, {{"mask_value", -1.0}}),
             Equals(Of<int32_t>({3, 2, 1}, {1, 2, -1, 4, -1, -1})));
  CHECK_THAT(Run("sequence_mask", {data, Ints64({2, 0, 1})}, {{"axis", int64_t{1}}}),
             Equals(Of<int32_t>({3, 2, 1}, {1, 2, 0, 0, 5, 0})));
  CHECK_THAT(Run("sequence_mask", {Of<float>({1, 2}, {3, 4}), Ints64({-5, 9})}, {{"mask_value", 0.5}}),
             Equals(Of<float>({1, 2}, {0.5, 4})));
  CHECK(
      Error("sequence_mask", {data, Ints64({1, 1})}, {{"axis", int64_t{2}}}).find("axis is 2, expected 0") !=
      std::string::npos);
  CHECK(Error("sequence_mask", {data, Ints64({1})}).find("must be equal, found 1 and 2") !=
        std::string::npos);
}

TEST_CASE("take: out of range indices may be clipped or go around", "[ops]") {
  const Tensor data = Of<float>({3}, {10, 20, 30});
  const Tensor indices = Ints64({-4, -1, 0, 2, 3, 7, INT64_MAX, INT64_MIN});
  CHECK_THAT(Run("take", {data, indices}, {{"mode", std::string("clip")}}),
             Equals(Of<float>({8}, {10, 10, 10, 30, 30, 30, 30, 10})));
  CHECK_THAT(Run("take", {data, indices}, {{"mode", std::string("wrap")}}),
             Equals(Of<float>({8}, {30, 30, 10, 30, 10, 20, 20, 20})));
  CHECK(Error("take", {Of<float>({0}, {}), Ints64({0})}, {{"mode", std::string("clip")}})
            .find("is outside [0, 0)") != std::string::npos);
  CHECK(Error("take", {data, indices}, {{"mode", std::string("fast")}}) ==
        "take: attribute 'mode' is 'fast', expected check, clip or wrap");
}

TEST_CASE("take: each batch has indices of its own", "[ops]") {
  const Tensor data = RandomTensor(DType::kInt32, {2, 3, 4}, 8, -100, 100);
  const Index picks = {3, 0, 1, 2};
  const Tensor indices = Tensor::FromValues<int64_t>({2, 2}, picks);
  const Tensor inner = NaiveMove(data, {2, 3, 2}, [&](Index index) {
    index[2] = picks[index[0] * 2 + index[2]];
    return index;
  });
  CHECK_THAT(Run("take", {data, indices}, {{"axis", int64_t{2}}, {"batch_dims", int64_t{1}}}), Equals(inner));
  const Tensor next = NaiveMove(data, {2, 2, 4}, [&](Index index) {
    index[1] = picks[index[0] * 2 + index[1]] % 3;
    return index;
  });
  CHECK_THAT(Run("take", {data, indices},
                 {{"axis", int64_t{1}}, {"batch_dims", int64_t{1}}, {"mode", std::string("wrap")}}),
             Equals(next));
  CHECK(Error("take", {data, Ints64({0})}, {{"axis", int64_t{1}}, {"batch_dims", int64_t{1}}})
            .find("along axis 0 must be equal, found 2 and 1") != std::string::npos);
  CHECK(Error("take", {data, indices}, {{"batch_dims", int64_t{1}}}).find("more than axis 0") !=
        std::string::npos);
}

TEST_CASE("one_hot: negative indices may be nowhere", "[ops]") {
  CHECK_THAT(Run("one_hot", {Ints64({-1, 1}), Tensor::Scalar<int64_t>(2), Of<float>({2}, {0, 1})},
                 {{"wrap_negative", false}}),
             Equals(Of<float>({2, 2}, {0, 0, 0, 1})));
}

TEST_CASE("scatter_elements: a mean is taken with one update at a time", "[ops]") {
  CHECK_THAT(Run("scatter_elements", {Of<float>({2}, {8, 1}), Ints64({0, 0}), Of<float>({2}, {4, 2})},
                 {{"reduction", std::string("mean")}}),
             Equals(Of<float>({2}, {4, 1})));
  CHECK_THAT(Run("scatter_elements", {Of<int8_t>({1}, {3}), Ints64({0}), Of<int8_t>({1}, {4})},
                 {{"reduction", std::string("mean")}}),
             Equals(Of<int8_t>({1}, {3})));
}

TEST_CASE("unravel_index: coordinates along a new first axis", "[ops]") {
  CHECK_THAT(Run("unravel_index", {Ints64({5, 0, 7}), Ints64({2, 4})}),
             Equals(Of<int64_t>({2, 3}, {1, 0, 1, 1, 0, 3})));
  CHECK_THAT(Run("unravel_index", {Of<int32_t>({}, {23}), Ints64({2, 3, 4})}),
             Equals(Of<int32_t>({3}, {1, 2, 3})));
  CHECK_THAT(Run("unravel_index", {Ints64({}), Ints64({2, 0})}), Equals(Of<int64_t>({2, 0}, {})));
  CHECK(Error("unravel_index", {Ints64({8}), Ints64({2, 4})}) ==
        "unravel_index: index 8 is outside a tensor of shape [2, 4]");
  CHECK(Error("unravel_index", {Ints64({-1}), Ints64({2})}).find("index -1 is outside") != std::string::npos);
  CHECK(Error("unravel_index", {Ints64({0}), Ints64({2, 0})}).find("is outside") != std::string::npos);
  CHECK(SymbolicTypes().Add(DType::kInt64, {"n"}).Add(DType::kInt64, {"3"}).Infer("unravel_index") ==
        "Tensor[(3, n), int64]");
}

TEST_CASE("invert_permutation: swaps positions and values", "[ops]") {
  CHECK_THAT(Run("invert_permutation", {Of<int32_t>({4}, {2, 0, 3, 1})}),
             Equals(Of<int32_t>({4}, {1, 3, 0, 2})));
  CHECK_THAT(Run("invert_permutation", {Ints64({})}), Equals(Ints64({})));
  CHECK(Error("invert_permutation", {Ints64({0, 0})}) ==
        "invert_permutation: element 1 is 0, expected each of 0 to 1 once");
  CHECK(Error("invert_permutation", {Ints64({0, 2})}).find("element 1 is 2") != std::string::npos);
  CHECK(Error("invert_permutation", {Ints64({-1})}).find("element 0 is -1") != std::string::npos);
}

TEST_CASE("sliding_window: all windows as new axes", "[ops]") {
  const Tensor data = RandomTensor(DType::kFloat32, {2, 5, 4}, 9);
  const Tensor expected = NaiveMove(data, {2, 2, 3, 3, 2}, [&](const Index& index) {
    return Index{index[0], index[1] * 2 + index[3], index[2] + index[4]};
  });
  CHECK_THAT(Run("sliding_window", {data},
                 {{"axis", int64_t{1}}, {"window_shape", Index{3, 2}}, {"strides", Index{2, 1}}}),
             Equals(expected));
  CHECK(Error("sliding_window", {data},
              {{"axis", int64_t{1}}, {"window_shape", Index{6, 2}}, {"strides", Index{1, 1}}})
            .find("axis 1 (for its window) must be at least 6, found 5") != std::string::npos);
  CHECK(Error("sliding_window", {data},
              {{"axis", int64_t{1}}, {"window_shape", Index{3}}, {"strides", Index{1}}})
            .find("one for each of the 2 axes") != std::string::npos);
  CHECK(Error("sliding_window", {data}, {{"window_shape", Index{0}}, {"strides", Index{1}}}) ==
        "sliding_window: window_shape and strides must be positive");
  CHECK(SymbolicTypes()
            .Add(DType::kFloat32, {"n + 2"})
            .Infer("sliding_window", {{"window_shape", Index{2}}, {"strides", Index{1}}}) ==
        "Tensor[(n + 1, 2), float32]");
}

TEST_CASE("matrix_set_diag: replaces one diagonal", "[ops]") {
  const Tensor data = Of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  CHECK_THAT(Run("matrix_set_diag", {data, Of<float>({2}, {7, 8})}),
             Equals(Of<float>({2, 3}, {7, 2, 3, 4, 8, 6})));
  CHECK_THAT(Run("matrix_set_diag", {data, Of<float>({1}, {9})}, {{"k1", int64_t{-1}}, {"k2", int64_t{-1}}}),
             Equals(Of<float>({2, 3}, {1, 2, 3, 9, 5, 6})));
  CHECK_THAT(Run("matrix_set_diag", {Of<int8_t>({2, 1, 1}, {1, 2}), Of<int8_t>({2, 1}, {3, 4})}),
             Equals(Of<int8_t>({2, 1, 1}, {3, 4})));
}

TEST_CASE("matrix_set_diag: several diagonals, shorter ones aligned to either side", "[ops]") {
  const Tensor data = Of<int32_t>({3, 3}, {0, 0, 0, 0, 0, 0, 0, 0, 0});
  const Tensor diagonals = Of<int32_t>({3, 3}, {11, 12, 13, 21, 22, 23, 31, 32, 33});
  const Attributes range = {{"k1", int64_t{-1}}, {"k2", int64_t{1}}};
  CHECK_THAT(Run("matrix_set_diag", {data, diagonals}, range),
             Equals(Of<int32_t>({3, 3}, {21, 12, 0, 31, 22, 13, 0, 32, 23})));
  Attributes other = range;
  other.push_back({"super_diag_right_align", false});
  other.push_back({"sub_diag_right_align", true});
  CHECK_THAT(Run("matrix_set_diag", {data, diagonals}, other),
             Equals(Of<int32_t>({3, 3}, {21, 11, 0, 32, 22, 12, 0, 33, 23})));
}

TEST_CASE("matrix_set_diag: diagonals must lie in the matrix and fit", "[ops]") {
  const Tensor data = Of<float>({2, 2}, {1, 2, 3, 4});
  CHECK(Error("matrix_set_diag", {data, Of<float>({0}, {})}, {{"k1", int64_t{2}}, {"k2", int64_t{2}}})
            .find("columns of data (for k2) must be at least 3, found 2") != std::string::npos);
  CHECK(Error("matrix_set_diag", {data, Of<float>({3}, {1, 2, 3})}).find("must be equal, found 3 and 2") !=
        std::string::npos);
  CHECK(
      Error("matrix_set_diag", {data, data}, {{"k1", int64_t{1}}}).find("expected diagonals with k1 <= k2") !=
      std::string::npos);
}

}  // namespace
}  // namespace baton::test
