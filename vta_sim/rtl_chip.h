// PUBLIC: a Chip over the verilated RTL (vta_sim/rtl): exact to the cycle, driven through its host registers
// and its memory port. docs/vta_rtl.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "accel/vta/chip.h"
#include "vta_sim/memory_model.h"

namespace baton::vta {

struct RtlChipOptions {
  MemoryTiming timing;
  std::string trace_path = {};     // an FST waveform, if not empty; needs a build with BATON_VTA_TRACE
  std::string coverage_path = {};  // written when the chip is destroyed, in a build with BATON_VTA_COVERAGE
};

// Which configurations were verilated, with the widths of their memory ports in bytes.
struct RtlLibrary {
  absl::string_view config;  // accel/vta/configs.def
  int bus_bytes;
};
std::vector<RtlLibrary> AllRtlLibraries();

// A chip with `memory_bytes` of memory.
//   Errors: InvalidArgument for a configuration or bus width that was not verilated, for a latency below 1,
//   for a trace without tracing; of DeviceMemory::Create.
absl::StatusOr<std::unique_ptr<Chip>> MakeRtlChip(const Config& config, uint64_t memory_bytes,
                                                  const RtlChipOptions& options = {});

}  // namespace baton::vta
