// How runs of the RTL chip end: each way to deadlock of the specification's section 9, each cause of a trap,
// timeouts; and that the chip can be used afterwards.
#include <catch2/catch.hpp>
#include <string>

#include "tests/vta_sim/program_builder.h"
#include "tests/vta_sim/rtl_harness.h"

namespace baton::vta {
namespace {

const Config& Default() {
  return ConfigNamed("default");
}

RunResult Run(Chip& chip, const ProgramBuilder& builder, uint64_t max_cycles = 200'000) {
  RunRequest request = builder.Place(chip.memory());
  request.max_cycles = max_cycles;
  auto result = chip.Run(request);
  REQUIRE(result.ok());
  return *std::move(result);
}

std::string Describe(Chip& chip, const ProgramBuilder& builder) {
  return DescribeResult(chip.config(), Run(chip, builder));
}

// Loads, computes, stores, with a token in each queue.
ProgramBuilder Sound() {
  ProgramBuilder builder(Default());
  builder.AddUop(0);
  builder.LoadUops();
  builder.Load(MemoryType::kInp, {.dram = 0x20000, .x = 4, .stride = 4}, {.push_next = true});
  builder.Reset({.in = 4, .dst = {0, 1}}, {.pop_prev = true, .push_prev = true});
  builder.AluImm(AluOpcode::kAdd, 7, {.in = 4, .dst = {0, 1}, .src = {0, 1}}, {.push_next = true});
  builder.LoadNop({.pop_next = true});
  builder.Store({.dram = 0x20800, .x = 4, .stride = 4}, {.pop_prev = true, .push_prev = true});
  builder.Finish({.pop_next = true});
  return builder;
}

bool SoundRunsOn(Chip& chip) {
  const uint32_t address = 0x20800 * chip.config().out_bytes();
  for (int i = 0; i < 64; ++i) chip.memory().data()[address + i] = 0;
  if (Run(chip, Sound()).outcome != Outcome::kFinished) return false;
  for (int i = 0; i < 64; ++i) {
    if (chip.memory().data()[address + i] != 7) return false;
  }
  return true;
}

TEST_CASE("rtl: a pop without a push deadlocks and names the queue, the tokens and the instruction",
          "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder load(Default());
  load.LoadNop({.pop_next = true});
  load.Finish({.pop_prev = true, .pop_next = true});
  CHECK(Describe(*chip, load) ==
        "deadlock: load waits for g2l at instruction 0 (load.inp pop_next); "
        "compute waits for l2g and s2g at instruction 1 (finish pop_prev pop_next)");
  CHECK(SoundRunsOn(*chip));

  ProgramBuilder store(Default());
  store.ComputeNop({});
  store.StoreNop({.pop_prev = true, .push_prev = true});
  store.ComputeNop({.pop_next = true});
  store.Finish();
  const RunResult result = Run(*chip, store);
  REQUIRE(result.outcome == Outcome::kDeadlock);
  REQUIRE(result.waiting.size() == 2);
  CHECK(result.waiting[0].queue == Queue::kCompute);
  CHECK(result.waiting[0].tokens == std::vector{TokenQueue::kStoreToCompute});
  CHECK(result.waiting[0].instruction_index == 2);
  CHECK(result.waiting[1].queue == Queue::kStore);
  CHECK(result.waiting[1].tokens == std::vector{TokenQueue::kComputeToStore});
  CHECK(result.waiting[1].head == store.words()[1]);
  CHECK(SoundRunsOn(*chip));
}

TEST_CASE("rtl: a push that comes later in the same queue deadlocks", "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  builder.LoadNop({.pop_next = true});
  builder.ComputeNop({.pop_prev = true});
  builder.LoadNop({.push_next = true});
  builder.ComputeNop({.push_prev = true});
  builder.Finish();
  CHECK(Run(*chip, builder).outcome == Outcome::kDeadlock);
}

TEST_CASE("rtl: 512 blocked instructions of a queue let those behind them pass, many more do not",
          "[vta_sim]") {
  const auto chip = NewRtlChip();
  for (const int blocked : {512, 600}) {
    ProgramBuilder builder(Default());
    for (int i = 0; i < blocked; ++i) builder.LoadNop({.pop_next = true});
    for (int i = 0; i < blocked; ++i) builder.ComputeNop({.push_prev = true});
    builder.Finish();
    CHECK(Run(*chip, builder).outcome == (blocked == 512 ? Outcome::kFinished : Outcome::kDeadlock));
  }
}

TEST_CASE("rtl: a program without FINISH deadlocks when it has run out", "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  builder.AddUop(0);
  builder.LoadUops();
  builder.Reset({});
  CHECK(Describe(*chip, builder) == "deadlock: compute has no instruction left, and none was FINISH");
}

TEST_CASE("rtl: a deadlock is one whatever the memory does", "[vta_sim]") {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const auto chip = NewRtlChip("default", RandomTiming(seed, 8, 300));
    ProgramBuilder builder = Sound();
    builder.words().pop_back();
    builder.ComputeNop({.pop_next = true});
    builder.Finish({.pop_prev = true});
    const RunResult result = Run(*chip, builder);
    REQUIRE(result.outcome == Outcome::kDeadlock);
    REQUIRE(result.waiting.size() == 1);
    CHECK(result.waiting[0].instruction_index == 7);
    CHECK(SoundRunsOn(*chip));
  }
}

TEST_CASE("rtl: a run that takes too long times out, with nothing left under way", "[vta_sim]") {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const auto chip = NewRtlChip("default", RandomTiming(seed, 8, 30));
    ProgramBuilder builder(Default());
    builder.AddUop(0);
    builder.LoadUops();
    builder.Load(MemoryType::kInp, {.dram = 0x20000, .y = 60000, .x = 300, .stride = 1, .x_pad_0 = 3});
    builder.Load(MemoryType::kAcc, {.dram = 0x8000, .y = 60000, .x = 300, .stride = 1, .y_pad_0 = 1});
    builder.Store({.dram = 0x20000, .y = 60000, .x = 300, .stride = 1});
    builder.Gemm({.out = 16383, .in = 16383});
    builder.Finish();
    const RunResult result = Run(*chip, builder, 3000 + 100 * seed);
    CHECK(result.outcome == Outcome::kTimeout);
    CHECK(result.counters.cycles >= 3000);
    CHECK(SoundRunsOn(*chip));
  }
}

