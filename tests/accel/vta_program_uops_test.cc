#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "accel/vta/program/uop_kernel.h"
#include "accel/vta/program/uop_memory.h"
#include "tests/accel/vta_program_runner.h"

namespace baton::vta {
namespace {

using Step = std::tuple<uint32_t, uint32_t, uint32_t>;

Step Plus(const Step& step, const LoopDim& dim, uint32_t i) {
  const auto [dst, src, wgt] = step;
  return {dst + i * dim.dst, src + i * dim.src, wgt + i * dim.wgt};
}

std::vector<Step> StepsOf(const LoopNest& nest) {
  std::vector<Step> steps = {{nest.base.dst_idx, nest.base.src_idx, nest.base.wgt_idx}};
  for (const LoopDim& dim : nest.dims) {
    std::vector<Step> next;
    for (const Step& step : steps) {
      for (uint32_t i = 0; i < dim.extent; ++i) next.push_back(Plus(step, dim, i));
    }
    steps = next;
  }
  return steps;
}

// In the order of the hardware.
std::vector<Step> StepsOf(const UopKernel& kernel) {
  std::vector<Step> steps;
  for (uint32_t o = 0; o < kernel.outer.extent; ++o) {
    for (uint32_t i = 0; i < kernel.inner.extent; ++i) {
      for (const Uop& uop : kernel.uops) {
        steps.push_back(
            Plus(Plus({uop.dst_idx, uop.src_idx, uop.wgt_idx}, kernel.outer, o), kernel.inner, i));
      }
    }
  }
  return steps;
}

template <typename T>
std::vector<T> Sorted(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  return values;
}

TEST_CASE("vta micro-ops: a nest of any loops keeps its steps") {
  const Config config = ConfigNamed("default");
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    LoopNest nest = {.base = {.dst_idx = Draw(random, 0, 9),
                              .src_idx = Draw(random, 0, 9),
                              .wgt_idx = Draw(random, 0, 9)}};
    for (uint32_t dims = Draw(random, 0, 5); dims > 0; --dims) {
      nest.dims.push_back(
          {Draw(random, 1, 4), Draw(random, 0, 30), Draw(random, 0, 30), Draw(random, 0, 30)});
    }
    const auto kernel = Compress(config, nest, 2048);
    REQUIRE(kernel.ok());
    CHECK(Sorted(StepsOf(*kernel)) == Sorted(StepsOf(nest)));
    CHECK(NumSteps(nest) == StepsOf(nest).size());
    const NestRanges ranges = RangesOf(nest);
    CHECK(std::get<0>(Sorted(StepsOf(nest)).back()) == ranges.dst.last);
  }
}

TEST_CASE("vta micro-ops: a dense run is one micro-op") {
  const auto kernel =
      Compress(ConfigNamed("default"), {.dims = {{3, 100, 100, 0}, {10, 10, 10, 0}, {10, 1, 1, 0}}}, 2048);
  REQUIRE(kernel.ok());
  CHECK(kernel->uops.size() == 1);
  CHECK(kernel->inner.extent == 300);
  CHECK(kernel->outer.extent == 1);
}

TEST_CASE("vta micro-ops: three accumulators are used in turn where there are three") {
  // A convolution: four blocks of channels, two of input, 3 x 3, 7 x 7 pixels.
  const LoopNest nest = {
      .dims = {{4, 49, 0, 18}, {2, 0, 81, 9}, {3, 0, 9, 3}, {3, 0, 1, 1}, {7, 7, 9, 0}, {7, 1, 1, 0}}};
  const auto kernel = Compress(ConfigNamed("default"), nest, 2048);
  REQUIRE(kernel.ok());
  CHECK(kernel->uops.size() <= 18 * 4);
  const std::vector<Step> steps = StepsOf(*kernel);
  for (size_t i = 2; i < steps.size(); ++i) {
    CHECK(std::set{std::get<0>(steps[i - 2]), std::get<0>(steps[i - 1]), std::get<0>(steps[i])}.size() == 3);
  }
}

TEST_CASE("vta micro-ops: more than the scratchpad holds is refused") {
  const LoopNest nest = {.dims = {{10, 1, 0, 0}, {10, 0, 3, 7}, {10, 17, 0, 5}}};
  CHECK(Compress(ConfigNamed("default"), nest, 10).ok());
  CHECK(Compress(ConfigNamed("default"), nest, 9).status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("vta micro-ops: kernels stay until their place is needed") {
  const std::vector<std::vector<uint32_t>> kernels = {{1, 2, 3}, {4, 5}, {6, 7, 8}};
  UopMemory memory(kernels, 6);
  const auto first = memory.Place(0);
  REQUIRE(first.load.has_value());
  CHECK(first.load->size == 3);
  CHECK(memory.Place(1).begin == 3);
  CHECK_FALSE(memory.Place(0).load.has_value());
  // Only one place is left: the ring starts again, over kernel 0.
  const auto third = memory.Place(2);
  REQUIRE(third.load.has_value());
  CHECK(third.begin == 0);
  CHECK(third.load->dram_base == 5);
  CHECK_FALSE(memory.Place(1).load.has_value());
  CHECK(memory.Place(0).load.has_value());
}

}  // namespace
}  // namespace baton::vta
