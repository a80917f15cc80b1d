#include <catch2/catch.hpp>
#include <limits>

#include "tests/relay_ops/relay_support.h"

namespace baton::test {
namespace {

using Catch::Contains;
using Tuple = std::vector<Tensor>;

TEST_CASE("strided_slice: bounds wrap and clamp, strides may go back", "[relay]") {
  const Tensor x = F32({5}, {0, 1, 2, 3, 4});
  const auto slice = [&](int64_t begin, int64_t end, int64_t stride) {
    return Relay1("strided_slice", {x},
                  {Ints("begin", {begin}), Ints("end", {end}), Ints("strides", {stride}), None("axes")});
  };
  CHECK_THAT(slice(1, 3, 1), Equals(F32({2}, {1, 2})));
  CHECK_THAT(slice(-2, 100, 1), Equals(F32({2}, {3, 4})));
  CHECK_THAT(slice(0, 5, 2), Equals(F32({3}, {0, 2, 4})));
  CHECK_THAT(slice(4, 0, -2), Equals(F32({2}, {4, 2})));
  CHECK_THAT(slice(-1, -6, -1), Equals(F32({5}, {4, 3, 2, 1, 0})));
  CHECK_THAT(slice(3, 1, 1), Equals(F32({0}, {})));
}

TEST_CASE("strided_slice: sizes instead of ends, axes by name, bounds left out", "[relay]") {
  const Tensor x = F32({2, 3}, {0, 1, 2, 3, 4, 5});
  CHECK_THAT(
      Relay1("strided_slice", {x},
             {Ints("begin", {0, 1}), Ints("end", {1, -1}), Ints("strides", {1}), A("slice_mode", "size")}),
      Equals(F32({1, 2}, {1, 2})));
  CHECK_THAT(Relay1("strided_slice", {x},
                    {Ints("begin", {-2}), Ints("end", {2}), Ints("strides", {1}), A("slice_mode", "size"),
                     Ints("axes", {1})}),
             Equals(F32({2, 2}, {1, 2, 4, 5})));
  CHECK_THAT(Relay1("strided_slice", {x},
                    {Ints("begin", {1}), Ints("end", {3}), Ints("strides", {1}), Ints("axes", {-1})}),
             Equals(F32({2, 2}, {1, 2, 4, 5})));
  CHECK_THAT(Relay1("strided_slice", {x}, {Ints("begin", {0, 0}), Ints("end", {2, 3}), Ints("strides", {2})}),
             Equals(F32({1, 3}, {0, 1, 2})));
  CHECK_THAT(Relay1("strided_slice", {x}, {Ints("begin", {1}), Ints("end", {3, 2}), None("strides")}),
             Equals(F32({1, 2}, {3, 4})));
  CHECK_THAT(
      RelayError("strided_slice", {x}, {Ints("begin", {1}), Ints("end", {3}), Ints("strides", {1, 1})}),
      Contains("'strides' has 2 elements, expected at most 1"));
  CHECK_THAT(RelayError("strided_slice", {x},
                        {Ints("begin", {1}), Ints("end", {3}), None("strides"), A("slice_mode", "ends")}),
             Contains("'slice_mode' is \"ends\""));
  CHECK(RelayType("strided_slice", {{DType::kFloat32, {"n"}}},
                  {Ints("begin", {1}), Ints("end", {std::numeric_limits<int64_t>::max()}),
                   Ints("strides", {1})}) == "Tensor[(max(0, n - 1)), float32]");
}

TEST_CASE("dyn.strided_slice: bounds that are data", "[relay]") {
  const Tensor x = F32({5}, {0, 1, 2, 3, 4});
  const auto slice = [&](double begin, double end, double stride, const char* mode) {
    return Relay1("dyn.strided_slice",
                  {x, Fixed(I64({1}, {begin})), Fixed(I64({1}, {end})), Fixed(I64({1}, {stride}))},
                  {None("begin"), None("end"), None("strides"), None("axes"), A("slice_mode", mode)});
  };
  CHECK_THAT(slice(1, 3, 1, "end"), Equals(F32({2}, {1, 2})));
  CHECK_THAT(slice(-1, -4, -1, "end"), Equals(F32({3}, {4, 3, 2})));
  CHECK_THAT(slice(1, 3, 1, "size"), Equals(F32({3}, {1, 2, 3})));
  CHECK_THAT(slice(3, -1, 1, "size"), Equals(F32({2}, {3, 4})));
  CHECK_THAT(slice(-2, 2, 1, "size"), Equals(F32({2}, {3, 4})));
}

TEST_CASE("slice_like: cut to another's extents", "[relay]") {
  const Tensor x = Counting({2, 3}), like = Counting({1, 2});
  CHECK_THAT(Relay1("slice_like", {x, like}, {None("axes")}), Equals(F32({1, 2}, {0, 1})));
  CHECK_THAT(Relay1("slice_like", {x, like}, {Ints("axes", {-1})}), Equals(F32({2, 2}, {0, 1, 3, 4})));
  CHECK_FALSE(RelayError("slice_like", {like, x}, {Ints("axes", {0})}).empty());
}

TEST_CASE("split: equal sections or cut points", "[relay]") {
  const Tensor x = Counting({4});
  auto parts = Relay("split", {x}, {A("indices_or_sections", 2)});
  REQUIRE(parts.size() == 2);
  CHECK_THAT(parts[1], Equals(F32({2}, {2, 3})));
  parts = Relay("split", {x}, {Ints("indices_or_sections", {1, 1}), A("axis", -1)});
  REQUIRE(parts.size() == 3);
  CHECK_THAT(parts[0], Equals(F32({1}, {0})));
  CHECK(parts[1].num_elements() == 0);
  CHECK_THAT(parts[2], Equals(F32({3}, {1, 2, 3})));
  CHECK_FALSE(RelayError("split", {x}, {A("indices_or_sections", 3)}).empty());
  CHECK_FALSE(RelayError("split", {x}, {A("indices_or_sections", 3)}, Mode::kSymbolic).empty());
  CHECK_FALSE(RelayError("split", {x}, {Ints("indices_or_sections", {5})}).empty());
  CHECK_THAT(RelayError("split", {x}, {Ints("indices_or_sections", {3, 2})}), Contains("has 2 after 3"));
}

TEST_CASE("take: clip, wrap and fast", "[relay]") {
  const Tensor x = F32({3}, {10, 20, 30}), i = I32({3}, {-1, 1, 4});
  const auto take = [&](const char* mode) { return Relay1("take", {x, i}, {A("axis", 0), A("mode", mode)}); };
  CHECK_THAT(take("clip"), Equals(F32({3}, {10, 20, 30})));
  CHECK_THAT(take("wrap"), Equals(F32({3}, {30, 20, 20})));
  CHECK_THAT(Relay1("take", {x, I64({}, {1})}, {A("axis", 0), A("mode", "fast")}), Equals(F32({}, {20})));
  CHECK_FALSE(RelayError("take", {x, i}, {A("axis", 0), A("mode", "fast")}).empty());
  CHECK_THAT(RelayError("take", {x, i}, {A("mode", "raise")}), Contains("'mode' is \"raise\""));
  CHECK_THAT(RelayError("take", {x, x}, {A("axis", 0)}), Contains("indices are float32"));
}

TEST_CASE("take: of the flat data, along an axis, batched", "[relay]") {
  const Tensor x = Counting({2, 3});
  CHECK_THAT(Relay1("take", {x, I32({2}, {5, 0})}), Equals(F32({2}, {5, 0})));
  CHECK_THAT(Relay1("take", {x, I32({2}, {2, 0})}, {A("axis", -1)}), Equals(F32({2, 2}, {2, 0, 5, 3})));
  CHECK_THAT(Relay1("take", {x, I32({2, 1}, {2, 0})}, {A("axis", 1), A("batch_dims", 1)}),
             Equals(F32({2, 1}, {2, 3})));
  // data[b, c, i[b, j]] -> [b, c, j].
  const Tensor y = Counting({2, 2, 2});
  CHECK_THAT(Relay1("take", {y, I32({2, 1}, {1, 0})}, {A("axis", 2), A("batch_dims", 1)}),
             Equals(F32({2, 2, 1}, {1, 3, 4, 6})));
}

TEST_CASE("take: parts of shapes stay known", "[relay]") {
  // The second extent of data, as the extent of another tensor.
  const RelayOperator& shape_of = *FindRelayOperator("shape_of");
  const RelayOperator& take = *FindRelayOperator("take");
  const RelayOperator& zeros = *FindRelayOperator("dyn.zeros");
  ir::Module module;
  ir::InferenceScope scope;
  RelayBuilder builder(module, module.NewRegion(), scope);
  ir::Var* x = module.NewVar("x", TensorType{DType::kFloat32, Shape{Dim(2), Dim::Symbol("n")}});
  scope.Define(*x);
  const auto convert = [&](const RelayOperator& op, const Attrs& attrs, std::vector<ir::Atom> args) {
    return ConvertRelayCall(op, *ParseRelayAttributes(op, attrs), std::move(args), builder).value();
  };
  const ir::Atom shape = convert(shape_of, {A("dtype", "int64")}, {x});
  const ir::Atom extent = convert(take, {A("axis", 0)}, {shape, module.NewConstant(I64({1}, {1}))});
  const ir::Atom result = convert(zeros, {A("dtype", "int8")}, {extent});
  CHECK(result.type().ToString() == "Tensor[(n), int8]");
}

TEST_CASE("gather and gather_nd: element by element, and by tuples along the first axis", "[relay]") {
  const Tensor x = F32({2, 2}, {1, 2, 3, 4});
  CHECK_THAT(Relay1("gather", {x, I64({2, 1}, {1, 0})}, {A("axis", 1)}), Equals(F32({2, 1}, {2, 3})));
  // Columns of the indices are (0, 1) and (1, 1).
  CHECK_THAT(Relay1("gather_nd", {x, Fixed(I64({2, 2}, {0, 1, 1, 1}))}), Equals(F32({2}, {2, 4})));
  CHECK_THAT(Relay1("gather_nd", {x, I64({1, 3}, {1, 0, 1})}, {A("index_rank", 1)}),
             Equals(F32({3, 2}, {3, 4, 1, 2, 3, 4})));
  // data[b, i[0, b]].
  CHECK_THAT(Relay1("gather_nd", {x, Fixed(I64({1, 2}, {1, 0}))}, {A("batch_dims", 1)}),
             Equals(F32({2}, {2, 3})));
}

TEST_CASE("scatter_elements: every reduction", "[relay]") {
  const Tensor x = F32({3}, {1, 10, 100}), i = I64({3}, {0, 2, 0}), u = F32({3}, {2, 3, 6});
  const auto scatter = [&](const char* reduction) {
    return Relay1("scatter_elements", {x, i, u}, {A("reduction", reduction)});
  };
  CHECK_THAT(scatter("update"), Equals(F32({3}, {6, 10, 3})));
  CHECK_THAT(scatter("add"), Equals(F32({3}, {9, 10, 103})));
  CHECK_THAT(scatter("mul"), Equals(F32({3}, {12, 10, 300})));
  CHECK_THAT(scatter("min"), Equals(F32({3}, {1, 10, 3})));
  CHECK_THAT(scatter("max"), Equals(F32({3}, {6, 10, 100})));
  // One update after the other: ((1 + 2) / 2 + 6) / 2.
  CHECK_THAT(scatter("mean"), Equals(F32({3}, {3.75, 10, 51.5})));
  CHECK_FALSE(RelayError("scatter_elements", {x, i, u}, {A("reduction", "median")}).empty());
}

TEST_CASE("scatter_nd: tuples along the first axis", "[relay]") {
  const Tensor x = F32({2, 2}, {1, 2, 3, 4}), i = I64({2, 2}, {0, 1, 1, 1}), u = F32({2}, {10, 20});
  CHECK_THAT(Relay1("scatter_nd", {x, Fixed(i), u}), Equals(F32({2, 2}, {1, 10, 3, 20})));
  CHECK_THAT(Relay1("scatter_nd", {x, Fixed(i), u}, {A("mode", "add")}), Equals(F32({2, 2}, {1, 12, 3, 24})));
}

TEST_CASE("adv_index: indices broadcast against each other", "[relay]") {
  const Tensor x = F32({2, 2}, {1, 2, 3, 4});
  CHECK_THAT(Relay1("adv_index", {Tuple{x, I64({2, 1}, {0, 1}), I64({2}, {1, 0})}}),
             Equals(F32({2, 2}, {2, 1, 4, 3})));
  CHECK_THAT(Relay1("adv_index", {Tuple{x, I32({1}, {1})}}), Equals(F32({1, 2}, {3, 4})));
}

TEST_CASE("one_hot: on where the index is, off elsewhere and for indices outside", "[relay]") {
  const Tensor i = I64({3}, {1, -1, 2}), on = F32({}, {5}), off = F32({}, {1});
  CHECK_THAT(Relay1("one_hot", {i, on, off}, {A("depth", 2), A("dtype", "float32")}),
             Equals(F32({3, 2}, {1, 5, 1, 1, 1, 1})));
  CHECK_THAT(Relay1("one_hot", {i, on, off}, {A("depth", 2), A("axis", 0), A("dtype", "int32")}),
             Equals(I32({2, 3}, {1, 1, 1, 5, 1, 1})));
  CHECK_THAT(Relay1("dyn.one_hot", {i, on, off, I32({}, {2})}, {None("depth"), A("dtype", "float32")}),
             Equals(F32({3, 2}, {1, 5, 1, 1, 1, 1})));
}

TEST_CASE("reverse, reverse_sequence, sequence_mask: along the sequence", "[relay]") {
  const Tensor x = F32({2, 3}, {1, 2, 3, 4, 5, 6}), lengths = I32({2}, {2, 3});
  CHECK_THAT(Relay1("reverse", {x}), Equals(F32({2, 3}, {4, 5, 6, 1, 2, 3})));
  CHECK_THAT(Relay1("reverse", {x}, {A("axis", 1)}), Equals(F32({2, 3}, {3, 2, 1, 6, 5, 4})));
  CHECK_THAT(Relay1("reverse_sequence", {x, lengths}), Equals(F32({2, 3}, {2, 1, 3, 6, 5, 4})));
  CHECK_THAT(Relay1("sequence_mask", {x, lengths}, {A("axis", 1), A("mask_value", -1.0)}),
             Equals(F32({2, 3}, {1, 2, -1, 4, 5, 6})));
  CHECK_THAT(Relay1("sequence_mask", {Counting({2, 2, 1}), I32({2}, {1, 2})}),
             Equals(F32({2, 2, 1}, {0, 1, 0, 3})));
  CHECK_THAT(RelayError("sequence_mask", {x, lengths}, {A("axis", 2)}), Contains("axis 2"));
}

TEST_CASE("unravel_index, invert_permutation, sliding_window", "[relay]") {
  CHECK_THAT(Relay1("unravel_index", {I64({2}, {5, 2}), Fixed(I64({2}, {2, 3}))}),
             Equals(I64({2, 2}, {1, 0, 2, 2})));
  CHECK_THAT(Relay1("invert_permutation", {I32({3}, {2, 0, 1})}), Equals(I32({3}, {1, 2, 0})));
  CHECK_THAT(Relay1("sliding_window", {Counting({4})},
                    {A("axis", 0), Ints("window_shape", {2}), Ints("strides", {1})}),
             Equals(F32({3, 2}, {0, 1, 1, 2, 2, 3})));
  CHECK_THAT(Relay1("sliding_window", {Counting({1, 2, 3})},
                    {A("axis", 1), Ints("window_shape", {2, 2}), Ints("strides", {1, 1})}),
             Equals(F32({1, 1, 2, 2, 2}, {0, 1, 3, 4, 1, 2, 4, 5})));
}

TEST_CASE("matrix_set_diag: diagonals replaced", "[relay]") {
  CHECK_THAT(Relay1("matrix_set_diag", {F32({2, 2}, {1, 2, 3, 4}), F32({2}, {8, 9})}),
             Equals(F32({2, 2}, {8, 2, 3, 9})));
  CHECK_THAT(
      Relay1("matrix_set_diag", {F32({2, 2}, {1, 2, 3, 4}), Fixed(F32({1}, {8}))}, {A("k1", 1), A("k2", 1)}),
      Equals(F32({2, 2}, {1, 8, 3, 4})));
}

TEST_CASE("sparse: lists of indices and values", "[relay]") {
  CHECK_THAT(Relay1("sparse_to_dense", {Fixed(I64({2, 2}, {0, 1, 1, 0})), F32({2}, {5, 6}), F32({}, {9})},
                    {Ints("output_shape", {2, 2})}),
             Equals(F32({2, 2}, {9, 5, 6, 9})));
  CHECK_THAT(Relay1("sparse_to_dense", {I64({2}, {0, 2}), F32({}, {5})}, {Ints("output_shape", {3})}),
             Equals(F32({3}, {5, 0, 5})));
  CHECK_THAT(Relay1("dyn.sparse_to_dense", {I64({}, {1}), Fixed(I64({1}, {2})), F32({}, {5}), F32({}, {0})}),
             Equals(F32({2}, {0, 5})));
  auto results =
      Relay("sparse_reshape", {I64({2, 2}, {0, 1, 1, 2}), Fixed(I64({2}, {2, 3})), Fixed(I64({2}, {3, -1}))});
  REQUIRE(results.size() == 2);
  CHECK_THAT(results[0], Equals(I64({2, 2}, {0, 1, 2, 1})));
  CHECK_THAT(results[1], Equals(I64({2}, {3, 2})));
  results = Relay("sparse_fill_empty_rows",
                  {I64({2, 2}, {1, 1, 3, 0}), F32({2}, {5, 6}), Fixed(I64({2}, {4, 2})), F32({}, {9})});
  REQUIRE(results.size() == 3);
  CHECK_THAT(results[0], Equals(I64({4, 2}, {0, 0, 1, 1, 2, 0, 3, 0})));
  CHECK_THAT(results[1], Equals(F32({4}, {9, 5, 9, 6})));
  CHECK_THAT(results[2], Equals(Bools({4}, {1, 0, 1, 0})));
}

}  // namespace
}  // namespace baton::test
