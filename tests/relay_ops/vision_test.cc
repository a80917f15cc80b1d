#include <catch2/catch.hpp>

#include "tests/relay_ops/relay_support.h"

namespace baton::test {
namespace {

using Catch::Contains;

TEST_CASE("image.resize2d and nn.upsampling: nearest and linear", "[relay]") {
  const Tensor x = F32({1, 1, 1, 2}, {1, 3});
  const Attrs nearest = {Ints("size", {2, 4}), A("method", "nearest_neighbor"),
                         A("coordinate_transformation_mode", "asymmetric"), A("rounding_method", "")};
  const Tensor doubled = F32({1, 1, 2, 4}, {1, 1, 3, 3, 1, 1, 3, 3});
  CHECK_THAT(Relay1("image.resize2d", {x}, nearest), Equals(doubled));
  CHECK_THAT(Relay1("nn.upsampling", {x}, {A("scale_h", 2.0), A("scale_w", 2.0)}), Equals(doubled));
  CHECK_THAT(Relay1("dyn.nn.upsampling", {x, F32({}, {2}), F32({}, {2})}), Equals(doubled));
  CHECK_THAT(Relay1("nn.upsampling", {F32({1, 1, 2, 1}, {1, 3})},
                    {A("scale_h", 1), A("scale_w", 1.5), A("layout", "NHWC")}),
             Equals(F32({1, 1, 3, 1}, {1, 1, 3})));
  CHECK_THAT(Relay1("image.resize2d", {x},
                    {Ints("size", {1, 3}), A("coordinate_transformation_mode", "align_corners"),
                     A("out_dtype", "float64")}),
             Equals(Of<double>({1, 1, 1, 3}, {1, 2, 3})));
  CHECK_THAT(Relay1("dyn.image.resize2d", {x, Fixed(I64({2}, {1, 3})), Fixed(F32({4}, {0, 0, 1, 1}))},
                    {A("coordinate_transformation_mode", "align_corners")}),
             Equals(F32({1, 1, 1, 3}, {1, 2, 3})));
  CHECK(RelayType("nn.upsampling", {{DType::kFloat32, {"n", "c", "h", "w"}}},
                  {A("scale_h", 2.0), A("scale_w", 3.0)}) == "Tensor[(n, c, 2*h, 3*w), float32]");
  CHECK_THAT(RelayError("nn.upsampling", {x}, {A("scale_h", -1.0), A("scale_w", 2.0)}),
             Contains("scale is -1"));
}

TEST_CASE("image.crop_and_resize, image.affine_grid, image.grid_sample", "[relay]") {
  const Tensor x = F32({1, 1, 2, 2}, {1, 2, 3, 4});
  CHECK_THAT(Relay1("image.crop_and_resize", {x, Fixed(F32({1, 4}, {0, 0, 1, 1})), I32({1}, {0})},
                    {Ints("crop_size", {2, 2})}),
             Equals(F32({1, 1, 2, 2}, {1, 2, 3, 4})));
  const Tensor identity = F32({1, 2, 3}, {1, 0, 0, 0, 1, 0});
  const Tensor grid = Relay1("image.affine_grid", {Fixed(identity)}, {Ints("target_shape", {2, 2})});
  CHECK_THAT(grid, Equals(F32({1, 2, 2, 2}, {-1, 1, -1, 1, -1, -1, 1, 1})));
  CHECK_THAT(Relay1("image.grid_sample", {x, Fixed(grid)}), AllClose(x, 1e-6, 0));
}

TEST_CASE("vision.get_valid_counts and vision.non_max_suppression: the boxes that matter", "[relay]") {
  // Class, score, corners.
  const Tensor boxes = F32({1, 3, 6}, {0, 0.9, 0, 0, 2, 2, 0, 0.1, 9, 9, 10, 10, 0, 0.8, 0, 0, 2, 2.1});
  const auto valid =
      Relay("vision.get_valid_counts", {Fixed(boxes), F32({}, {0.5})}, {None("score_threshold")});
  REQUIRE(valid.size() == 3);
  CHECK_THAT(valid[0], Equals(I32({1}, {2})));
  CHECK_THAT(valid[2], Equals(I32({1, 3}, {0, 2, -1})));
  const std::vector<Argument> args = {Fixed(valid[1]), Fixed(valid[0]), Fixed(valid[2]), I32({}, {-1}),
                                      F32({}, {0.5})};
  const auto kept = Relay("vision.non_max_suppression", args);
  REQUIRE(kept.size() == 2);
  CHECK_THAT(kept[0], Equals(I32({1, 3}, {0, -1, -1})));
  CHECK_THAT(kept[1], Equals(I32({1, 1}, {1})));
  const auto rows =
      Relay("vision.non_max_suppression", args, {A("return_indices", false), A("invalid_to_bottom", true)});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].shape() == Index{1, 3, 6});
  CHECK(rows[0]->As<float>()[1] == 0.9f);
}

TEST_CASE("vision.all_class_non_max_suppression: as many rows as there are", "[relay]") {
  const Tensor boxes = F32({1, 2, 4}, {0, 0, 1, 1, 0, 0, 1, 1}), scores = F32({1, 1, 2}, {0.5, 0.9});
  const std::vector<Argument> args = {Fixed(boxes), Fixed(scores), I64({}, {10}), F32({}, {0.5}),
                                      F32({}, {0.1})};
  const auto selected = Relay("vision.all_class_non_max_suppression", args);
  REQUIRE(selected.size() == 2);
  CHECK_THAT(selected[0], Equals(I64({1, 3}, {0, 0, 1})));
  CHECK_THAT(selected[1], Equals(I64({1}, {1})));
  CHECK_THAT(RelayError("vision.all_class_non_max_suppression", args, {A("output_format", "tensorflow")}),
             Contains("output_format"));
}

TEST_CASE("vision.roi_align and vision.roi_pool: bins of regions", "[relay]") {
  const Tensor x = F32({1, 1, 2, 2}, {1, 2, 3, 4}), region = F32({1, 5}, {0, 0, 0, 1, 1});
  const Attrs one = {Ints("pooled_size", {1, 1}), A("spatial_scale", 1.0)};
  CHECK_THAT(Relay1("vision.roi_pool", {x, Fixed(region)}, one), Equals(F32({1, 1, 1, 1}, {4})));
  // One sample in the middle of [0, 1] x [0, 1].
  CHECK_THAT(Relay1("vision.roi_align", {x, Fixed(region)},
                    {Ints("pooled_size", {1, 1}), A("spatial_scale", 1.0), A("sample_ratio", 1)}),
             Equals(F32({1, 1, 1, 1}, {2.5})));
  CHECK_THAT(Relay1("vision.roi_pool", {F32({1, 2, 2, 1}, {1, 2, 3, 4}), Fixed(region)},
                    {Ints("pooled_size", {1, 1}), A("spatial_scale", 1.0), A("layout", "NHWC")}),
             Equals(F32({1, 1, 1, 1}, {4})));
}

TEST_CASE("vision.multibox_prior: anchors of a map of one pixel", "[relay]") {
  CHECK_THAT(Relay1("vision.multibox_prior", {Fixed(F32({1, 1, 1, 1}, {0}))}, {Floats("sizes", {0.5})}),
             AllClose(F32({1, 1, 4}, {0.25, 0.25, 0.75, 0.75}), 1e-6, 0));
}

}  // namespace
}  // namespace baton::test
