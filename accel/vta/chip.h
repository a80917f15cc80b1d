// PUBLIC: a VTA that runs programs lying in its memory: what the model chip (model_chip.h) and the RTL chip
// (vta_sim/rtl_chip.h) have in common. Source: the specification's sections 7 to 9, 14.5 and 15.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "accel/vta/config.h"
#include "accel/vta/device_memory.h"
#include "accel/vta/isa.h"

namespace baton::vta {

struct Counters {
#define VTA_COUNTER(name, unit, meaning) uint64_t name = 0;
#include "accel/vta/counters.def"
#undef VTA_COUNTER
  friend bool operator==(const Counters&, const Counters&) = default;
};

struct CounterInfo {
  absl::string_view name;
  absl::string_view unit;
  absl::string_view meaning;
  uint64_t Counters::*member;
};
// counters.def, in its order.
absl::Span<const CounterInfo> AllCounters();

struct RunRequest {
  uint32_t instruction_address = 0;  // bytes; a multiple of 16
  uint32_t instruction_count = 0;    // FINISH included
  uint64_t max_cycles = uint64_t{1} << 31;
  bool record_instructions = false;  // fill RunResult::instructions
};

enum class Outcome {
  kFinished,  // FINISH retired
  kTimeout,   // max_cycles passed
  kDeadlock,  // no queue can go on: RunResult::waiting
  kTrap,      // an instruction breaks a rule: RunResult::trap
};
absl::string_view OutcomeName(Outcome outcome);  // "finished", ...

// A queue that cannot go on.
struct WaitingQueue {
  Queue queue;
  std::vector<TokenQueue>
      tokens;  // that its head waits for; empty: it has run out of instructions, and none was FINISH
  uint32_t instruction_index = 0;  // of the head, in the program
  Word head;
};

struct Trap {
  uint32_t instruction_index = 0;  // in the program
  std::string field;
  std::string rule;  // what was found, what was expected
};

// When an instruction ran. Cycles count from launch.
struct InstructionRecord {
  uint32_t index = 0;  // in the program
  Queue queue = Queue::kCompute;
  uint64_t wait_begin = 0;  // it is at the head of its queue
  uint64_t begin = 0;       // its tokens are there
  uint64_t end = 0;
  // GEMM and ALU: micro-op steps; LOAD: elements written to the scratchpad, padding included; STORE: elements
  // stored; else 0.
  uint64_t steps = 0;
};

struct RunResult {
  Outcome outcome = Outcome::kFinished;
  Counters counters;
  std::vector<WaitingQueue> waiting;
  Trap trap;
  std::vector<InstructionRecord> instructions;  // in the order of the program; those that completed
};

// One line: "finished after 203 cycles", "deadlock: compute waits for l2g at instruction 4 (gemm ...); ...".
std::string DescribeResult(const Config& config, const RunResult& result);

// Threads: one at a time, and none may touch the memory between Submit and Wait.
class Chip {
 public:
  virtual ~Chip();

  const Config& config() const { return config_; }
  DeviceMemory& memory() { return *memory_; }
  const DeviceMemory& memory() const { return *memory_; }

  // Runs a program to its end. What the program does wrong is a RunResult; the memory is then as far as it
  // came. The chip can be used again after every outcome: its queues, tokens and scratchpads are as new.
  // Errors: InvalidArgument for an address that is not a multiple of 16, a program outside the memory or
  // without
  //   instructions; FailedPrecondition while a submitted program runs.
  absl::StatusOr<RunResult> Run(const RunRequest& request);

  // The same without waiting: returns when the program has been handed over. Wait returns its result.
  // Errors: of Run; Wait: FailedPrecondition when nothing was submitted.
  absl::Status Submit(const RunRequest& request);
  absl::StatusOr<RunResult> Wait();

 protected:
  Chip(const Config& config, std::unique_ptr<DeviceMemory> memory);
  // Waits for a run that nobody waited for. Each subclass calls it in its destructor, while Execute can still
  // be called.
  void Quiesce();

 private:
  // REQUIRES: a request that was checked. Called on a thread of its own by Submit.
  virtual RunResult Execute(const RunRequest& request) = 0;
  absl::Status Check(const RunRequest& request) const;

  Config config_;
  std::unique_ptr<DeviceMemory> memory_;
  std::future<RunResult> submitted_;
};

}  // namespace baton::vta
