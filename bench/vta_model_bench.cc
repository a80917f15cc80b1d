// How fast the model chip computes: GMAC/s of whole runs, loads and the interpreter included, with the
// median, the smallest and the largest of 21 runs. One thread. Exits with 1 when a run does not finish.
//   ninja -C build/release vta_model_bench && build/release/bin/vta_model_bench
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <vector>

#include "accel/vta/compute_kernels.h"
#include "accel/vta/model_chip.h"

namespace baton::vta {
namespace {

constexpr int kRuns = 21;
constexpr uint32_t kProgram = 0x1000;
constexpr uint32_t kUops = 0x10000;
constexpr uint32_t kData = 0x100000;
constexpr uint32_t kMemoryBytes = 4 << 20;

uint32_t Code(Opcode opcode) {
  return static_cast<uint32_t>(opcode);
}

MemoryInstruction Load(const Config& config, MemoryType type, uint32_t address, uint32_t count) {
  MemoryInstruction load;
  load.opcode = Code(Opcode::kLoad);
  load.memory_type = static_cast<uint32_t>(type);
  load.dram_base = address / ElementBytes(config, load.memory_type);
  load.y_size = 1;
  load.x_size = load.x_stride = count;
  return load;
}

// A kernel of 3 x 3 over rows of 7, from inputs of 9 x 9 for 16 blocks of output channels, as in ResNet-18's
// last stage. Half of the scratchpads' contexts, so that it fits the smaller configurations.
struct Convolution {
  static constexpr uint32_t kRow = 7, kPitch = 9, kKernel = 3, kOutBlocks = 4;

  static std::vector<Uop> Uops() {
    std::vector<Uop> uops;
    for (uint32_t dy = 0; dy < kKernel; ++dy) {
      for (uint32_t dx = 0; dx < kKernel; ++dx) {
        for (uint32_t x = 0; x < kRow; ++x) uops.push_back({x, dy * kPitch + x + dx, dy * kKernel + dx});
      }
    }
    return uops;
  }
  static GemmInstruction Instruction(uint32_t num_uops) {
    GemmInstruction gemm;
    gemm.opcode = Code(Opcode::kGemm);
    gemm.uop_end = num_uops;
    gemm.iter_out = kOutBlocks;
    gemm.iter_in = kRow;
    gemm.dst_factor_out = kRow * kRow;
    gemm.dst_factor_in = kRow;
    gemm.src_factor_in = kPitch;
    gemm.wgt_factor_out = kKernel * kKernel;
    return gemm;
  }
};

// Weights come in from memory before each `gemms_per_load` instructions, by tokens.
std::vector<Instruction> Program(const Config& config, int num_gemms, int gemms_per_load) {
  const auto uops = static_cast<uint32_t>(Convolution::Uops().size());
  GemmInstruction gemm = Convolution::Instruction(uops);
  GemmInstruction reset = gemm;
  reset.reset = true;
  std::vector<Instruction> program;
  program.push_back(Load(config, MemoryType::kUop, kUops, uops));
  program.push_back(Load(config, MemoryType::kInp, kData, Convolution::kPitch * Convolution::kPitch));
  program.push_back(reset);
  for (int i = 0; i < num_gemms; ++i) {
    const bool loads = i % gemms_per_load == 0;
    if (loads) {
      MemoryInstruction weights = Load(config, MemoryType::kWgt, kData, Convolution::kOutBlocks * 9);
      weights.pop_next = i != 0;
      weights.push_next = true;
      program.push_back(weights);
    }
    gemm.pop_prev = loads;
    gemm.push_prev = (i + 1) % gemms_per_load == 0 && i + 1 < num_gemms;
    program.push_back(gemm);
  }
  FinishInstruction finish;
  finish.opcode = Code(Opcode::kFinish);
  program.push_back(finish);
  return program;
}

void Place(const Config& config, const std::vector<Instruction>& program, DeviceMemory& memory) {
  for (uint32_t i = 0; i < kMemoryBytes - kData; ++i)
    memory.data()[kData + i] = static_cast<uint8_t>(i * 2654435761u >> 13);
  const std::vector<Uop> uops = Convolution::Uops();
  for (size_t i = 0; i < uops.size(); ++i) {
    const uint32_t bits = PackUop(config, uops[i]).value();
    std::memcpy(memory.data() + kUops + i * sizeof(bits), &bits, sizeof(bits));
  }
  for (size_t i = 0; i < program.size(); ++i) {
    const Word word = Pack(config, program[i]).value();
    std::memcpy(memory.data() + kProgram + i * sizeof(word), &word, sizeof(word));
  }
}

bool Measure(const NamedConfig& named, ModelMode mode, const char* mode_name, int gemms_per_load) {
  const Config& config = named.config;
  const std::vector<Instruction> program = Program(config, 400, gemms_per_load);
  auto chip = ModelChip::Create(config, {.mode = mode}, DeviceMemory::Create(kMemoryBytes).value()).value();
  Place(config, program, chip->memory());
  std::vector<double> gmacs;
  for (int run = -2; run < kRuns; ++run) {  // two to warm up
    const auto begin = std::chrono::steady_clock::now();
    const RunResult result = chip->Run({kProgram, static_cast<uint32_t>(program.size())}).value();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    if (result.outcome != Outcome::kFinished) {
      std::fprintf(stderr, "%s\n", DescribeResult(config, result).c_str());
      return false;
    }
    if (run >= 0)
      gmacs.push_back(static_cast<double>(result.counters.gemm_steps) * config.macs_per_cycle() /
                      seconds.count() / 1e9);
  }
  std::sort(gmacs.begin(), gmacs.end());
  std::printf("%-8s %-8s %-11s %2d   %7.1f   %7.1f   %7.1f\n", std::string(named.name).c_str(),
              GemmCodeName(GemmCodes(config).back()), mode_name, gemms_per_load, gmacs[kRuns / 2],
              gmacs.front(), gmacs.back());
  return true;
}

int Main() {
  std::printf("GMAC/s of 400 GEMM instructions of 1764 steps\n");
  std::printf("config   code     mode        GEMMs a load  median       min       max\n");
  for (const NamedConfig& config : AllConfigs()) {
    if (config.config.acc_depth() < Convolution::kOutBlocks * Convolution::kRow * Convolution::kRow) continue;
    if (config.config.wgt_depth() < Convolution::kOutBlocks * 9) continue;
    for (const int gemms_per_load : {1, 20}) {
      if (!Measure(config, ModelMode::kStrict, "strict", gemms_per_load)) return 1;
    }
    if (!Measure(config, ModelMode::kUpstream, "upstream", 20)) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace baton::vta

int main() {
  return baton::vta::Main();
}
