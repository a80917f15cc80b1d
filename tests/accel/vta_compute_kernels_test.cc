// The code for each processor against triple loops.
#include "accel/vta/compute_kernels.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "accel/vta/model_scratchpads.h"

namespace baton::vta {
namespace {

constexpr uint32_t kElements = 4;

// Values where products and sums are largest, or any.
int16_t RandomInt8(std::mt19937& random, bool is_extreme) {
  return static_cast<int16_t>(is_extreme ? (random() % 8 == 0 ? 127 : -128)
                                         : static_cast<int>(random() % 256) - 128);
}

struct Operands {
  Operands(const Config& config, uint32_t seed)
      : inp(kElements * config.batch() * config.block()),
        wgt(kElements * config.block() * config.block()),
        acc(kElements * config.batch() * config.block()) {
    std::mt19937 random(seed);
    const bool is_extreme = seed % 2 == 0;
    for (uint32_t i = 0; i < kElements * config.batch() * config.block(); ++i) {
      inp.data()[i] = RandomInt8(random, is_extreme);
      acc.data()[i] = is_extreme ? 0x7fffffff - random() % 3 : static_cast<uint32_t>(random());
    }
    for (uint32_t i = 0; i < kElements * config.block() * config.block(); ++i) {
      wgt.data()[i] = RandomInt8(random, is_extreme);
    }
  }
  Lanes<int16_t> inp;
  Lanes<int16_t> wgt;
  Lanes<uint32_t> acc;
};

LoopNest SomeLoops() {
  return {{{0, 0, 1}, {1, 1, 0}, {0, 1, 2}}, 2, 2, {1, 1, 0}, {1, 0, 1}};
}

void PlainGemm(const Config& config, Operands& operands) {
  const int block = config.block();
  SomeLoops().VisitSteps([&](const Indices& step) {
    for (int b = 0; b < config.batch(); ++b) {
      for (int n = 0; n < block; ++n) {
        int64_t sum = operands.acc.data()[(step.dst * config.batch() + b) * block + n];
        for (int k = 0; k < block; ++k) {
          sum += operands.inp.data()[(step.src * config.batch() + b) * block + k] *
                 operands.wgt.data()[step.wgt * block * block + (k / 2) * 2 * block + 2 * n + k % 2];
        }
        operands.acc.data()[(step.dst * config.batch() + b) * block + n] = static_cast<uint32_t>(sum);
      }
    }
    return true;
  });
}

TEST_CASE("vta compute kernels: GEMM's code for every processor computes the same", "[accel]") {
  for (const NamedConfig& config : AllConfigs()) {
    for (const GemmCode code : GemmCodes(config.config)) {
      for (const uint32_t seed : {1, 2}) {
        CAPTURE(std::string(config.name), GemmCodeName(code), seed);
        Operands expected(config.config, seed);
        PlainGemm(config.config, expected);
        Operands found(config.config, seed);
        RunGemm(config.config, code, SomeLoops(), found.inp.data(), found.wgt.data(), found.acc.data());
        const size_t size = kElements * config.config.batch() * config.config.block();
        CHECK(std::equal(found.acc.data(), found.acc.data() + size, expected.acc.data()));
      }
    }
  }
}

// Accumulator 0 holds `a`, accumulator 1 `b`. Returns accumulator 0, whose lanes must be equal.
int32_t Alu(AluOpcode opcode, int32_t a, int32_t b, bool use_imm) {
  const Config config;
  Lanes<uint32_t> acc(2 * 16);
  std::fill(acc.data(), acc.data() + 16, static_cast<uint32_t>(a));
  std::fill(acc.data() + 16, acc.data() + 32, static_cast<uint32_t>(b));
  LoopNest loops{{{0, use_imm ? 0u : 1u, 0}}, 1, 1, {}, {}};
  RunAlu(config, loops, {opcode, use_imm, b}, acc.data());
  CHECK(std::count(acc.data(), acc.data() + 16, acc.data()[0]) == 16);
  return static_cast<int32_t>(acc.data()[0]);
}

TEST_CASE("vta compute kernels: ALU operations at their limits", "[accel]") {
  const bool use_imm = GENERATE(false, true);
  const auto alu = [&](AluOpcode opcode, int32_t a, int32_t b) { return Alu(opcode, a, b, use_imm); };
  CHECK(alu(AluOpcode::kMin, -5, 3) == -5);
  CHECK(alu(AluOpcode::kMin, INT32_MIN, 0) == INT32_MIN);
  CHECK(alu(AluOpcode::kMax, -5, 3) == 3);
  CHECK(alu(AluOpcode::kAdd, INT32_MAX, 1) == INT32_MIN);
  CHECK(alu(AluOpcode::kShr, -1000, 3) == -125);
  CHECK(alu(AluOpcode::kShr, -1000, 0) == -1000);
  CHECK(alu(AluOpcode::kShr, 1000, 31) == 0);
  CHECK(alu(AluOpcode::kShr, -1000, 32) == -1);
  CHECK(alu(AluOpcode::kShr, -1000, 32767) == -1);
  CHECK(alu(AluOpcode::kShr, 1000, -1) == 2000);
  CHECK(alu(AluOpcode::kShr, 1, -31) == INT32_MIN);
  CHECK(alu(AluOpcode::kShr, 1000, -32) == 0);
  CHECK(alu(AluOpcode::kShr, 1000, -32768) == 0);
  CHECK(alu(AluOpcode::kMul, 65536, 32767) == 2147418112);
  CHECK(alu(AluOpcode::kMul, INT32_MIN, -1) == INT32_MIN);
}

TEST_CASE("vta compute kernels: a tensor may hold any amount of a shift", "[accel]") {
  CHECK(Alu(AluOpcode::kShr, -1, INT32_MAX, false) == -1);
  CHECK(Alu(AluOpcode::kShr, -1, INT32_MIN, false) == 0);
}

}  // namespace
}  // namespace baton::vta
