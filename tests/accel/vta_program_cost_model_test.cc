#include "accel/vta/program/cost_model.h"

#include <catch2/catch.hpp>

#include "accel/vta/program/conv2d.h"
#include "accel/vta/program/dense.h"
#include "accel/vta/program/emitter.h"
#include "tests/accel/vta_program_runner.h"

namespace baton::vta {
namespace {

template <typename F>
uint64_t CyclesOf(F emit, const Machine& machine = {}) {
  Emitter emitter(ConfigNamed("default"));
  emit(emitter);
  const auto program = emitter.Finish();
  REQUIRE(program.ok());
  return PredictCycles(*program, machine);
}

LoopNest Steps(uint32_t acc, uint32_t count) {
  return {.base = {.dst_idx = acc}, .dims = {{count, 1, 0, 0}}};
}

TEST_CASE("vta cost model: a step of GEMM is a cycle") {
  const auto one = [](uint32_t steps) {
    return CyclesOf([&](Emitter& emitter) { emitter.Gemm(Steps(0, steps)); });
  };
  CHECK(one(1000) - one(500) == 500);
}

TEST_CASE("vta cost model: GEMM and ALU run beside each other on different accumulators only") {
  const auto both = [](uint32_t alu_base) {
    return CyclesOf([&](Emitter& emitter) {
      emitter.Gemm(Steps(0, 500));
      emitter.AluImm(AluOpcode::kMax, alu_base, 500, 0);
    });
  };
  const uint64_t alone = CyclesOf([](Emitter& emitter) { emitter.Gemm(Steps(0, 500)); });
  CHECK(both(1000) < alone + 20);
  CHECK(both(100) > alone + 450);
}

TEST_CASE("vta cost model: loads take the bus's time, twice as wide a bus half") {
  const Region region = {.buffer = 1, .cols = 1024};
  const auto load = [&](Emitter& emitter) {
    emitter.AddBuffer("data", BufferRole::kInput, MemoryType::kInp, 4096);
    emitter.Load(MemoryType::kInp, region, 0);
  };
  const uint64_t narrow = CyclesOf(load);
  const uint64_t wide = CyclesOf(load, {.bus_bytes = 16});
  // The instructions themselves are read over the bus, too.
  CHECK(narrow - wide >= 1024);
  CHECK(narrow - wide <= 1024 + 4);
  CHECK(CyclesOf(load, {.read_latency = 116}) >= narrow + 100);
}

TEST_CASE("vta cost model: two contexts are faster than one") {
  const Conv2dShape shape = {.in_channels = 64,
                             .height = 14,
                             .width = 14,
                             .out_channels = 64,
                             .kernel_height = 3,
                             .kernel_width = 3,
                             .pad_top = 1,
                             .pad_left = 1,
                             .pad_bottom = 1,
                             .pad_right = 1};
  const auto with = [&](uint32_t contexts) {
    BuildOptions options;
    options.contexts = contexts;
    const auto program = BuildConv2d(ConfigNamed("default"), shape, {.shift = 8}, options);
    REQUIRE(program.ok());
    return program->predicted_cycles;
  };
  CHECK(with(2) * 110 < with(1) * 100);
}

TEST_CASE("vta cost model: one row of a dense layer costs what its weights take on the bus") {
  const auto program = BuildDense(ConfigNamed("default"),
                                  {.rows = 1, .in_features = 1024, .out_features = 1024}, {.shift = 8});
  REQUIRE(program.ok());
  const uint64_t beats = 1024 * 1024 / 8;
  CHECK(program->predicted_cycles >= beats);
  CHECK(program->predicted_cycles < beats * 105 / 100);
}

TEST_CASE("vta cost model: instructions begin and end in the order of their queue") {
  const auto program =
      BuildDense(ConfigNamed("default"), {.rows = 64, .in_features = 256, .out_features = 256},
                 {.bias = true, .shift = 8});
  REQUIRE(program.ok());
  uint64_t last_end[kNumQueues] = {};
  const auto times = PredictTimes(*program, {});
  REQUIRE(times.size() == program->instructions.size());
  for (size_t i = 0; i < times.size(); ++i) {
    const auto queue = static_cast<size_t>(QueueOf(*Unpack(program->config, program->instructions[i])));
    CHECK(times[i].end >= times[i].begin);
    CHECK(times[i].end >= last_end[queue]);
    last_end[queue] = times[i].end;
  }
}

}  // namespace
}  // namespace baton::vta
