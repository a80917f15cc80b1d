#include "accel/vta/program/dense.h"

#include <catch2/catch.hpp>

#include "accel/vta/program/layout.h"
#include "tests/accel/vta_program_runner.h"

namespace baton::vta {
namespace {

void CheckDense(const Config& config, const DenseShape& shape, const Epilogue& epilogue,
                const BuildOptions& options, Random& random, const std::vector<uint64_t>& seeds) {
  CAPTURE(ToString(shape));
  const absl::StatusOr<Program> program = BuildDense(config, shape, epilogue, options);
  INFO(program.status().ToString());
  REQUIRE(program.ok());
  CAPTURE(program->tiling);
  CHECK(program->macs == shape.num_macs());
  const uint32_t weights = shape.weight_per_batch ? shape.batch : 1;
  const auto data = RandomInt8(random, uint64_t{shape.batch} * shape.rows * shape.in_features);
  const auto weight = RandomInt8(random, uint64_t{weights} * shape.out_features * shape.in_features);
  const auto bias = RandomInt32(random, shape.out_features, 100000);
  const auto initial = RandomInt32(random, uint64_t{shape.batch} * shape.rows * shape.out_features, 100000);
  const PackedShape output_shape = {.outer = shape.batch, .rows = shape.rows, .channels = shape.out_features};
  Inputs inputs = {
      {"data", PackTensor(config, {.outer = shape.batch, .rows = shape.rows, .channels = shape.in_features},
                          absl::MakeConstSpan(data))},
      {"weight", PackDenseWeight(config, weights, shape.out_features, shape.in_features, weight)}};
  if (epilogue.bias) inputs["bias"] = PackBias(config, bias);
  if (shape.initial) inputs["initial"] = PackTensor(config, output_shape, absl::MakeConstSpan(initial));
  const std::vector<int8_t> expected = NaiveDense(shape, epilogue, data, weight, bias, initial);
  for (const uint64_t seed : seeds) {
    CAPTURE(seed);
    const auto output = RunOnModel(*program, inputs, seed);
    INFO(output.status().ToString());
    REQUIRE(output.ok());
    CHECK((UnpackTensor(config, output_shape, *output) == expected));
  }
}

TEST_CASE("vta dense: random shapes and epilogues, on each configuration, are as the slow twin") {
  const std::string name = GENERATE("default", "block32", "batch2", "block64", "small");
  const uint32_t contexts = GENERATE(1u, 2u);
  CAPTURE(name, contexts);
  Random random(contexts);
  BuildOptions options;
  options.contexts = contexts;
  for (int i = 0; i < 15; ++i) {
    const DenseShape shape = {.batch = Draw(random, 1, 3),
                              .rows = Draw(random, 1, 40),
                              .in_features = Draw(random, 1, 200),
                              .out_features = Draw(random, 1, 200),
                              .weight_per_batch = Draw(random, 0, 1) == 1,
                              .initial = Draw(random, 0, 3) == 0};
    CheckDense(ConfigNamed(name), shape, RandomEpilogue(random), options, random, {0, 1, 2, 3});
  }
}

TEST_CASE("vta dense: matrices larger than every scratchpad are cut in all directions") {
  Random random(1);
  CheckDense(ConfigNamed("small"), {.rows = 300, .in_features = 150, .out_features = 110},
             {.bias = true, .shift = 8}, {}, random, {0, 1, 2});
}

TEST_CASE("vta dense: one row") {
  Random random(2);
  CheckDense(ConfigNamed("default"), {.rows = 1, .in_features = 2048, .out_features = 1000},
             {.bias = true, .shift = 10}, {}, random, {0, 1});
}

TEST_CASE("vta dense: the same builder for any number of rows, none too") {
  const Config config = ConfigNamed("default");
  Random random(4);
  for (const uint32_t rows : {1u, 2u, 15u, 16u, 17u, 100u}) {
    CheckDense(config, {.rows = rows, .in_features = 64, .out_features = 48}, {.shift = 5}, {}, random, {1});
  }
  const absl::StatusOr<Program> none =
      BuildDense(config, {.rows = 0, .in_features = 64, .out_features = 48}, {});
  REQUIRE(none.ok());
  CHECK(none->instructions.size() == 1);
}

TEST_CASE("vta dense: every kind of chip gives the same") {
  const Config config = ConfigNamed("default");
  const DenseShape shape = {.rows = 70, .in_features = 300, .out_features = 100};
  const auto program = BuildDense(config, shape, {.bias = true, .shift = 7, .round = true});
  REQUIRE(program.ok());
  Random random(6);
  const auto bytes = [&](const char* name) {
    const auto values = RandomInt8(random, FindBuffer(*program, name)->num_bytes);
    return std::vector<uint8_t>(values.begin(), values.end());
  };
  const Inputs inputs = {{"data", bytes("data")}, {"weight", bytes("weight")}, {"bias", bytes("bias")}};
  const auto strict = RunOnModel(*program, inputs, {.mode = ModelMode::kStrict});
  REQUIRE(strict.ok());
  for (const ModelMode mode : {ModelMode::kUpstream, ModelMode::kOutBuffer}) {
    for (const uint64_t seed : {0, 1, 2}) {
      const auto output = RunOnModel(*program, inputs, {.mode = mode, .seed = seed});
      INFO(output.status().ToString());
      REQUIRE(output.ok());
      CHECK(*output == *strict);
    }
  }
}

TEST_CASE("vta dense: what cannot be built is named") {
  const Config config = ConfigNamed("default");
  CHECK_THAT(BuildDense(config, {.in_features = 0}, {}).status().ToString(),
             Catch::Contains("INVALID_ARGUMENT: VTA dense: 1 of 1 x 0 x 1"));
  Config other = config;
  other.log_inp_width = 4;
  CHECK_THAT(BuildDense(other, {}, {}).status().ToString(), Catch::Contains("a configuration that is none"));
}

}  // namespace
}  // namespace baton::vta
