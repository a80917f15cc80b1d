// The items of the performance contract that are about single instructions: how much longer a program takes
// when it has more of them.
#include "accel/vta/program/emitter.h"
#include "tools/vta_bench_measure.h"
#include "tools/vta_chip.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using vta::AluOpcode;
using vta::Emitter;
using vta::LoopNest;
using vta::MemoryType;
using vta::Region;

constexpr uint64_t kMemoryBytes = uint64_t{4} << 20;

struct Bench {
  const VtaBenchMachine& machine;
  vta::Config config;

  absl::StatusOr<vta::RunResult> Run(const vta::Program& program) const {
    VtaChipOptions options;
    options.chip = "rtl";
    options.config = machine.config;
    options.latency = static_cast<int>(machine.timing.read_latency);
    options.bus_bytes = static_cast<int>(machine.timing.bus_bytes);
    BATON_ASSIGN_OR_RETURN(const std::unique_ptr<vta::Chip> chip, MakeVtaChip(options, kMemoryBytes));
    std::vector<uint32_t> addresses;
    for (const vta::ProgramBuffer& buffer : program.buffers) {
      BATON_ASSIGN_OR_RETURN(const uint32_t address, chip->memory().Allocate(buffer.num_bytes + 1));
      std::copy(buffer.contents.begin(), buffer.contents.end(), chip->memory().data() + address);
      addresses.push_back(address);
    }
    BATON_ASSIGN_OR_RETURN(const std::vector<vta::Word> words, vta::Link(program, addresses));
    const std::vector<uint8_t> bytes = vta::ToBytes(words);
    vta::RunRequest request;
    BATON_ASSIGN_OR_RETURN(request.instruction_address, chip->memory().Allocate(bytes.size()));
    std::copy(bytes.begin(), bytes.end(), chip->memory().data() + request.instruction_address);
    request.instruction_count = static_cast<uint32_t>(words.size());
    request.record_instructions = true;
    BATON_ASSIGN_OR_RETURN(vta::RunResult result, chip->Run(request));
    if (result.outcome != vta::Outcome::kFinished) {
      return absl::InternalError(vta::DescribeResult(program.config, result));
    }
    return result;
  }

  absl::StatusOr<double> Cycles(const std::function<void(Emitter&)>& emit) const {
    Emitter emitter(config);
    emit(emitter);
    BATON_ASSIGN_OR_RETURN(const vta::Program program, emitter.Finish());
    if (!machine.on_chip) return static_cast<double>(vta::PredictCycles(program, machine.timing));
    BATON_ASSIGN_OR_RETURN(const vta::RunResult result, Run(program));
    return static_cast<double>(result.counters.cycles);
  }

  // Cycles for each of `more - fewer` things that emit(emitter, count) has more of.
  absl::StatusOr<double> CyclesEach(uint32_t fewer, uint32_t more,
                                    const std::function<void(Emitter&, uint32_t)>& emit) const {
    BATON_ASSIGN_OR_RETURN(const double few, Cycles([&](Emitter& emitter) { emit(emitter, fewer); }));
    BATON_ASSIGN_OR_RETURN(const double many, Cycles([&](Emitter& emitter) { emit(emitter, more); }));
    return (many - few) / (more - fewer);
  }
};

// `acc_stride` 0: all into one accumulator.
LoopNest Steps(uint32_t count, uint32_t acc_stride) {
  return {.dims = {{count, acc_stride, 1, 0}}};
}

absl::StatusOr<double> GemmStepsPerCycle(const Bench& bench) {
  double slowest = 0;
  for (const uint32_t acc_stride : {0u, 1u}) {
    BATON_ASSIGN_OR_RETURN(const double cycles,
                           bench.CyclesEach(200, 800, [&](Emitter& emitter, uint32_t count) {
                             emitter.Gemm(Steps(count, acc_stride));
                           }));
    slowest = std::max(slowest, cycles);
  }
  return 1 / slowest;
}

// Of 10 steps each.
absl::StatusOr<double> CyclesBesideSteps(const Bench& bench) {
  constexpr uint32_t kSteps = 10;
  double largest = 0;
  for (const bool is_gemm : {true, false}) {
    BATON_ASSIGN_OR_RETURN(const double cycles,
                           bench.CyclesEach(64, 128, [&](Emitter& emitter, uint32_t count) {
                             for (uint32_t i = 0; i < count; ++i) {
                               if (is_gemm) {
                                 emitter.Gemm(Steps(kSteps, 1));
                               } else {
                                 emitter.AluImm(AluOpcode::kMax, 0, kSteps, 0);
                               }
                             }
                           }));
    largest = std::max(largest, cycles - kSteps);
  }
  return largest;
}

absl::StatusOr<double> AluImmCycles(const Bench& bench) {
  return bench.CyclesEach(
      200, 400, [](Emitter& emitter, uint32_t count) { emitter.AluImm(AluOpcode::kMax, 0, count, 0); });
}

// The other operand `distance` accumulators behind, or one for all.
absl::StatusOr<double> AluTensorCycles(const Bench& bench, uint32_t distance, bool one_for_all) {
  return bench.CyclesEach(100, 200, [&](Emitter& emitter, uint32_t count) {
    emitter.Alu(AluOpcode::kAdd,
                {.base = {.src_idx = distance}, .dims = {{count, 1, one_for_all ? 0u : 1u, 0}}});
  });
}

