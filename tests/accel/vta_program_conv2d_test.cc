#include "accel/vta/program/conv2d.h"

#include <catch2/catch.hpp>

#include "accel/vta/program/layout.h"
#include "tests/accel/vta_program_runner.h"

namespace baton::vta {
namespace {

// Builds, runs with each seed and compares with the slow twin.
void CheckConv2d(const Config& config, const Conv2dShape& shape, const Epilogue& epilogue,
                 const BuildOptions& options, Random& random, const std::vector<uint64_t>& seeds) {
  CAPTURE(ToString(shape));
  const absl::StatusOr<Program> program = BuildConv2d(config, shape, epilogue, options);
  INFO(program.status().ToString());
  REQUIRE(program.ok());
  CAPTURE(program->tiling);
  CHECK(program->macs == shape.num_macs());
  const auto data =
      RandomInt8(random, uint64_t{shape.batch} * shape.in_channels * shape.height * shape.width);
  const auto weight = RandomInt8(random, uint64_t{shape.out_channels} * (shape.in_channels / shape.groups) *
                                             shape.kernel_height * shape.kernel_width);
  const auto bias = RandomInt32(random, shape.out_channels, 100000);
  Inputs inputs = {
      {"data",
       PackTensor(config,
                  {.rows = shape.batch, .channels = shape.in_channels, .pixels = shape.height * shape.width},
                  absl::MakeConstSpan(data))},
      {"weight", PackConv2dWeight(config, shape, weight)}};
  if (epilogue.bias) inputs["bias"] = PackBias(config, bias);
  const PackedShape output_shape = {
      .rows = shape.batch, .channels = shape.out_channels, .pixels = shape.out_height() * shape.out_width()};
  const std::vector<int8_t> expected = NaiveConv2d(shape, epilogue, data, weight, bias);
  for (const uint64_t seed : seeds) {
    CAPTURE(seed);
    const auto output = RunOnModel(*program, inputs, seed);
    INFO(output.status().ToString());
    REQUIRE(output.ok());
    CHECK((UnpackTensor(config, output_shape, *output) == expected));
  }
}

Conv2dShape RandomShape(Random& random) {
  Conv2dShape shape;
  shape.batch = Draw(random, 1, 3);
  shape.groups = Draw(random, 0, 3) == 0 ? Draw(random, 2, 4) : 1;
  shape.in_channels = shape.groups * Draw(random, 1, 40);
  shape.out_channels = shape.groups * Draw(random, 1, 40);
  shape.kernel_height = 2 * Draw(random, 0, 3) + 1;
  shape.kernel_width = 2 * Draw(random, 0, 3) + 1;
  shape.height = Draw(random, shape.kernel_height, 14);
  shape.width = Draw(random, shape.kernel_width, 14);
  shape.stride_height = Draw(random, 1, 2);
  shape.stride_width = Draw(random, 1, 3);
  shape.pad_top = Draw(random, 0, shape.kernel_height - 1);
  shape.pad_left = Draw(random, 0, shape.kernel_width - 1);
  shape.pad_bottom = Draw(random, 0, shape.kernel_height - 1);
  shape.pad_right = Draw(random, 0, shape.kernel_width - 1);
  return shape;
}

TEST_CASE("vta conv2d: random shapes and epilogues, on each configuration, are as the slow twin") {
  const std::string name = GENERATE("default", "block32", "batch2", "block64", "small");
  const uint32_t contexts = GENERATE(1u, 2u);
  CAPTURE(name, contexts);
  Random random(contexts);
  BuildOptions options;
  options.contexts = contexts;
  for (int i = 0; i < 12; ++i) {
    CheckConv2d(ConfigNamed(name), RandomShape(random), RandomEpilogue(random), options, random,
                {0, 1, 2, 3});
  }
}

TEST_CASE("vta conv2d: layers larger than every scratchpad are cut") {
  const Config config = ConfigNamed("small");
  const uint32_t contexts = GENERATE(1u, 2u);
  Random random(7);
  BuildOptions options;
  options.contexts = contexts;
  const Epilogue epilogue = {.bias = true, .shift = 9, .relu = true};
  // INP has 256 elements of 4, WGT 256, ACC 256.
  CheckConv2d(config,
              {.in_channels = 40,
               .height = 9,
               .width = 150,
               .out_channels = 44,
               .kernel_height = 3,
               .kernel_width = 3,
               .pad_top = 1,
               .pad_left = 1,
               .pad_bottom = 1,
               .pad_right = 1},
              epilogue, options, random, {1, 2, 3});
}

TEST_CASE("vta conv2d: any tiling that fits gives the same") {
  const Config config = ConfigNamed("default");
  const Conv2dShape shape = {.in_channels = 48,
                             .height = 10,
                             .width = 11,
                             .out_channels = 40,
                             .kernel_height = 3,
                             .kernel_width = 3,
                             .stride_height = 2,
                             .pad_top = 1,
                             .pad_left = 1,
                             .pad_bottom = 1,
                             .pad_right = 1};
  Random random(3);
  int num_built = 0;
  for (int i = 0; i < 40; ++i) {
    Tiling tiling = {.rows = Draw(random, 1, 5),
                     .cols = Draw(random, 1, 11),
                     .out_blocks = Draw(random, 1, 3),
                     .in_blocks = Draw(random, 1, 3),
                     .kernel_rows = 3,
                     .kernel_cols = 3,
                     .weights_stay = Draw(random, 0, 1) == 1,
                     .contexts = Draw(random, 1, 2),
                     .tiles_at_once = 2 * Draw(random, 1, 2)};
    if (tiling.in_blocks == 1) tiling.kernel_rows = Draw(random, 1, 3);
    if (tiling.in_blocks == 1 && tiling.kernel_rows == 1) tiling.kernel_cols = Draw(random, 1, 3);
    BuildOptions options;
    options.tiling = tiling;
    if (!BuildConv2d(config, shape, {}, options).ok()) continue;
    ++num_built;
    CheckConv2d(config, shape, {.bias = true, .shift = 8}, options, random, {i % 3 + 1u});
  }
  CHECK(num_built > 20);
}

TEST_CASE("vta conv2d: depthwise convolutions use the blocks' diagonals") {
  Random random(5);
  const uint32_t kernel = GENERATE(1u, 3u, 5u, 7u);
  CheckConv2d(ConfigNamed("default"),
              {.in_channels = 40,
               .height = 9,
               .width = 9,
               .out_channels = 80,
               .kernel_height = kernel,
               .kernel_width = kernel,
               .pad_top = kernel / 2,
               .pad_left = kernel / 2,
               .pad_bottom = kernel / 2,
               .pad_right = kernel / 2,
               .groups = 40},
              {.shift = 6}, {}, random, {0, 1});
}

TEST_CASE("vta conv2d: no images, nothing to do") {
  const absl::StatusOr<Program> program = BuildConv2d(ConfigNamed("default"), {.batch = 0}, {});
  REQUIRE(program.ok());
  CHECK(program->instructions.size() == 1);  // FINISH
  CHECK(RunOnModel(*program, {}, 0).ok());
}

std::string ErrorOf(const Conv2dShape& shape, const Epilogue& epilogue = {},
                    const BuildOptions& options = {}) {
  return BuildConv2d(ConfigNamed("default"), shape, epilogue, options).status().ToString();
}

TEST_CASE("vta conv2d: what cannot be built is named") {
  using Catch::Contains;
  CHECK_THAT(ErrorOf({.stride_width = 0}), Contains("INVALID_ARGUMENT") && Contains("stride_width is 0"));
  CHECK_THAT(ErrorOf({.in_channels = 6, .groups = 4}), Contains("4 groups do not divide the channels"));
  CHECK_THAT(ErrorOf({.kernel_height = 3}), Contains("the kernel is larger than the padded image"));
  CHECK_THAT(ErrorOf({.pad_left = 1}),
             Contains("UNIMPLEMENTED") && Contains("padding is not smaller than the kernel"));
  CHECK_THAT(ErrorOf({.height = 40, .kernel_height = 20, .pad_top = 17}),
             Contains("UNIMPLEMENTED") && Contains("a padding of 17; at most 15"));
  CHECK_THAT(ErrorOf({.batch = 1 << 17}), Contains("batch is 131072"));
  CHECK_THAT(ErrorOf({.batch = 1 << 16, .height = 1 << 16, .width = 1 << 16}),
             Contains("RESOURCE_EXHAUSTED") && Contains("buffer 'data'") && Contains("4 GiB"));
  CHECK_THAT(ErrorOf({}, {.shift = 32}), Contains("a shift by 32"));
  CHECK_THAT(ErrorOf({}, {.low = -129}), Contains("clipping to [-129, 127]"));
  BuildOptions options;
  options.contexts = 3;
  CHECK_THAT(ErrorOf({}, {}, options), Contains("3 contexts"));
  options.tiling = Tiling{.rows = 4000, .cols = 4000};
  CHECK_THAT(ErrorOf({.height = 4000, .width = 4000}, {}, options),
             Contains("RESOURCE_EXHAUSTED") && Contains("does not fit the scratchpads"));
}

}  // namespace
}  // namespace baton::vta
