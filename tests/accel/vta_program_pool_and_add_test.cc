#include <catch2/catch.hpp>

#include "accel/vta/program/add.h"
#include "accel/vta/program/layout.h"
#include "accel/vta/program/max_pool.h"
#include "tests/accel/vta_program_runner.h"

namespace baton::vta {
namespace {

MaxPoolShape RandomPool(Random& random) {
  MaxPoolShape shape = {.batch = Draw(random, 1, 3), .channels = Draw(random, 1, 70)};
  shape.kernel_height = Draw(random, 1, 4);
  shape.kernel_width = Draw(random, 1, 4);
  shape.height = Draw(random, shape.kernel_height, 15);
  shape.width = Draw(random, shape.kernel_width, 15);
  shape.stride_height = Draw(random, 1, 3);
  shape.stride_width = Draw(random, 1, 3);
  shape.pad_top = Draw(random, 0, shape.kernel_height - 1);
  shape.pad_left = Draw(random, 0, shape.kernel_width - 1);
  shape.pad_bottom = Draw(random, 0, shape.kernel_height - 1);
  shape.pad_right = Draw(random, 0, shape.kernel_width - 1);
  return shape;
}

void CheckMaxPool(const Config& config, const MaxPoolShape& shape, const BuildOptions& options,
                  Random& random) {
  CAPTURE(ToString(shape));
  const absl::StatusOr<Program> program = BuildMaxPool(config, shape, options);
  INFO(program.status().ToString());
  REQUIRE(program.ok());
  const PackedShape in = {
      .rows = shape.batch, .channels = shape.channels, .pixels = shape.height * shape.width};
  const PackedShape out = {
      .rows = shape.batch, .channels = shape.channels, .pixels = shape.out_height() * shape.out_width()};
  const auto data = RandomInt8(random, in.num_values());
  const auto expected = NaiveMaxPool(shape, data);
  for (const uint64_t seed : {0, 1, 2}) {
    const auto output =
        RunOnModel(*program, {{"data", PackTensor(config, in, absl::MakeConstSpan(data))}}, seed);
    INFO(output.status().ToString());
    REQUIRE(output.ok());
    CHECK((UnpackTensor(config, out, *output) == expected));
  }
}

TEST_CASE("vta max_pool: random shapes, on each configuration, are as the slow twin") {
  const std::string name = GENERATE("default", "block32", "batch2", "block64", "small");
  BuildOptions options;
  options.contexts = GENERATE(1u, 2u);
  CAPTURE(name, options.contexts);
  Random random(options.contexts);
  for (int i = 0; i < 10; ++i) CheckMaxPool(ConfigNamed(name), RandomPool(random), options, random);
}

TEST_CASE("vta max_pool: images larger than the scratchpads are cut in rows and columns") {
  Random random(3);
  CheckMaxPool(ConfigNamed("small"),
               {.channels = 5,
                .height = 7,
                .width = 300,
                .kernel_height = 3,
                .kernel_width = 3,
                .stride_height = 2,
                .stride_width = 2,
                .pad_top = 1,
                .pad_left = 1,
                .pad_bottom = 1,
                .pad_right = 1},
               {}, random);
}

TEST_CASE("vta max_pool: a window that does not fit is refused by name") {
  CHECK_THAT(
      BuildMaxPool(ConfigNamed("small"), {.height = 17, .width = 17, .kernel_height = 17, .kernel_width = 17})
          .status()
          .ToString(),
      Catch::Contains("RESOURCE_EXHAUSTED: VTA max_pool: one window does not fit"));
}

void CheckAdd(const Config& config, uint32_t num_values, AddOperands operands, const Epilogue& epilogue,
              const BuildOptions& options, Random& random) {
  const PackedShape shape = {.channels = num_values};
  const uint64_t elements = PackedValues(config, shape) / config.out_bytes();
  CAPTURE(elements, options.contexts, options.has_acc8);
  const absl::StatusOr<Program> program = BuildAdd(config, elements, operands, epilogue, options);
  INFO(program.status().ToString());
  REQUIRE(program.ok());
  const auto a = RandomInt8(random, num_values), b = RandomInt8(random, num_values);
  const auto wide_a = RandomInt32(random, num_values, 1 << 20),
             wide_b = RandomInt32(random, num_values, 1 << 20);
  const bool is_wide = operands == AddOperands::kInt32;
  std::vector<int8_t> expected;
  for (uint32_t i = 0; i < num_values; ++i) {
    expected.push_back(ApplyEpilogue(epilogue, is_wide ? wide_a[i] + wide_b[i] : a[i] + b[i], 0));
  }
  const auto pack = [&](const std::vector<int8_t>& narrow, const std::vector<int32_t>& wide) {
    return is_wide ? PackTensor(config, shape, absl::MakeConstSpan(wide))
                   : PackTensor(config, shape, absl::MakeConstSpan(narrow));
  };
  for (const uint64_t seed : {0, 1, 2}) {
    const auto output =
        RunOnModel(*program, {{"a", pack(a, wide_a)}, {"b", pack(b, wide_b)}}, seed, !options.has_acc8);
    INFO(output.status().ToString());
    REQUIRE(output.ok());
    CHECK((UnpackTensor(config, shape, *output) == expected));
  }
}

TEST_CASE("vta add: int8 and int32, of any size, on each configuration") {
  const std::string name = GENERATE("default", "block32", "block64", "small");
  const AddOperands operands = GENERATE(AddOperands::kInt8, AddOperands::kInt32);
  BuildOptions options;
  options.contexts = GENERATE(1u, 2u);
  options.has_acc8 = GENERATE(false, true);
  CAPTURE(name);
  Random random(options.contexts);
  const uint32_t block = ConfigNamed(name).block();
  for (const uint32_t num_values : {1u, block, 3 * block + 1, 2500 * block + 5}) {
    CheckAdd(ConfigNamed(name), num_values, operands, {.shift = 1, .round = true, .relu = true}, options,
             random);
  }
}

TEST_CASE("vta add: a bias is refused") {
  CHECK_THAT(BuildAdd(ConfigNamed("default"), 1, AddOperands::kInt8, {.bias = true}).status().ToString(),
             Catch::Contains("INVALID_ARGUMENT: VTA add: a sum of two tensors has no bias"));
}

}  // namespace
}  // namespace baton::vta
