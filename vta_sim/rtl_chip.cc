#include "vta_sim/rtl_chip.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "accel/vta/host_registers.h"
#include "vta_sim/instruction_recorder.h"
#include "vta_sim/rtl_instance.h"
#include "vta_sim/rtl_libraries.h"

namespace baton::vta {
namespace {

// Bits of host_registers.def's control and queue_state.
constexpr uint32_t kLaunch = 1u << 0;
constexpr uint32_t kSoftReset = 1u << 2;
constexpr uint32_t kFinished = 1u << 1;
constexpr uint32_t kTrapped = 1u << 3;
constexpr uint32_t kRunning = 1u << 4;
constexpr uint32_t kFetchDone = 1u << 8;
constexpr uint32_t kMemoryIdle = 1u << 9;
constexpr int kWaitsShift = 4;

// How often a run is looked at for a deadlock, and how long nothing may be seen to move: longer than an
// instruction takes through a queue.
constexpr uint64_t kDeadlockPollCycles = 512;
constexpr int kDeadlockConfirmCycles = 16;

struct TrapText {
  uint32_t code;
  const char* field;
  const char* rule;
};
constexpr TrapText kTrapTexts[] = {
#define VTA_TRAP_CAUSE(code, name, field, rule) {code, field, rule},
#include "vta_sim/trap_causes.def"
#undef VTA_TRAP_CAUSE
};

enum TrapCause : uint32_t {
#define VTA_TRAP_CAUSE(code, name, field, rule) kCause##name = code,
#include "vta_sim/trap_causes.def"
#undef VTA_TRAP_CAUSE
};

// Who waits for the tokens of each queue of tokens, and who pushes them.
struct TokenUsers {
  TokenQueue tokens;
  Queue waiting;
  Queue pushing;
};
constexpr TokenUsers kTokenUsers[] = {
    {TokenQueue::kLoadToCompute, Queue::kCompute, Queue::kLoad},
    {TokenQueue::kComputeToLoad, Queue::kLoad, Queue::kCompute},
    {TokenQueue::kComputeToStore, Queue::kStore, Queue::kCompute},
    {TokenQueue::kStoreToCompute, Queue::kCompute, Queue::kStore},
};

class RtlChip : public Chip {
 public:
  RtlChip(const Config& config, std::unique_ptr<DeviceMemory> memory, std::unique_ptr<RtlInstance> instance,
          RtlChipOptions options)
      : Chip(config, std::move(memory)),
        instance_(std::move(instance)),
        options_(std::move(options)),
        model_(this->memory(), options_.timing) {
    if (!options_.trace_path.empty()) instance_->Trace(options_.trace_path);
    inputs_.reset = true;
    Step();
    Step();
    inputs_.reset = false;
  }

  ~RtlChip() override {
    Quiesce();
    if (!options_.coverage_path.empty()) instance_->WriteCoverage(options_.coverage_path);
  }

 private:
  RunResult Execute(const RunRequest& request) override;

  void Step() {
    model_.Drive(inputs_);
    instance_->Settle(inputs_, outputs_);
    model_.Observe(inputs_, outputs_);
    if (recorder_ != nullptr) recorder_->Observe(outputs_);
    instance_->Clock();
  }

  void Write(HostRegister where, uint32_t value) {
    inputs_.host_write = true;
    inputs_.host_address = static_cast<uint32_t>(where);
    inputs_.host_write_data = value;
    Step();
    inputs_.host_write = false;
  }

  uint32_t ReadAt(uint32_t address) {
    inputs_.host_read = true;
    inputs_.host_address = address;
    Step();
    inputs_.host_read = false;
    Step();
    return outputs_.host_read_data;
  }
  uint32_t Read(HostRegister where) { return ReadAt(static_cast<uint32_t>(where)); }

  void SoftReset();
  Outcome RunToEnd(uint64_t max_cycles);
  bool IsStuck(uint32_t queue_state) const;
  Counters ReadCounters();
  std::vector<WaitingQueue> ReadWaiting(const RunRequest& request);
  Trap ReadTrap(const RunRequest& request, const Counters& counters);
  uint32_t IndexOfLast(const RunRequest& request, Queue queue, uint64_t num_retired) const;
  Word WordAt(const RunRequest& request, uint32_t index) const;

