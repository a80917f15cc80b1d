#include "accel/vta/program/resnet18.h"

#include <catch2/catch.hpp>

#include "accel/vta/program/conv2d.h"
#include "accel/vta/program/dense.h"
#include "tests/accel/vta_program_runner.h"

namespace baton::vta {
namespace {

TEST_CASE("vta programs: ResNet-18 is the work that the specification says") {
  uint64_t steps = 0;
  for (const ResNetLayer& layer : ResNet18Layers()) steps += layer.count * layer.shape.num_macs() / 256;
  CHECK(steps == 6'623'232);
}

// The figures are those of `baton vta bench` on the RTL, from which the prediction is at most 3 % away.
TEST_CASE("vta programs: ResNet-18 is predicted to keep the matrix unit busy") {
  uint64_t steps = 0;
  uint64_t cycles = 0;
  for (const ResNetLayer& layer : ResNet18Layers()) {
    const auto program = BuildConv2d(ConfigNamed("default"), layer.shape, {.shift = 8, .relu = true});
    INFO(program.status().ToString());
    REQUIRE(program.ok());
    CHECK(program->gemm_steps == layer.shape.num_macs() / 256);  // nothing is padded
    steps += layer.count * program->gemm_steps;
    cycles += layer.count * program->predicted_cycles;
  }
  CHECK(steps * 100 >= cycles * 98);
}

TEST_CASE("vta programs: the layers of ResNet-18 keep the rules of the portable subset") {
  const ResNetLayer& layer = ResNet18Layers()[GENERATE(range(0, 10))];
  const uint32_t contexts = GENERATE(1u, 2u);
  CAPTURE(layer.name, contexts);
  BuildOptions options;
  options.contexts = contexts;
  const auto program = BuildConv2d(ConfigNamed("default"), layer.shape, {.bias = true, .shift = 8}, options);
  REQUIRE(program.ok());
  const auto output = RunOnModel(*program, {}, 5);
  INFO(output.status().ToString());
  CHECK(output.ok());
}

TEST_CASE("vta programs: a product of 256 x 256 x 256 in tiles of 64 keeps the matrix unit busy") {
  BuildOptions options;
  options.tiling = Tiling{.rows = 64, .out_blocks = 4, .in_blocks = 4, .weights_stay = false};
  const auto program = BuildDense(
      ConfigNamed("default"), {.rows = 256, .in_features = 256, .out_features = 256}, {.shift = 8}, options);
  REQUIRE(program.ok());
  CHECK(program->gemm_steps == 65536);
  CHECK(program->predicted_cycles * 90 <= 65536 * 100);
}

}  // namespace
}  // namespace baton::vta
