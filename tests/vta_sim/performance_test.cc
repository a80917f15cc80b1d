// The performance contract of the specification's section 16, on its reference memory. Each bound is a MUST
// of the table or what was measured, whichever is stricter; vta_sim_bench prints the numbers.
#include <catch2/catch.hpp>
#include <memory>

#include "tests/vta_sim/conv_schedule.h"
#include "tests/vta_sim/program_builder.h"
#include "tests/vta_sim/rtl_harness.h"

namespace baton::vta {
namespace {

const Config& Default() {
  return ConfigNamed("default");
}

RunResult Run(Chip& chip, const ProgramBuilder& builder) {
  auto result = chip.Run(builder.Place(chip.memory()));
  REQUIRE(result.ok());
  INFO(DescribeResult(chip.config(), *result));
  REQUIRE(result->outcome == Outcome::kFinished);
  return *std::move(result);
}

// Cycles from the begin of instruction `first` to the end of `last`.
uint64_t Cycles(const RunResult& result, size_t first, size_t last) {
  return result.instructions.at(last).end - result.instructions.at(first).begin;
}

TEST_CASE("rtl speed: GEMM takes one step a cycle, whatever it accumulates into", "[vta_sim]") {
  const auto chip = NewRtlChip();
  for (const uint32_t dst_factor : {0u, 1u}) {
    ProgramBuilder builder(Default());
    builder.AddUop(0, 0, 0);
    builder.AddUop(dst_factor, 1, 1);
    builder.LoadUops();
    builder.Gemm({.uop_end = 2, .out = 16, .in = 64, .dst = {0, dst_factor}});
    builder.Finish();
    const RunResult result = Run(*chip, builder);
    CHECK(result.counters.gemm_steps == 2048);
    CHECK(Cycles(result, 1, 1) <= 2048 + 9);
  }
}

TEST_CASE("rtl speed: an instruction costs at most 3 cycles beside its steps when others follow",
          "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  builder.AddUop(0, 0, 0);
  builder.LoadUops();
  constexpr size_t kCount = 64;
  for (size_t i = 0; i < kCount; ++i) builder.Gemm({.out = 10, .in = 1, .dst = {1, 0}});
  for (size_t i = 0; i < kCount; ++i) builder.AluImm(AluOpcode::kAdd, 1, {.out = 10, .in = 1, .dst = {1, 0}});
  builder.Finish();
  const RunResult result = Run(*chip, builder);
  CHECK(Cycles(result, 1, kCount) <= kCount * (10 + 3));
  CHECK(Cycles(result, kCount + 1, 2 * kCount) <= kCount * (10 + 3));
}

TEST_CASE("rtl speed: ALU takes a cycle an element, with a tensor of the same half two", "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  builder.AddUop(0, 0, 0);     // same half
  builder.AddUop(0, 1024, 0);  // the other half
  builder.LoadUops();
  builder.AluImm(AluOpcode::kAdd, 1, {.out = 1, .in = 1000, .dst = {0, 1}});
  builder.AluTensor(AluOpcode::kAdd, {.out = 1, .in = 500, .dst = {0, 1}, .src = {0, 1}});
  builder.AluTensor(AluOpcode::kAdd,
                    {.uop_bgn = 1, .uop_end = 2, .out = 1, .in = 1000, .dst = {0, 1}, .src = {0, 1}});
  // A broadcast: the source stays, and lies in the same half as what it is added to.
  builder.AluTensor(AluOpcode::kAdd, {.out = 1, .in = 1000, .dst = {0, 1}});
  builder.Finish();
  const RunResult result = Run(*chip, builder);
  CHECK(result.instructions.at(1).steps == 1000);
  CHECK(Cycles(result, 1, 1) <= 1000 + 9);
  CHECK(Cycles(result, 1, 2) <= 1000 + 1000 + 18);
  CHECK(Cycles(result, 1, 3) <= 1000 + 1000 + 1000 + 27);
  CHECK(Cycles(result, 1, 4) <= 1000 + 1000 + 1000 + 1000 + 36);
}

TEST_CASE("rtl speed: STORE takes two cycles an element", "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  builder.Store({.sram = 0, .dram = 0x20000, .y = 16, .x = 64, .stride = 64});
  builder.Store({.sram = 0, .dram = 0x20000, .y = 256, .x = 1, .stride = 4}, {.push_prev = true});
  builder.Finish({.pop_next = true});
  const RunResult result = Run(*chip, builder);
  CHECK(Cycles(result, 0, 0) <= 2 * 1024 + 12);
  CHECK(Cycles(result, 1, 1) <= 2 * 256 + 12);
}

TEST_CASE("rtl speed: LOAD of 16 KiB uses 98 of 100 cycles of the bus", "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  builder.Load(MemoryType::kInp, {.sram = 0, .dram = 0x20000, .y = 16, .x = 64, .stride = 80},
               {.push_next = true});
  // Rows of one element at a latency of 64: what is in flight must cover it.
  builder.Finish({.pop_prev = true});
  const RunResult result = Run(*chip, builder);
  CHECK(result.instructions.at(0).steps == 1024);
  CHECK(Cycles(result, 0, 0) * 98 <= 2048 * 100);
}

TEST_CASE("rtl speed: short rows of a LOAD are in flight together", "[vta_sim]") {
  const auto chip = NewRtlChip("default", {.read_latency = 32});
  ProgramBuilder builder(Default());
  builder.Load(MemoryType::kInp, {.sram = 0, .dram = 0x20000, .y = 1024, .x = 1, .stride = 4},
               {.push_next = true});
  builder.Finish({.pop_prev = true});
  CHECK(Cycles(Run(*chip, builder), 0, 0) <= 2048 + 60);
}

TEST_CASE("rtl speed: convolutions of ResNet-18", "[vta_sim]") {
  uint64_t cycles = 0;
  uint64_t steps = 0;
  for (const ConvShape& shape : ResNet18Layers()) {
    const auto chip = NewRtlChip("default", {}, ConvMemoryBytes(shape));
    const auto result = chip->Run(PlaceConv(*chip, shape, ScheduleFor(shape, 2), 1));
    REQUIRE(result.ok());
    INFO(shape.name << ": " << DescribeResult(Default(), *result));
    REQUIRE(result->outcome == Outcome::kFinished);
    CHECK(CheckConv(*chip, shape) == "");
    CHECK(result->counters.gemm_steps == shape.gemm_steps());
    WARN(shape.name << " " << result->counters.cycles << " "
                    << 100.0 * shape.gemm_steps() / result->counters.cycles);
    cycles += shape.weight * result->counters.cycles;
    steps += shape.weight * shape.gemm_steps();
  }
  CHECK(steps == 6'623'232);
  WARN("total " << cycles << " " << 100.0 * steps / cycles);
  CHECK(steps * 100 >= cycles * 96);
}

}  // namespace
}  // namespace baton::vta
