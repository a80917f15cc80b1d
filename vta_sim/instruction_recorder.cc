#include "vta_sim/instruction_recorder.h"

#include <algorithm>
#include <cstring>

namespace baton::vta {

InstructionRecorder::InstructionRecorder(const Config& config, const DeviceMemory& memory,
                                         const RunRequest& request) {
  if (!request.record_instructions) return;
  for (uint32_t index = 0; index < request.instruction_count; ++index) {
    Word word;
    std::memcpy(&word, memory.data() + request.instruction_address + index * kInstructionBytes, sizeof word);
    const auto instruction = Unpack(config, word);
    if (!instruction.ok()) break;  // nothing behind it is dispatched
    const Queue queue = QueueOf(*instruction);
    queues_[static_cast<int>(queue)].records.push_back({.index = index, .queue = queue});
  }
}

void InstructionRecorder::Observe(const RtlOutputs& outputs) {
  for (int i = 0; i < kNumQueues; ++i) {
    PerQueue& queue = queues_[i];
    const bool head = (outputs.record_head >> i & 1) != 0 && queue.head < queue.records.size();
    if (head && !queue.waiting) {
      queue.waiting = true;
      queue.records[queue.head].wait_begin = cycle_;
    }
    if (head && (outputs.record_begin >> i & 1) != 0) {
      queue.records[queue.head++].begin = cycle_;
      queue.waiting = false;
    }
    if ((outputs.record_retire >> i & 1) != 0 && queue.retired < queue.head) {
      InstructionRecord& record = queue.records[queue.retired++];
      record.end = cycle_;
      record.steps = outputs.record_steps[i];
    }
  }
  ++cycle_;
}

std::vector<InstructionRecord> InstructionRecorder::Take() {
  std::vector<InstructionRecord> result;
  for (PerQueue& queue : queues_) {
    result.insert(result.end(), queue.records.begin(), queue.records.begin() + queue.retired);
  }
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  return result;
}

}  // namespace baton::vta