// An instruction with one field changed.
Word With(ProgramBuilder& builder, Format format, absl::string_view field, uint64_t value) {
  Word word = builder.words().back();
  for (const FieldLayout& layout : Layout(Default(), format)) {
    if (layout.name != field) continue;
    const uint64_t mask = ((uint64_t{1} << layout.width) - 1) << layout.lsb;
    uint64_t& half = layout.word == 0 ? word.w0 : word.w1;
    half = (half & ~mask) | (value << layout.lsb & mask);
    return word;
  }
  FAIL("no field " << std::string(field));
  return word;
}

struct Illegal {
  std::string name;
  Word word;
  std::string field;
};

std::vector<Illegal> IllegalInstructions() {
  std::vector<Illegal> result;
  const auto add = [&](ProgramBuilder& builder, Format format, absl::string_view field, uint64_t value,
                       absl::string_view reported) {
    result.push_back({std::string(field) + " = " + std::to_string(value) + " of " +
                          Disassemble(Default(), builder.words().back()),
                      With(builder, format, field, value), std::string(reported)});
  };
  ProgramBuilder load(Default()), store(Default()), alu(Default()), uops(Default());
  load.Load(MemoryType::kInp, {.dram = 0x20000, .x = 1, .stride = 1});
  store.Store({.dram = 0x20000, .x = 1, .stride = 1});
  alu.AluImm(AluOpcode::kMin, 1, {});
  uops.Load(MemoryType::kUop, {.dram = 0x1000, .x = 1, .stride = 1});
  for (const uint64_t opcode : {5, 6, 7}) add(load, Format::kMemory, "opcode", opcode, "opcode");
  for (const uint64_t type : {4, 6, 7}) add(load, Format::kMemory, "memory_type", type, "memory_type");
  for (const uint64_t type : {0, 1, 2, 3, 5, 6, 7})
    add(store, Format::kMemory, "memory_type", type, "memory_type");
  for (const uint64_t code : {5, 6, 7}) add(alu, Format::kAlu, "alu_opcode", code, "alu_opcode");
  for (ProgramBuilder* builder : {&load, &store, &uops})
    add(*builder, Format::kMemory, "y_size", 0, "y_size");
  for (const char* token : {"pop_prev", "push_prev"}) add(load, Format::kMemory, token, 1, "tokens");
  for (const char* token : {"pop_next", "push_next"}) add(store, Format::kMemory, token, 1, "tokens");
  for (const char* pad : {"x_pad_0", "x_pad_1", "y_pad_0", "y_pad_1"}) {
    add(store, Format::kMemory, pad, 1, "padding");
    add(uops, Format::kMemory, pad, 15, "padding");
  }
  return result;
}

TEST_CASE("rtl: an illegal instruction traps with its index, and leaves a chip that works", "[vta_sim]") {
  const auto chip = NewRtlChip();
  for (const Illegal& illegal : IllegalInstructions()) {
    CAPTURE(illegal.name);
    ProgramBuilder builder = Sound();
    builder.words().insert(builder.words().begin() + 3, illegal.word);
    const RunResult result = Run(*chip, builder);
    REQUIRE(result.outcome == Outcome::kTrap);
    CHECK(result.trap.instruction_index == 3);
    CHECK(result.trap.field == illegal.field);
    CHECK(!result.trap.rule.empty());
    CHECK(SoundRunsOn(*chip));
  }
}

