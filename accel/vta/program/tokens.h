// Which order of the three queues matters, and the tokens that keep it. Programs are written as if their
// instructions ran one after the other; run so they are right on any VTA. Tokens then say what of that order
// must stay when the queues run beside each other. Source: the specification's sections 7 to 9 and 14.3.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/vta/config.h"
#include "accel/vta/isa.h"

namespace baton::vta {

// The scratchpads that two queues share. ACC and UOP belong to the compute queue alone.
enum class SharedMemory { kInp, kWgt, kOut };
inline constexpr int kNumSharedMemories = 3;

// Elements [begin, end) that an instruction reads or writes.
struct Access {
  SharedMemory memory = SharedMemory::kInp;
  bool is_write = false;
  uint32_t begin = 0;
  uint32_t end = 0;
};

struct ScheduledInstruction {
  Instruction instruction;
  std::vector<Access> accesses;
};

// A token for each instruction that must wait for one of another queue and does not know yet that it is
// complete: since each queue is in order, the newest one that matters stands for all before. So pops come in
// the order of their pushes, each push has its pop, and no instruction waits for one behind it in the
// program: whatever the depth of the queues, one instruction can always go on.
// Appends what waits for the last LOAD and STORE, and FINISH. At most 200 tokens are outstanding in a queue.
void AddTokens(const Config& config, std::vector<ScheduledInstruction>& program);

// An upper bound for the tokens outstanding in each queue, by TokenQueue, whatever the timing.
std::vector<uint32_t> MostTokens(const std::vector<ScheduledInstruction>& program);

}  // namespace baton::vta
