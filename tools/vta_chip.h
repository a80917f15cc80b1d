// The accelerators that a command can run on, by name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "accel/vta/chip.h"
#include "accel/vta/model_options.h"

namespace CLI {
class App;
}

namespace baton {

struct VtaChipOptions {
  std::string chip = "model";  // or "rtl"
  std::string mode = "strict";
  std::string config = "default";
  uint64_t seed = 0;
  bool portable = false;
  int latency = 16;      // cycles, of the RTL chip's memory
  int bus_bytes = 8;     // a cycle
  std::string waveform;  // of the RTL: an FST file, if not empty
};

// --chip, --mode, --config, --seed, --portable, --latency, --bus, --waveform.
void AddVtaChipOptions(CLI::App* app, VtaChipOptions* options);

// Errors: UsageError for a name that is none, for the RTL chip where it was not built and for options that it
// does not have; of DeviceMemory::Create.
absl::StatusOr<std::unique_ptr<vta::Chip>> MakeVtaChip(const VtaChipOptions& options, uint64_t memory_bytes);

// Errors: UsageError.
absl::StatusOr<vta::NamedConfig> VtaConfigNamed(const std::string& name);

}  // namespace baton
