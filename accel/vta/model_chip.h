// PUBLIC: the reference VTA: runs programs exactly, an instruction at a time, without a clock; says which
// rule a program breaks and what it waits for when it cannot go on. Any bytes may be run as a program.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "accel/vta/chip.h"
#include "accel/vta/model_options.h"

namespace baton::vta {

struct Scratchpads;

class ModelChip final : public Chip {
 public:
  // Errors: InvalidArgument for a configuration that cannot be encoded.
  static absl::StatusOr<std::unique_ptr<ModelChip>> Create(const Config& config, const ModelOptions& options,
                                                           std::unique_ptr<DeviceMemory> memory);
  ~ModelChip() override;

  // For the next run.
  void set_options(const ModelOptions& options) { options_ = options; }
  const ModelOptions& options() const { return options_; }

 private:
  ModelChip(const Config& config, const ModelOptions& options, std::unique_ptr<DeviceMemory> memory);
  RunResult Execute(const RunRequest& request) override;

  ModelOptions options_;
  std::unique_ptr<Scratchpads> scratchpads_;
};

}  // namespace baton::vta