  std::unique_ptr<RtlInstance> instance_;
  RtlChipOptions options_;
  MemoryModel model_;
  RtlInputs inputs_;
  RtlOutputs outputs_ = {};
  InstructionRecorder* recorder_ = nullptr;  // while a run is recorded
};

RunResult RtlChip::Execute(const RunRequest& request) {
  SoftReset();
  Write(HostRegister::instruction_count, request.instruction_count);
  Write(HostRegister::instruction_base, request.instruction_address);
  for (const HostRegister base : {HostRegister::uop_base, HostRegister::inp_base, HostRegister::wgt_base,
                                  HostRegister::acc_base, HostRegister::out_base}) {
    Write(base, 0);
  }
  Write(HostRegister::control, kLaunch);

  RunResult result;
  InstructionRecorder recorder(config(), memory(), request);
  if (request.record_instructions) recorder_ = &recorder;
  result.outcome = RunToEnd(request.max_cycles);
  recorder_ = nullptr;
  result.instructions = recorder.Take();
  result.counters = ReadCounters();
  if (result.outcome == Outcome::kDeadlock) result.waiting = ReadWaiting(request);
  if (result.outcome == Outcome::kTrap) result.trap = ReadTrap(request, result.counters);
  return result;
}

// Ends when the memory transactions under way have ended, however the last run was left.
void RtlChip::SoftReset() {
  Write(HostRegister::control, kSoftReset);
  while ((Read(HostRegister::control) & kRunning) != 0) {
  }
}

Outcome RtlChip::RunToEnd(uint64_t max_cycles) {
  uint64_t next_poll = kDeadlockPollCycles;
  // The first cycle is launch's, which no counter counts; run_over is seen one cycle late.
  for (uint64_t cycle = 0; cycle <= max_cycles + 1; ++cycle) {
    Step();
    if (outputs_.run_over) {
      const uint32_t control = Read(HostRegister::control);
      return (control & kFinished) != 0 ? Outcome::kFinished : Outcome::kTrap;
    }
    if (cycle < next_poll) continue;
    if (IsStuck(Read(HostRegister::queue_state))) {
      for (int i = 0; i < kDeadlockConfirmCycles; ++i) Step();
      if (IsStuck(Read(HostRegister::queue_state)) && !outputs_.run_over) return Outcome::kDeadlock;
      cycle += kDeadlockConfirmCycles + 2;
    }
    cycle += 2;
    next_poll = cycle + kDeadlockPollCycles;
  }
  return Outcome::kTimeout;
}

// Nothing is under way, nothing comes, and each head waits for a token.
bool RtlChip::IsStuck(uint32_t queue_state) const {
  if ((queue_state & kFetchDone) == 0 || (queue_state & kMemoryIdle) == 0) return false;
  std::array<bool, kNumQueues> waits = {};
  for (int i = 0; i < kNumTokenQueues; ++i) {
    if ((queue_state >> (kWaitsShift + i) & 1) != 0) waits[static_cast<int>(kTokenUsers[i].waiting)] = true;
  }
  for (int queue = 0; queue < kNumQueues; ++queue) {
    if ((queue_state >> queue & 1) != 0 && !waits[queue]) return false;
  }
  return true;
}

Counters RtlChip::ReadCounters() {
  Counters counters;
  uint32_t address = static_cast<uint32_t>(HostRegister::counters);
  for (const CounterInfo& info : AllCounters()) {
    const uint64_t low = ReadAt(address);
    counters.*info.member = low | uint64_t{ReadAt(address + 4)} << 32;
    address += 8;
  }
  return counters;
}

std::vector<WaitingQueue> RtlChip::ReadWaiting(const RunRequest& request) {
  constexpr HostRegister kHeads[] = {HostRegister::load_head, HostRegister::compute_head,
                                     HostRegister::store_head};
  const uint32_t state = Read(HostRegister::queue_state);
  std::vector<WaitingQueue> result;
  for (int i = 0; i < kNumQueues; ++i) {
    WaitingQueue waiting{.queue = static_cast<Queue>(i), .tokens = {}, .instruction_index = 0, .head = {}};
    if ((state >> i & 1) != 0) {
      waiting.instruction_index = Read(kHeads[i]);
      waiting.head = WordAt(request, waiting.instruction_index);
      for (int tokens = 0; tokens < kNumTokenQueues; ++tokens) {
        const bool waits = (state >> (kWaitsShift + tokens) & 1) != 0;
        if (waits && kTokenUsers[tokens].waiting == waiting.queue)
          waiting.tokens.push_back(kTokenUsers[tokens].tokens);
      }
      result.push_back(waiting);
    } else if (waiting.queue == Queue::kCompute) {
      waiting.instruction_index = request.instruction_count;
      result.push_back(waiting);
    }
  }
  return result;
}

Trap RtlChip::ReadTrap(const RunRequest& request, const Counters& counters) {
  Trap trap;
  uint32_t cause = Read(HostRegister::trap_cause);
  trap.instruction_index = Read(HostRegister::trap_instruction);
  if ((Read(HostRegister::control) & kTrapped) == 0) {
    // A counter of tokens is full: the last to retire in the queue that pushes them pushed one too many.
    cause = kCauseTokenOverflow;
    const uint64_t tokens[] = {counters.max_l2g_tokens, counters.max_g2l_tokens, counters.max_g2s_tokens,
                               counters.max_s2g_tokens};
    const uint64_t retired[] = {counters.load_instructions, counters.compute_instructions,
                                counters.store_instructions};
    const Queue queue = kTokenUsers[std::max_element(tokens, tokens + kNumTokenQueues) - tokens].pushing;
    trap.instruction_index = IndexOfLast(request, queue, retired[static_cast<int>(queue)]);
  }
  for (const TrapText& text : kTrapTexts) {
    if (text.code == cause) {
      trap.field = text.field;
      trap.rule = text.rule;
    }
  }
  return trap;
}

uint32_t RtlChip::IndexOfLast(const RunRequest& request, Queue queue, uint64_t num_retired) const {
  uint32_t last = 0;
  for (uint32_t index = 0; index < request.instruction_count && num_retired > 0; ++index) {
    const auto instruction = Unpack(config(), WordAt(request, index));
    if (!instruction.ok() || QueueOf(*instruction) != queue) continue;
    last = index;
    --num_retired;
  }
  return last;
}

Word RtlChip::WordAt(const RunRequest& request, uint32_t index) const {
  Word word;
  if (index >= request.instruction_count) return word;
  std::memcpy(&word, memory().data() + request.instruction_address + index * kInstructionBytes, sizeof word);
  return word;
}

std::string KnownLibraries() {
  std::string result;
  for (const RtlLibrary& library : AllRtlLibraries()) {
    absl::StrAppend(&result, result.empty() ? "" : ", ", library.config, " with ", library.bus_bytes,
                    " bytes");
  }
  return result;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Chip>> MakeRtlChip(const Config& config, uint64_t memory_bytes,
                                                  const RtlChipOptions& options) {
  const MemoryTiming& timing = options.timing;
  if (timing.read_latency < 1 || timing.write_response_latency < 1) {
    return absl::InvalidArgumentError(absl::StrCat("RTL chip: latencies of ", timing.read_latency, " and ",
                                                   timing.write_response_latency,
                                                   " cycles, expected at least 1"));
  }
  auto instance = MakeRtlInstance(config, timing.bus_bytes);
  if (instance == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("RTL chip: no library for this configuration with a bus of ", timing.bus_bytes,
                     " bytes; there are ", KnownLibraries()));
  }
  if (!options.trace_path.empty() && !kRtlTracing) {
    return absl::InvalidArgumentError("RTL chip: a trace needs a build with BATON_VTA_TRACE");
  }
  auto memory = DeviceMemory::Create(memory_bytes);
  if (!memory.ok()) return memory.status();
  return std::make_unique<RtlChip>(config, *std::move(memory), std::move(instance), options);
}

}  // namespace baton::vta
