#include "tools/vta_bench_measure.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "accel/vta/program/conv2d.h"
#include "accel/vta/program/dense.h"
#include "accel/vta/program/loaded_program.h"
#include "accel/vta/program/resnet18.h"
#include "tools/vta_chip.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// What layers of quantised networks do.
constexpr vta::Epilogue kEpilogue = {.shift = 8, .relu = true};

uint64_t MemoryBytes(const vta::Program& program) {
  uint64_t bytes = uint64_t{1} << 20;
  bytes += program.instructions.size() * vta::kInstructionBytes;
  for (const vta::ProgramBuffer& buffer : program.buffers) bytes += buffer.num_bytes + vta::kPageBytes;
  return bytes;
}

struct ChipRun {
  vta::RunResult result;
  std::vector<uint8_t> output;
};

// On bytes that depend on nothing but the program.
absl::StatusOr<ChipRun> RunOn(const VtaChipOptions& options, const vta::Program& program) {
  BATON_ASSIGN_OR_RETURN(const std::unique_ptr<vta::Chip> chip, MakeVtaChip(options, MemoryBytes(program)));
  BATON_ASSIGN_OR_RETURN(const std::unique_ptr<vta::LoadedProgram> loaded,
                         vta::LoadedProgram::Load(program, chip->memory()));
  std::mt19937 random(1);
  for (const vta::ProgramBuffer& buffer : program.buffers) {
    if (buffer.role != vta::BufferRole::kInput) continue;
    BATON_ASSIGN_OR_RETURN(const absl::Span<uint8_t> bytes, loaded->Buffer(buffer.name));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  }
  ChipRun run;
  BATON_ASSIGN_OR_RETURN(run.result, chip->Run(loaded->request()));
  if (run.result.outcome != vta::Outcome::kFinished) {
    return absl::InternalError(
        absl::StrCat("the ", options.chip, " chip: ", vta::DescribeResult(program.config, run.result)));
  }
  BATON_ASSIGN_OR_RETURN(const absl::Span<uint8_t> output, loaded->Buffer("output"));
  run.output.assign(output.begin(), output.end());
  return run;
}

VtaChipOptions RtlOptions(const VtaBenchMachine& machine) {
  VtaChipOptions options;
  options.chip = "rtl";
  options.config = machine.config;
  options.latency = static_cast<int>(machine.timing.read_latency);
  options.bus_bytes = static_cast<int>(machine.timing.bus_bytes);
  return options;
}

vta::BuildOptions OptionsFor(const VtaBenchMachine& machine, uint32_t contexts) {
  vta::BuildOptions options;
  options.contexts = contexts;
  options.machine = machine.timing;
  return options;
}

}  // namespace

double UtilisationOf(const std::vector<VtaBenchRun>& runs) {
  double steps = 0;
  double cycles = 0;
  for (const VtaBenchRun& run : runs) {
    steps += static_cast<double>(run.count * run.gemm_steps);
    cycles += static_cast<double>(run.count * run.cycles);
  }
  return steps / cycles;
}

absl::StatusOr<VtaBenchRun> RunVtaProgram(const vta::Program& program, const VtaBenchMachine& machine) {
  VtaBenchRun run;
  run.macs = program.macs;
  run.gemm_steps = program.gemm_steps;
  run.cycles = run.predicted_cycles = program.predicted_cycles;
  run.num_instructions = program.instructions.size();
  run.num_uops = program.uops.size();
  run.tiling = program.tiling;
  if (!machine.on_chip) return run;
  BATON_ASSIGN_OR_RETURN(const ChipRun measured, RunOn(RtlOptions(machine), program));
  VtaChipOptions model;
  model.config = machine.config;
  model.portable = true;
  BATON_ASSIGN_OR_RETURN(const ChipRun expected, RunOn(model, program));
  if (measured.output != expected.output) {
    return absl::InternalError("the RTL chip's results are not those of the model chip");
  }
  run.counters = measured.result.counters;
  run.cycles = run.counters.cycles;
  return run;
}

absl::StatusOr<std::vector<VtaBenchRun>> RunResNet18(const VtaBenchMachine& machine, uint32_t contexts) {
  BATON_ASSIGN_OR_RETURN(const vta::NamedConfig config, VtaConfigNamed(machine.config));
  std::vector<VtaBenchRun> runs;
  for (const vta::ResNetLayer& layer : vta::ResNet18Layers()) {
    BATON_ASSIGN_OR_RETURN(const vta::Program program, vta::BuildConv2d(config.config, layer.shape, kEpilogue,
                                                                        OptionsFor(machine, contexts)));
    absl::StatusOr<VtaBenchRun> run = RunVtaProgram(program, machine);
    if (!run.ok())
      return Annotate(run.status(), absl::StrCat("ResNet-18 ", layer.name, ", ", program.tiling));
    run->name = std::string(layer.name);
    run->count = layer.count;
    run->contexts = contexts;
    runs.push_back(*std::move(run));
  }
  return runs;
}

absl::StatusOr<VtaBenchRun> RunBlockedGemm(const VtaBenchMachine& machine, bool initial) {
  BATON_ASSIGN_OR_RETURN(const vta::NamedConfig config, VtaConfigNamed(machine.config));
  constexpr uint32_t kTile = 64;
  vta::BuildOptions options = OptionsFor(machine, 2);
  options.tiling = vta::Tiling{.rows = kTile / config.config.batch(),
                               .out_blocks = std::max<uint32_t>(1, kTile / config.config.block()),
                               .in_blocks = std::max<uint32_t>(1, kTile / config.config.block()),
                               .weights_stay = false};
  const vta::DenseShape shape = {.rows = 256, .in_features = 256, .out_features = 256, .initial = initial};
  BATON_ASSIGN_OR_RETURN(const vta::Program program,
                         vta::BuildDense(config.config, shape, kEpilogue, options));
  BATON_ASSIGN_OR_RETURN(VtaBenchRun run, RunVtaProgram(program, machine));
  run.name = initial ? "gemm 256, initial sums" : "gemm 256";
  return run;
}

}  // namespace baton
