// What the RTL computes, on programs small enough to see: the worked example of the specification's section
// 12, ALU operations at their edges, neighbouring steps on one accumulator, overlap of the two engines.
#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

#include "tests/vta_sim/conv_schedule.h"
#include "tests/vta_sim/program_builder.h"
#include "tests/vta_sim/rtl_harness.h"

namespace baton::vta {
namespace {

const Config& Default() {
  return ConfigNamed("default");
}

constexpr uint32_t kAccIn = ProgramBuilder::kDataAddress;
constexpr uint32_t kOut = ProgramBuilder::kDataAddress + 0x40000;

RunResult Run(Chip& chip, const ProgramBuilder& builder) {
  auto result = chip.Run(builder.Place(chip.memory()));
  REQUIRE(result.ok());
  INFO(DescribeResult(chip.config(), *result));
  REQUIRE(result->outcome == Outcome::kFinished);
  return *std::move(result);
}

void PutLane(Chip& chip, uint32_t element, int lane, int32_t value) {
  std::memcpy(chip.memory().data() + kAccIn + element * 64 + lane * 4, &value, 4);
}
int8_t OutLane(const Chip& chip, uint32_t element, int lane) {
  return static_cast<int8_t>(chip.memory().data()[kOut + element * 16 + lane]);
}

TEST_CASE("rtl: the worked example", "[vta_sim]") {
  const auto chip = NewRtlChip();
  constexpr Word kProgram[] = {
      {0x0000010000000000, 0x0000000100010001}, {0x0000001100000180, 0x0000000100010001},
      {0x0000004800000100, 0x0000000200020001}, {0x00000005000000c0, 0x0000000200020001},
      {0x000400080020000a, 0x0040000200000000}, {0x0002000800200004, 0x0003b00000000000},
      {0x0002000800200004, 0x0000900000000000}, {0x0002000800200044, 0x007f800000000000},
      {0x0000006000000229, 0x0000000100010001}, {0x0000000000000010, 0x0000000000000000},
      {0x0000000000000003, 0x0000000000000000}};
  uint8_t* memory = chip->memory().data();
  for (int k = 0; k < 32; ++k) memory[0x12000 + k] = static_cast<uint8_t>(k - 16);
  for (int n = 0; n < 16; ++n) {
    for (int k = 0; k < 32; ++k) memory[0x14000 + k / 16 * 256 + n * 16 + k % 16] = ((n + 1) * k % 7) - 3;
    const int32_t bias = 100 * n - 800;
    std::memcpy(memory + 0x11000 + 4 * n, &bias, 4);
  }
  std::memcpy(memory + 0x20000, kProgram, sizeof kProgram);
  const auto result = chip->Run({.instruction_address = 0x20000, .instruction_count = 11});
  REQUIRE(result.ok());
  REQUIRE(result->outcome == Outcome::kFinished);
  constexpr uint8_t kExpected[16] = {0, 0, 0, 0, 0, 0, 0, 0, 8, 14, 29, 36, 52, 68, 79, 95};
  CHECK(std::memcmp(memory + 0x18000, kExpected, 16) == 0);
  CHECK(result->counters.cycles < 203);  // upstream's RTL with the same memory
}

struct AluCase {
  AluOpcode opcode;
  int32_t a;
  int32_t b;
  int32_t result;
};

std::vector<AluCase> AluCases() {
  constexpr int32_t kMin = INT32_MIN;
  constexpr int32_t kMax = INT32_MAX;
  return {{AluOpcode::kMin, -3, 2, -3},
          {AluOpcode::kMin, kMin, kMax, kMin},
          {AluOpcode::kMax, -3, 2, 2},
          {AluOpcode::kMax, kMin, kMax, kMax},
          {AluOpcode::kAdd, kMax, 1, kMin},
          {AluOpcode::kAdd, 300, -1, 299},
          {AluOpcode::kMul, 65537, 65537, 131073},
          {AluOpcode::kMul, -7, 9, -63},
          {AluOpcode::kShr, 1000, 0, 1000},
          {AluOpcode::kShr, -1000, 3, -125},
          {AluOpcode::kShr, -1, 31, -1},
          {AluOpcode::kShr, 1000, 32, 0},
          {AluOpcode::kShr, -1000, 32, -1},
          {AluOpcode::kShr, -5, kMax, -1},
          {AluOpcode::kShr, 1, -1, 2},
          {AluOpcode::kShr, 3, -31, kMin},
          {AluOpcode::kShr, 5, -32, 0},
          {AluOpcode::kShr, 5, -33, 0},
          {AluOpcode::kShr, -1, kMin, 0},
          {AluOpcode::kShr, 1000, 17, 0}};
}

// The accumulator itself, a byte at a time: OUT holds only the low ones.
void StoreAllBytes(ProgramBuilder& builder, uint32_t element, uint32_t out) {
  const Loops at = {.uop_bgn = element, .uop_end = element + 1};
  for (uint32_t byte = 0; byte < 4; ++byte) {
    if (byte > 0) builder.AluImm(AluOpcode::kShr, 8, at);
    builder.AluImm(AluOpcode::kAdd, 0, at, {.push_next = true});
    builder.Store({.sram = element, .dram = kOut / 16 + out * 4 + byte, .x = 1, .stride = 1},
                  {.pop_prev = true, .push_prev = true});
    builder.ComputeNop({.pop_next = true});
  }
}

int32_t StoredLane(const Chip& chip, uint32_t out, int lane) {
  uint32_t value = 0;
  for (uint32_t byte = 0; byte < 4; ++byte)
    value |= uint32_t{static_cast<uint8_t>(OutLane(chip, out * 4 + byte, lane))} << 8 * byte;
  return static_cast<int32_t>(value);
}

TEST_CASE("rtl: ALU operations at their edges, with a tensor and immediate", "[vta_sim]") {
  const auto chip = NewRtlChip();
  for (const AluCase& c : AluCases()) {
    CAPTURE(AluOpcodeName(static_cast<uint32_t>(c.opcode)), c.a, c.b);
    const bool fits = c.b >= INT16_MIN && c.b <= INT16_MAX;
    ProgramBuilder builder(Default());
    builder.AddUop(0, 1);
    builder.AddUop(2, 3);  // with an immediate src is not read
    builder.LoadUops();
    for (int lane = 0; lane < 16; ++lane) {
      PutLane(*chip, 0, lane, c.a);
      PutLane(*chip, 1, lane, c.b);
      PutLane(*chip, 2, lane, c.a);
      PutLane(*chip, 3, lane, 12345);
    }
    builder.Load(MemoryType::kAcc, {.dram = kAccIn / 64, .x = 4, .stride = 4});
    builder.AluTensor(c.opcode, {});
    builder.AluImm(c.opcode, fits ? c.b : 0, {.uop_bgn = 1, .uop_end = 2});
    StoreAllBytes(builder, 0, 0);
    builder.Finish();
    Run(*chip, builder);
    CHECK(StoredLane(*chip, 0, 0) == c.result);
    CHECK(StoredLane(*chip, 0, 15) == c.result);
    if (!fits) continue;
    ProgramBuilder again(Default());
    again.AddUop(2, 3);
    again.LoadUops();
    again.Load(MemoryType::kAcc, {.dram = kAccIn / 64, .x = 4, .stride = 4});
    again.AluImm(c.opcode, c.b, {}, {.push_next = true});
    again.Store({.sram = 2, .dram = kOut / 16, .x = 1, .stride = 1}, {.pop_prev = true, .push_prev = true});
    again.Finish({.pop_next = true});
    Run(*chip, again);
    CHECK(OutLane(*chip, 0, 5) == static_cast<int8_t>(c.result));
  }
}

TEST_CASE("rtl: ALU steps on one accumulator follow each other", "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  builder.AddUop(0, 0);
  builder.AddUop(1, 0);  // what the step before wrote, as the source
  builder.AddUop(1, 1);
  builder.LoadUops();
  builder.Reset({.in = 2, .dst = {0, 1}});
  builder.AluImm(AluOpcode::kAdd, 1, {.out = 1, .in = 4});  // ACC[0] = 4
  builder.AluTensor(AluOpcode::kAdd, {.uop_end = 3, .out = 2, .in = 1}, {.push_next = true});
  builder.Store({.dram = kOut / 16, .x = 2, .stride = 2}, {.pop_prev = true, .push_prev = true});
  builder.Finish({.pop_next = true});
  Run(*chip, builder);
  // Twice: a0 += a0; a1 += a0; a1 += a1.
  CHECK(OutLane(*chip, 0, 0) == 16);
  CHECK(OutLane(*chip, 1, 0) == (16 + 16) * 2);
}

TEST_CASE("rtl: OUT holds the low byte", "[vta_sim]") {
  const auto chip = NewRtlChip();
  constexpr int32_t kValues[] = {300, -129, 128, -1, 127};
  for (int lane = 0; lane < 5; ++lane) PutLane(*chip, 0, lane, kValues[lane]);
  ProgramBuilder builder(Default());
  builder.AddUop(0);
  builder.LoadUops();
  builder.Load(MemoryType::kAcc, {.dram = kAccIn / 64, .x = 1, .stride = 1});
  builder.AluImm(AluOpcode::kAdd, 0, {}, {.push_next = true});
  builder.Store({.dram = kOut / 16, .x = 1, .stride = 1}, {.pop_prev = true, .push_prev = true});
  builder.Finish({.pop_next = true});
  Run(*chip, builder);
  constexpr int kExpected[] = {44, 127, -128, -1, 127};
  for (int lane = 0; lane < 5; ++lane) CHECK(OutLane(*chip, 0, lane) == kExpected[lane]);
}

TEST_CASE("rtl: GEMM and ALU work side by side on different halves, not on the same", "[vta_sim]") {
  const auto chip = NewRtlChip();
  for (const uint32_t half : {0u, 1024u}) {
    ProgramBuilder builder(Default());
    builder.AddUop(0);
    builder.AddUop(half, half);
    builder.LoadUops();
    const size_t gemm = builder.num_instructions();
    builder.Gemm({.out = 10, .in = 100, .dst = {100, 1}});
    builder.AluImm(AluOpcode::kAdd, 1,
                   {.uop_bgn = 1, .uop_end = 2, .out = 9, .in = 100, .dst = {100, 1}, .src = {100, 1}});
    builder.Finish();
    const RunResult result = Run(*chip, builder);
    const bool overlap = result.instructions[gemm + 1].begin + 500 < result.instructions[gemm].end;
    CHECK(overlap == (half != 0));
    CHECK(result.instructions[gemm + 1].end >= result.instructions[gemm].end);
  }
}

TEST_CASE("rtl: a LOAD of accumulators is not kept out by GEMM working in its half", "[vta_sim]") {
  const auto chip = NewRtlChip();
  ProgramBuilder builder(Default());
  builder.AddUop(0);
  builder.LoadUops();
  builder.Gemm({.out = 16, .in = 1000, .dst = {0, 1}});
  builder.Load(MemoryType::kAcc, {.sram = 1010, .dram = kAccIn / 64, .x = 4, .stride = 4},
               {.push_prev = true});
  builder.Finish();
  const RunResult result = Run(*chip, builder);
  CHECK(result.instructions[1].steps == 16000);
  CHECK(result.counters.cycles < 16000 + 400);
}

TEST_CASE("rtl: convolutions with any memory", "[vta_sim]") {
  const ConvShape shape = {"small", 1, 9, 2, 3, 3, 1, 1};
  uint64_t fastest = 0;
  for (const int bus_bytes : DefaultBusWidths()) {
    uint64_t before = 0;
    for (const int latency : {1, 2, 16, 64, 200}) {
      CAPTURE(bus_bytes, latency);
      const auto chip = NewRtlChip(
          "default",
          {.read_latency = latency, .bus_bytes = bus_bytes, .write_response_latency = 1 + latency / 2});
      const auto result = chip->Run(PlaceConv(*chip, shape, ScheduleFor(shape, 2), 5));
      REQUIRE(result.ok());
      REQUIRE(result->outcome == Outcome::kFinished);
      CHECK(CheckConv(*chip, shape) == "");
      CHECK(result->counters.cycles > before);
      before = result->counters.cycles;
    }
    if (fastest != 0) CHECK(before <= fastest);
    fastest = before;
  }
}

TEST_CASE("rtl: convolutions with random memories", "[vta_sim]") {
  const ConvShape shape = {"small", 1, 8, 2, 2, 3, 2, 1};
  for (uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    const auto chip = NewRtlChip("default", RandomTiming(seed, 8, 1 + seed * 10));
    const auto result = chip->Run(PlaceConv(*chip, shape, ScheduleFor(shape, 1 + seed % 2), seed));
    REQUIRE(result.ok());
    REQUIRE(result->outcome == Outcome::kFinished);
    CHECK(CheckConv(*chip, shape) == "");
  }
}

}  // namespace
}  // namespace baton::vta
