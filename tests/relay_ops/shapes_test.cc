#include <catch2/catch.hpp>

#include "tests/relay_ops/relay_support.h"

namespace baton::test {
namespace {

using Catch::Contains;
using Tuple = std::vector<Tensor>;

Index ShapeAfter(const Index& dims, const Index& newshape) {
  const Tensor result = Relay1("reshape", {Counting(dims)}, {Ints("newshape", newshape)});
  CHECK(result->As<float>()[result.num_elements() - 1] == static_cast<float>(result.num_elements() - 1));
  return Index(result.shape().begin(), result.shape().end());
}

TEST_CASE("reshape: the codes of the language", "[relay]") {
  CHECK(ShapeAfter({2, 3, 4}, {4, 6}) == Index{4, 6});
  CHECK(ShapeAfter({2, 3, 4}, {0, -1}) == Index{2, 12});
  CHECK(ShapeAfter({2, 3, 4}, {-2}) == Index{2, 3, 4});
  CHECK(ShapeAfter({2, 3, 4}, {2, -2}) == Index{2, 3, 4});
  CHECK(ShapeAfter({2, 3, 4}, {-2, 1, 1}) == Index{2, 3, 4, 1, 1});
  CHECK(ShapeAfter({2, 3, 4}, {-3, 4}) == Index{6, 4});
  CHECK(ShapeAfter({2, 3, 4, 5}, {-3, -3}) == Index{6, 20});
  CHECK(ShapeAfter({2, 3, 4}, {0, -3}) == Index{2, 12});
  CHECK(ShapeAfter({2, 3, 4}, {-4, 1, 2, -2}) == Index{1, 2, 3, 4});
  CHECK(ShapeAfter({2, 3, 4}, {2, -4, -1, 3, -2}) == Index{2, 1, 3, 4});
  CHECK(ShapeAfter({6, 4}, {-4, 2, -1, -1}) == Index{2, 3, 4});
}

TEST_CASE("reshape: zero extents on request, and shapes that do not fit", "[relay]") {
  CHECK_THAT(Relay1("reshape", {F32({0, 2}, {})}, {Ints("newshape", {0, 3}), A("allowzero", 1)}),
             Equals(F32({0, 3}, {})));
  const Tensor x = Counting({2, 3});
  CHECK_THAT(RelayError("reshape", {x}, {Ints("newshape", {4, 2})}), Contains("elements"));
  CHECK_THAT(RelayError("reshape", {x}, {Ints("newshape", {-5})}), Contains("the code -5"));
  CHECK_THAT(RelayError("reshape", {x}, {Ints("newshape", {-3, -3})}), Contains("axis 2 of data"));
  CHECK_THAT(RelayError("reshape", {x}, {Ints("newshape", {-4, 2})}), Contains("two numbers after it"));
}

TEST_CASE("reshape: symbolic extents stay precise", "[relay]") {
  const TypeText x = {DType::kFloat32, {"n", "6", "k"}};
  CHECK(RelayType("reshape", {x}, {Ints("newshape", {-3, 0})}) == "Tensor[(6*n, k), float32]");
  CHECK(RelayType("reshape", {x}, {Ints("newshape", {0, -4, 2, -1, -2})}) == "Tensor[(n, 2, 3, k), float32]");
  CHECK(RelayType("reshape", {x}, {Ints("newshape", {-1})}) == "Tensor[(6*k*n), float32]");
}

TEST_CASE("reshape_like: a section of the shape from another tensor", "[relay]") {
  const Tensor x = Counting({1, 2, 3, 4}), like = Counting({1, 4, 6, 5});
  CHECK(Relay1("reshape_like", {Counting({2, 3}), Counting({3, 2})}).shape() == Index{3, 2});
  CHECK(Relay1("reshape_like", {x, like}, {A("lhs_begin", 1), A("rhs_begin", 1), A("rhs_end", 3)}).shape() ==
        Index{1, 4, 6});
  CHECK(Relay1("reshape_like", {Counting({30, 7}), like}, {A("lhs_end", 1), A("rhs_begin", 2)}).shape() ==
        Index{6, 5, 7});
}

TEST_CASE("expand_dims and squeeze: axes of extent one come and go", "[relay]") {
  const Tensor x = Counting({2, 3});
  CHECK(Relay1("expand_dims", {x}, {A("axis", 1)}).shape() == Index{2, 1, 3});
  CHECK(Relay1("expand_dims", {x}, {A("axis", -1), A("num_newaxis", 2)}).shape() == Index{2, 3, 1, 1});
  CHECK(Relay1("expand_dims", {x}, {A("axis", 0), A("num_newaxis", 0)}).shape() == Index{2, 3});
  CHECK(Relay1("squeeze", {Counting({1, 2, 1})}, {Ints("axis", {-1})}).shape() == Index{1, 2});
  CHECK(RelayIn(Mode::kStatic, "squeeze", {Counting({1, 2, 1})})[0].shape() == Index{2});
  // Only extents known to be one are dropped when no axes are given.
  CHECK(RelayType("squeeze", {{DType::kFloat32, {"1", "n"}}}) == "Tensor[(n), float32]");
  CHECK_THAT(RelayError("squeeze", {x}, {Ints("axis", {0})}), Contains("squeezed axis 0"));
}

TEST_CASE("transpose: a permutation, or reversed", "[relay]") {
  const Tensor x = Counting({2, 3});
  CHECK_THAT(Relay1("transpose", {x}, {None("axes")}), Equals(F32({3, 2}, {0, 3, 1, 4, 2, 5})));
  CHECK_THAT(Relay1("transpose", {x}, {Ints("axes", {0, 1})}), Equals(x));
}

TEST_CASE("concatenate and stack: along an old or a new axis", "[relay]") {
  const Tensor x = F32({1, 2}, {1, 2}), y = F32({1, 2}, {3, 4});
  CHECK_THAT(Relay1("concatenate", {Tuple{x, y}}), Equals(F32({2, 2}, {1, 2, 3, 4})));
  CHECK_THAT(Relay1("concatenate", {Tuple{x, y}}, {A("axis", -1)}), Equals(F32({1, 4}, {1, 2, 3, 4})));
  CHECK_THAT(Relay1("stack", {Tuple{x, y}}, {A("axis", -1)}), Equals(F32({1, 2, 2}, {1, 3, 2, 4})));
  CHECK_THAT(Relay1("stack", {Tuple{x, y}}), Equals(F32({2, 1, 2}, {1, 2, 3, 4})));
  CHECK(RelayError("concatenate", {Tuple{}}) == "concatenate: its tuple is empty");
}

TEST_CASE("tile and repeat: whole tensors or each element", "[relay]") {
  const Tensor x = F32({2}, {1, 2}), y = F32({2, 2}, {1, 2, 3, 4});
  CHECK_THAT(Relay1("tile", {x}, {Ints("reps", {2, 2})}), Equals(F32({2, 4}, {1, 2, 1, 2, 1, 2, 1, 2})));
  CHECK_THAT(Relay1("tile", {y}, {Ints("reps", {2})}), Equals(F32({2, 4}, {1, 2, 1, 2, 3, 4, 3, 4})));
  CHECK_THAT(Relay1("repeat", {x}, {A("repeats", 2), A("axis", 0)}), Equals(F32({4}, {1, 1, 2, 2})));
  CHECK_THAT(Relay1("repeat", {y}, {A("repeats", 2), A("axis", 1)}),
             Equals(F32({2, 4}, {1, 1, 2, 2, 3, 3, 4, 4})));
  CHECK_THAT(Relay1("repeat", {y}, {A("repeats", 2), None("axis")}),
             Equals(F32({8}, {1, 1, 2, 2, 3, 3, 4, 4})));
  CHECK(RelayType("repeat", {{DType::kFloat32, {"n", "2"}}}, {A("repeats", 3), A("axis", 0)}) ==
        "Tensor[(3*n, 2), float32]");
}

TEST_CASE("broadcast_to: to exactly the shape", "[relay]") {
  const Tensor x = F32({1, 2}, {1, 2});
  CHECK_THAT(Relay1("broadcast_to", {x}, {Ints("shape", {2, 2}), A("dtype", "")}),
             Equals(F32({2, 2}, {1, 2, 1, 2})));
  CHECK_THAT(Relay1("broadcast_to_like", {x, Counting({2, 1, 2})}), Equals(F32({2, 1, 2}, {1, 2, 1, 2})));
  CHECK_THAT(Relay1("dyn.broadcast_to", {x, I32({2}, {2, 2})}), Equals(F32({2, 2}, {1, 2, 1, 2})));
  CHECK_FALSE(RelayError("broadcast_to", {x}, {Ints("shape", {2, 1})}).empty());
  CHECK_FALSE(RelayError("dyn.broadcast_to", {x, I32({2}, {2, 1})}).empty());
}

TEST_CASE("collapse_sum: the inverse of a broadcast", "[relay]") {
  const Tensor x = F32({2, 2}, {1, 2, 3, 4});
  CHECK_THAT(Relay1("collapse_sum_to", {x}, {Ints("shape", {2})}), Equals(F32({2}, {4, 6})));
  CHECK_THAT(Relay1("collapse_sum_to", {x}, {Ints("shape", {2, 1})}), Equals(F32({2, 1}, {3, 7})));
  CHECK_THAT(Relay1("collapse_sum_like", {x, F32({2}, {0, 0})}), Equals(F32({2}, {4, 6})));
}

TEST_CASE("nn.pad and nn.mirror_pad: amounts in pairs", "[relay]") {
  const Tensor x = F32({3}, {1, 2, 3});
  CHECK_THAT(Relay1("nn.pad", {x, F32({}, {9})}, {Lists("pad_width", {{1, 2}})}),
             Equals(F32({6}, {9, 1, 2, 3, 9, 9})));
  CHECK_THAT(Relay1("nn.pad", {x, F32({}, {0})}, {Lists("pad_width", {{1, 1}}), A("pad_mode", "edge")}),
             Equals(F32({5}, {1, 1, 2, 3, 3})));
  CHECK_THAT(Relay1("nn.pad", {x, F32({}, {0})}, {Lists("pad_width", {{1, 1}}), A("pad_mode", "reflect")}),
             Equals(F32({5}, {2, 1, 2, 3, 2})));
  CHECK_THAT(Relay1("nn.mirror_pad", {x}, {Lists("pad_width", {{2, 1}})}),
             Equals(F32({6}, {2, 1, 1, 2, 3, 3})));
  CHECK_THAT(Relay1("nn.mirror_pad", {x}, {A("mode", "REFLECT"), Lists("pad_width", {{2, 1}})}),
             Equals(F32({6}, {3, 2, 1, 2, 3, 2})));
  CHECK_THAT(RelayError("nn.pad", {x}, {Lists("pad_width", {{1, 1}, {1, 1}})}),
             Contains("2 pairs, expected 1"));
  CHECK_THAT(Relay1("dyn.nn.pad", {x, I32({1, 2}, {1, 2}), F32({}, {9})}),
             Equals(F32({6}, {9, 1, 2, 3, 9, 9})));
}

TEST_CASE("nn.fifo_buffer: the newest elements", "[relay]") {
  const Tensor data = F32({2, 1}, {5, 6}), buffer = F32({3, 1}, {1, 2, 3});
  CHECK_THAT(Relay1("nn.fifo_buffer", {data, buffer}), Equals(F32({3, 1}, {3, 5, 6})));
}

TEST_CASE("shape_of and ndarray_size: in the element type asked for", "[relay]") {
  const Tensor x = Counting({2, 3});
  CHECK_THAT(Relay1("shape_of", {x}, {A("dtype", "int32")}), Equals(I32({2}, {2, 3})));
  CHECK_THAT(Relay1("shape_of", {x}, {A("dtype", "int64")}), Equals(I64({2}, {2, 3})));
  CHECK_THAT(Relay1("ndarray_size", {x}, {A("dtype", "int64")}), Equals(I64({}, {6})));
}

TEST_CASE("layout_transform: axes moved, split and merged", "[relay]") {
  const Tensor x = Counting({1, 4, 1, 2});
  const auto transform = [](const Tensor& data, const char* from, const char* to) {
    return Relay1("layout_transform", {data}, {A("src_layout", from), A("dst_layout", to)});
  };
  CHECK_THAT(transform(x, "NCHW", "NHWC"), Equals(F32({1, 1, 2, 4}, {0, 2, 4, 6, 1, 3, 5, 7})));
  const Tensor blocked = F32({1, 2, 1, 2, 2}, {0, 2, 1, 3, 4, 6, 5, 7});
  CHECK_THAT(transform(x, "NCHW", "NCHW2c"), Equals(blocked));
  CHECK_THAT(transform(blocked, "NCHW2c", "NCHW"), Equals(x));
  CHECK_THAT(transform(blocked, "NCHW2c", "NHWC4c"), Equals(F32({1, 1, 2, 1, 4}, {0, 2, 4, 6, 1, 3, 5, 7})));
  CHECK_THAT(RelayError("layout_transform", {x}, {A("src_layout", "NCHW"), A("dst_layout", "NCHW3c")}),
             Contains("elements"));
  CHECK_THAT(RelayError("layout_transform", {x}, {A("src_layout", "NCHW"), A("dst_layout", "NCWx")}),
             Contains("is no layout"));
  CHECK_THAT(RelayError("layout_transform", {x}, {A("src_layout", "NCHW"), A("dst_layout", "NCDW")}),
             Contains("different axes"));
}

TEST_CASE("meshgrid: every vector along its own axis", "[relay]") {
  const Tensor x = F32({2}, {1, 2}), y = F32({3}, {3, 4, 5});
  auto grids = Relay("meshgrid", {Tuple{x, y}});
  REQUIRE(grids.size() == 2);
  CHECK_THAT(grids[0], Equals(F32({2, 3}, {1, 1, 1, 2, 2, 2})));
  CHECK_THAT(grids[1], Equals(F32({2, 3}, {3, 4, 5, 3, 4, 5})));
  grids = Relay("meshgrid", {Tuple{x, y}}, {A("indexing", "xy")});
  CHECK_THAT(grids[0], Equals(F32({3, 2}, {1, 2, 1, 2, 1, 2})));
  CHECK_THAT(grids[1], Equals(F32({3, 2}, {3, 3, 4, 4, 5, 5})));
}

TEST_CASE("full, zeros, ones, arange: from shapes and numbers", "[relay]") {
  CHECK_THAT(Relay1("full", {F32({}, {7})}, {Ints("shape", {2}), A("dtype", "int32")}),
             Equals(I32({2}, {7, 7})));
  CHECK_THAT(Relay1("zeros", {}, {Ints("shape", {1, 2}), A("dtype", "int8")}),
             Equals(Of<int8_t>({1, 2}, {0, 0})));
  CHECK_THAT(Relay1("ones", {}, {Ints("shape", {}), A("dtype", "float32")}), Equals(F32({}, {1})));
  CHECK_THAT(Relay1("arange", {F32({}, {1}), F32({}, {2}), F32({}, {0.25})}, {A("dtype", "float32")}),
             Equals(F32({4}, {1, 1.25, 1.5, 1.75})));
  CHECK_THAT(Relay1("arange", {I32({}, {5}), I32({}, {0}), I32({}, {-2})}, {A("dtype", "int32")}),
             Equals(I32({3}, {5, 3, 1})));
}

TEST_CASE("dyn: shapes and amounts that are data", "[relay]") {
  const Tensor x = F32({2}, {1, 2});
  CHECK_THAT(Relay1("dyn.reshape", {Counting({2, 3}), I64({2}, {0, -1})}), Equals(Counting({2, 3})));
  CHECK(Relay1("dyn.reshape", {Counting({2, 3}), I32({1}, {6})}).shape() == Index{6});
  CHECK(RelayIn(Mode::kConstant, "dyn.reshape", {Counting({2, 3}), I64({1}, {-3})})[0].shape() == Index{6});
  CHECK_THAT(Relay1("dyn.tile", {x, Fixed(I32({2}, {1, 2}))}), Equals(F32({1, 4}, {1, 2, 1, 2})));
  CHECK_THAT(Relay1("dyn.zeros", {I64({1}, {2})}, {None("shape"), A("dtype", "float32")}),
             Equals(F32({2}, {0, 0})));
  CHECK_THAT(Relay1("dyn.ones", {I64({1}, {2})}, {None("shape"), A("dtype", "int32")}),
             Equals(I32({2}, {1, 1})));
  CHECK_THAT(Relay1("dyn.full", {F32({}, {3}), I64({1}, {2})}, {None("shape"), A("dtype", "")}),
             Equals(F32({2}, {3, 3})));
  CHECK(Relay1("dyn.expand_dims", {x, I64({}, {-1})}).shape() == Index{2, 1});
  CHECK(Relay1("dyn.expand_dims", {x, I64({}, {0})}, {A("num_newaxis", 2)}).shape() == Index{1, 1, 2});
  CHECK(Relay1("dyn.squeeze", {Counting({1, 2, 1}), I64({1}, {2})}).shape() == Index{1, 2});
}

TEST_CASE("blocks: space, depth and batch", "[relay]") {
  const Tensor x = Counting({1, 4, 1, 1});
  CHECK_THAT(Relay1("nn.depth_to_space", {x}, {A("block_size", 2)}), Equals(F32({1, 1, 2, 2}, {0, 1, 2, 3})));
  CHECK_THAT(Relay1("nn.space_to_depth", {Counting({1, 1, 2, 2})}, {A("block_size", 2)}),
             Equals(F32({1, 4, 1, 1}, {0, 1, 2, 3})));
  const Tensor wide = Counting({1, 8, 1, 1});
  CHECK_THAT(Relay1("nn.depth_to_space", {wide}, {A("block_size", 2)}),
             Equals(F32({1, 2, 2, 2}, {0, 2, 4, 6, 1, 3, 5, 7})));
  CHECK_THAT(Relay1("nn.depth_to_space", {wide}, {A("block_size", 2), A("mode", "CRD")}),
             Equals(F32({1, 2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7})));
  const Tensor batches = F32({4, 1, 1, 1}, {0, 1, 2, 3});
  CHECK_THAT(Relay1("nn.space_to_batch_nd", {Counting({1, 2, 2, 1})},
                    {Ints("block_shape", {2, 2}), Lists("paddings", {{0, 0}, {0, 0}})}),
             Equals(batches));
  CHECK_THAT(Relay1("nn.batch_to_space_nd", {batches},
                    {Ints("block_shape", {2, 2}), Lists("crops", {{0, 0}, {0, 1}})}),
             Equals(F32({1, 2, 1, 1}, {0, 2})));
  CHECK_THAT(Relay1("nn.dilate", {F32({1, 2}, {1, 2})}, {Ints("strides", {1, 3}), A("dilation_value", 9.0)}),
             Equals(F32({1, 4}, {1, 9, 9, 2})));
  CHECK_THAT(Relay1("nn.batch_flatten", {Counting({2, 1, 3})}), Equals(Counting({2, 3})));
  // Four channels of two rows and columns read as one channel of four rows and columns.
  CHECK_THAT(Relay1("vision.yolo_reorg", {Counting({1, 4, 2, 2})}, {A("stride", 2)}),
             Equals(F32({1, 16, 1, 1}, {0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15})));
}

}  // namespace
}  // namespace baton::test
