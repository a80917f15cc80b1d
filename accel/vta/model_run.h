// One run of a model chip: puts queues (model_queues.h) and instructions (model_core.h) together.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "accel/vta/chip.h"
#include "accel/vta/model_core.h"
#include "accel/vta/model_queues.h"

namespace baton::vta {

class ModelRun {
 public:
  // The program is copied: a program that stores over itself runs as it was.
  ModelRun(const Config& config, const ModelOptions& options, const RunRequest& request, DeviceMemory& memory,
           Scratchpads& scratchpads);
  RunResult Run();

 private:
  // False when the run is over.
  bool RunInstruction(uint32_t index);
  std::optional<Violation> CheckFinish(uint32_t index) const;
  void Count(uint32_t index, Queue queue, const Instruction& instruction, uint64_t steps);
  void Trap(uint32_t index, const Violation& violation);
  void FinishOrDeadlock();

  const Config& config_;
  const ModelOptions& options_;
  const RunRequest& request_;
  std::vector<Word> words_;
  ModelQueues queues_;
  RunResult result_;
  ModelCore core_;
  bool is_done_ = false;                        // the last instruction that ran was FINISH
  std::array<uint64_t, kNumQueues> free_at_{};  // cycle in which each queue's last instruction completed
};

}  // namespace baton::vta
