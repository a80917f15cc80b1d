// Any bytes as a .vtag file. What can be read runs on the model chip, in the order of its tokens that the
// last byte chooses: it finishes, traps, waits for ever or takes too long, and never leaves its memory.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "accel/vta/assembly.h"
#include "accel/vta/model_chip.h"
#include "accel/vta/program_file.h"

namespace {

using namespace baton::vta;

constexpr uint32_t kMaxImageBytes = 1 << 20;
constexpr uint64_t kMaxCycles = 20000;

void Run(const ProgramFile& program, const ModelOptions& options, const Config& config) {
  auto memory = DeviceMemory::Create(program.image_bytes);
  if (!memory.ok()) return;  // an image of no bytes
  const auto chip = ModelChip::Create(config, options, *std::move(memory));
  if (!chip.ok() || !LoadInputs(program, (*chip)->memory()).ok()) std::abort();
  const auto result = (*chip)->Run({program.instruction_address, program.instruction_count, kMaxCycles,
                                    /*record_instructions=*/true});
  if (!result.ok()) return;  // a program of no instructions
  if (result->counters.cycles > kMaxCycles) std::abort();
  if (DescribeResult(config, *result).empty()) std::abort();
  (void)CompareOutputs(program, (*chip)->memory());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto program = ReadProgramFile({data, size});
  if (!program.ok()) {
    if (absl::IsDataLoss(program.status())) return 0;
    std::fprintf(stderr, "%s\n", program.status().ToString().c_str());
    std::abort();
  }
  if (program->image_bytes > kMaxImageBytes) return 0;
  if (ReadProgramFile(WriteProgramFile(*program)).value() != *program) std::abort();
  const uint64_t seed = data[size - 1];
  const NamedConfig& config = AllConfigs()[seed % AllConfigs().size()];
  for (const ModelMode mode : {ModelMode::kStrict, ModelMode::kUpstream, ModelMode::kOutBuffer}) {
    Run(*program, {.mode = mode, .seed = seed, .portable_only = seed % 2 == 1}, config.config);
    Run(*program, {.mode = mode, .seed = seed}, Config{});
  }
  return 0;
}