absl::StatusOr<double> StoreCycles(const Bench& bench) {
  return bench.CyclesEach(200, 800, [](Emitter& emitter, uint32_t count) {
    const uint32_t buffer = emitter.AddBuffer("output", vta::BufferRole::kOutput, MemoryType::kOut, count);
    emitter.Store(Region{.buffer = buffer, .cols = count}, 0);
  });
}

// 16 rows of 1 KiB.
absl::StatusOr<double> LoadBeatsPerCycle(const Bench& bench) {
  constexpr uint32_t kRows = 16;
  constexpr uint32_t kRowBytes = 1024;
  Emitter emitter(bench.config);
  const uint32_t cols = kRowBytes / bench.config.inp_bytes();
  const uint32_t pitch = cols + cols / 4;
  const uint32_t buffer = emitter.AddBuffer("data", vta::BufferRole::kInput, MemoryType::kInp, kRows * pitch);
  emitter.Load(MemoryType::kInp, Region{.buffer = buffer, .rows = kRows, .row_pitch = pitch, .cols = cols},
               0);
  BATON_ASSIGN_OR_RETURN(const vta::Program program, emitter.Finish());
  const double beats = kRows * kRowBytes / bench.machine.timing.bus_bytes;
  if (!bench.machine.on_chip) {
    const vta::InstructionTime time = vta::PredictTimes(program, bench.machine.timing).front();
    return beats / static_cast<double>(time.end - time.begin);
  }
  BATON_ASSIGN_OR_RETURN(const vta::RunResult result, bench.Run(program));
  const vta::InstructionRecord& load = result.instructions.front();
  return beats / static_cast<double>(load.end - load.begin);
}

absl::StatusOr<double> ResNet(const VtaBenchMachine& machine, uint32_t contexts, uint32_t latency) {
  VtaBenchMachine with_latency = machine;
  with_latency.timing.read_latency = latency;
  BATON_ASSIGN_OR_RETURN(const std::vector<VtaBenchRun> runs, RunResNet18(with_latency, contexts));
  return 100 * UtilisationOf(runs);
}

absl::StatusOr<double> Gemm256(const VtaBenchMachine& machine, bool initial) {
  BATON_ASSIGN_OR_RETURN(const VtaBenchRun run, RunBlockedGemm(machine, initial));
  return 100 * run.utilisation();
}

}  // namespace

absl::StatusOr<std::vector<VtaContractItem>> MeasureContract(const VtaBenchMachine& machine) {
  BATON_ASSIGN_OR_RETURN(const vta::NamedConfig config, VtaConfigNamed(machine.config));
  const Bench bench = {machine, config.config};
  const uint32_t latency = machine.timing.read_latency;
  constexpr bool kCost = true, kShare = false;
  std::vector<VtaContractItem> items;
  absl::Status status;
  const auto add = [&](VtaContractItem item, const absl::StatusOr<double>& value) {
    if (!value.ok()) status.Update(Annotate(value.status(), item.name));
    item.value = value.value_or(0);
    items.push_back(std::move(item));
  };
  const auto none = std::nullopt;
  add({"GEMM inside an instruction", "steps/cycle", 1.0, 1.0, 1.0, kShare}, GemmStepsPerCycle(bench));
  add({"compute instruction, beside its steps", "cycles", 9.0, 9.0, 3.0, kCost}, CyclesBesideSteps(bench));
  add({"ALU with a constant", "cycles/element", 1.0, 1.0, 1.0, kCost}, AluImmCycles(bench));
  add({"ALU, the other operand one for all", "cycles/element", 2.0, 2.0, 1.0, kCost},
      AluTensorCycles(bench, 1, true));
  add({"ALU, the other operand in the other half", "cycles/element", 2.0, 2.0, 1.0, kCost},
      AluTensorCycles(bench, config.config.acc_depth() / 2, false));
  add({"ALU, the other operand in the same half", "cycles/element", 2.0, 2.0, 1.0, kCost},
      AluTensorCycles(bench, config.config.acc_depth() / 4, false));
  add({"STORE", "cycles/element", 3.0, 2.0, 2.0, kCost}, StoreCycles(bench));
  add({"LOAD of 16 rows of 1 KiB", "beats/cycle", 0.99, 0.98, 0.99, kShare}, LoadBeatsPerCycle(bench));
  add({"ResNet-18 C2-C11, two contexts", "% of peak", 92.1, 92.0, 96.0, kShare}, ResNet(machine, 2, latency));
  add({"the same, memory latency 200", "% of peak", 91.9, 91.5, none, kShare}, ResNet(machine, 2, 200));
  add({"the same, one context", "% of peak", 73.4, none, none, kShare}, ResNet(machine, 1, latency));
  add({"GEMM 256^3 in tiles of 64, from 0", "% of peak", 74.4, 74.0, 90.0, kShare}, Gemm256(machine, false));
  add({"the same, from sums in memory", "% of peak", 54.6, none, none, kShare}, Gemm256(machine, true));
  if (!status.ok()) return status;
  return items;
}

}  // namespace baton
