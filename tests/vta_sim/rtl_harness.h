// RTL chips for tests: made once for each library and memory timing, run on whole program files, compared
// with the model chip.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "accel/vta/chip.h"
#include "accel/vta/program_file.h"
#include "vta_sim/rtl_chip.h"

namespace baton::vta {

inline const Config& ConfigNamed(absl::string_view name) {
  return FindConfig(name)->config;
}

// A chip that must exist. In a coverage build it leaves its counts beside those of others:
// BATON_VTA_COVERAGE_DIR.
std::unique_ptr<Chip> NewRtlChip(absl::string_view config = "default", const MemoryTiming& timing = {},
                                 uint64_t memory_bytes = 4 << 20);

// The memory ports that the default configuration was verilated with, in bytes.
std::vector<int> DefaultBusWidths();

// A memory that leaves nothing to chance but what `seed` decides: everything.
inline MemoryTiming RandomTiming(uint64_t seed, int bus_bytes = 8, int read_latency = 40) {
  return {.read_latency = read_latency,
          .bus_bytes = bus_bytes,
          .write_response_latency = 5,
          .randomise = true,
          .seed = seed};
}

// Runs `program` from a memory of zeros and its inputs. Empty, or how the run ended or its memory differs.
std::string RunAndCompare(Chip& chip, const ProgramFile& program);

// The same, and the whole image, the records of instructions and the counters that do not depend on time must
// be the model chip's.
std::string CompareWithModel(Chip& chip, const ProgramFile& program);

}  // namespace baton::vta
