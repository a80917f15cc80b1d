// Turns the record_* pins of the RTL into InstructionRecords: when each instruction of a run was at the head
// of its queue, began and retired.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "accel/vta/chip.h"
#include "vta_sim/rtl_instance.h"

namespace baton::vta {

class InstructionRecorder {
 public:
  InstructionRecorder(const Config& config, const DeviceMemory& memory, const RunRequest& request);

  void Observe(const RtlOutputs& outputs);  // once each cycle from launch on
  std::vector<InstructionRecord> Take();    // those that completed, in the order of the program

 private:
  struct PerQueue {
    std::vector<InstructionRecord> records;  // of all its instructions
    size_t head = 0;
    size_t retired = 0;
    bool waiting = false;
  };

  uint64_t cycle_ = 0;
  std::array<PerQueue, kNumQueues> queues_;
};

}  // namespace baton::vta