TEST_CASE("rtl: instructions of no elements may have any memory type that exists", "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  for (const MemoryType type :
       {MemoryType::kUop, MemoryType::kWgt, MemoryType::kInp, MemoryType::kAcc, MemoryType::kAcc8}) {
    builder.Load(type, {.y = 0});
  }
  builder.StoreNop({});
  builder.Store({.y = 0});
  builder.Finish();
  CHECK(Run(*chip, builder).outcome == Outcome::kFinished);
}

TEST_CASE("rtl: loops without a step execute nothing", "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  builder.AddUop(0);
  builder.LoadUops();
  builder.Gemm({.out = 0, .in = 5});
  builder.Gemm({.out = 5, .in = 0});
  builder.Reset({.uop_bgn = 3, .uop_end = 3});
  builder.AluImm(AluOpcode::kAdd, 1, {.uop_bgn = 5, .uop_end = 2});
  builder.AluTensor(AluOpcode::kAdd, {.out = 0, .in = 0});
  builder.Finish();
  const RunResult result = Run(*chip, builder);
  CHECK(result.outcome == Outcome::kFinished);
  CHECK(result.counters.gemm_steps + result.counters.reset_steps + result.counters.alu_steps == 0);
  CHECK(result.counters.compute_instructions == 7);
}

TEST_CASE("rtl: 1023 tokens are kept, one more traps in the instruction that pushed it", "[vta_sim]") {
  const auto chip = NewRtlChip();
  for (const int tokens : {1023, 1024}) {
    ProgramBuilder builder(Default());
    // Compute pops nothing until a store that takes longer than all pushes has ended.
    builder.ComputeNop({.pop_next = true});
    builder.Store({.dram = 0x20000, .y = 8, .x = 1000, .stride = 1000}, {.push_prev = true});
    for (int i = 0; i < tokens; ++i) builder.LoadNop({.push_next = true});
    for (int i = 0; i < tokens; ++i) builder.ComputeNop({.pop_prev = true});
    builder.Finish();
    const RunResult result = Run(*chip, builder);
    CHECK(result.counters.max_l2g_tokens == 1023);
    if (tokens == 1023) {
      CHECK(result.outcome == Outcome::kFinished);
    } else {
      REQUIRE(result.outcome == Outcome::kTrap);
      CHECK(result.trap.instruction_index == 2 + 1023);
      CHECK(result.trap.field == "tokens");
    }
    CHECK(SoundRunsOn(*chip));
  }
}

TEST_CASE("rtl: tokens and instructions that a run leaves behind are gone in the next", "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  builder.LoadNop({.push_next = true});
  builder.ComputeNop({.push_prev = true, .push_next = true});
  builder.StoreNop({.push_prev = true});
  builder.Finish({.pop_prev = true});
  for (int i = 0; i < 5; ++i) builder.ComputeNop({.push_prev = true});
  REQUIRE(Run(*chip, builder).outcome == Outcome::kFinished);
  ProgramBuilder pops(Default());
  pops.LoadNop({.pop_next = true});
  pops.StoreNop({.pop_prev = true});
  pops.Finish({.pop_prev = true, .pop_next = true});
  CHECK(Run(*chip, pops).waiting.size() == 3);
}

TEST_CASE("rtl: a program may be submitted and waited for", "[vta_sim]") {
  const auto chip = NewRtlChip();
  const RunRequest request = Sound().Place(chip->memory());
  REQUIRE(chip->Submit(request).ok());
  CHECK(chip->Submit(request).code() == absl::StatusCode::kFailedPrecondition);
  const auto result = chip->Wait();
  REQUIRE(result.ok());
  CHECK(result->outcome == Outcome::kFinished);
}

TEST_CASE("rtl: the same run takes the same cycles", "[vta_sim]") {
  const auto first = NewRtlChip("default", RandomTiming(3));
  const auto second = NewRtlChip("default", RandomTiming(3));
  CHECK(Run(*first, Sound()).counters == Run(*second, Sound()).counters);
}

TEST_CASE("rtl: what there is no library for is refused", "[vta_sim]") {
  const auto unknown = MakeRtlChip(ConfigNamed("block64"), 1 << 20).status();
  CHECK_THAT(std::string(unknown.message()),
             Catch::StartsWith(
                 "RTL chip: no library for this configuration with a bus of 8 bytes; there are default"));
  CHECK(MakeRtlChip(Default(), 1 << 20, {.timing = {.bus_bytes = 3}}).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(MakeRtlChip(Default(), 1 << 20, {.timing = {.read_latency = 0}}).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace baton::vta
