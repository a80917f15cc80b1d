#include "accel/vta/model_chip.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "accel/vta/model_run.h"
#include "accel/vta/model_scratchpads.h"

namespace baton::vta {

absl::StatusOr<std::unique_ptr<ModelChip>> ModelChip::Create(const Config& config,
                                                             const ModelOptions& options,
                                                             std::unique_ptr<DeviceMemory> memory) {
  if (const char* error = ConfigError(config)) {
    return absl::InvalidArgumentError(absl::StrCat("VTA configuration: ", error));
  }
  return std::unique_ptr<ModelChip>(new ModelChip(config, options, std::move(memory)));
}

ModelChip::ModelChip(const Config& config, const ModelOptions& options, std::unique_ptr<DeviceMemory> memory)
    : Chip(config, std::move(memory)),
      options_(options),
      scratchpads_(std::make_unique<Scratchpads>(config)) {}

ModelChip::~ModelChip() {
  Quiesce();
}

RunResult ModelChip::Execute(const RunRequest& request) {
  scratchpads_->Clear();
  return ModelRun(config(), options_, request, memory(), *scratchpads_).Run();
}

}  // namespace baton::vta
