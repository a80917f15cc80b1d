#include "accel/vta/chip.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace baton::vta {
namespace {

constexpr CounterInfo kCounters[] = {
#define VTA_COUNTER(name, unit, meaning) {#name, unit, meaning, &Counters::name},
#include "accel/vta/counters.def"
#undef VTA_COUNTER
};

std::string DescribeWaiting(const Config& config, const WaitingQueue& waiting) {
  if (waiting.tokens.empty()) {
    return absl::StrCat(QueueName(waiting.queue), " has no instruction left, and none was FINISH");
  }
  const std::string tokens = absl::StrJoin(waiting.tokens, " and ", [](std::string* out, TokenQueue token) {
    absl::StrAppend(out, TokenQueueName(token));
  });
  return absl::StrCat(QueueName(waiting.queue), " waits for ", tokens, " at instruction ",
                      waiting.instruction_index, " (", Disassemble(config, waiting.head), ")");
}

}  // namespace

absl::Span<const CounterInfo> AllCounters() {
  return kCounters;
}

absl::string_view OutcomeName(Outcome outcome) {
  constexpr absl::string_view kNames[] = {"finished", "timeout", "deadlock", "trap"};
  return kNames[static_cast<int>(outcome)];
}

std::string DescribeResult(const Config& config, const RunResult& result) {
  switch (result.outcome) {
    case Outcome::kFinished:
    case Outcome::kTimeout:
      return absl::StrCat(OutcomeName(result.outcome), " after ", result.counters.cycles, " cycles");
    case Outcome::kDeadlock:
      return absl::StrCat(
          "deadlock: ",
          absl::StrJoin(result.waiting, "; ", [&](std::string* out, const WaitingQueue& waiting) {
            absl::StrAppend(out, DescribeWaiting(config, waiting));
          }));
    case Outcome::kTrap:
      return absl::StrCat("trap: instruction ", result.trap.instruction_index, ": ", result.trap.field, " ",
                          result.trap.rule);
  }
  return "";
}

Chip::Chip(const Config& config, std::unique_ptr<DeviceMemory> memory)
    : config_(config), memory_(std::move(memory)) {}

Chip::~Chip() = default;

void Chip::Quiesce() {
  if (submitted_.valid()) submitted_.wait();
}

absl::Status Chip::Check(const RunRequest& request) const {
  if (submitted_.valid()) {
    return absl::FailedPreconditionError("VTA: a program was submitted and has not been waited for");
  }
  if (request.instruction_count == 0) return absl::InvalidArgumentError("VTA: a program of no instructions");
  if (request.instruction_address % kInstructionBytes != 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA: the program lies at 0x%x, expected a multiple of %d",
                        request.instruction_address, kInstructionBytes));
  }
  const uint64_t end = request.instruction_address + uint64_t{request.instruction_count} * kInstructionBytes;
  if (end > memory_->size()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA: the program ends at 0x%x, the memory at 0x%x", end, memory_->size()));
  }
  return absl::OkStatus();
}

absl::StatusOr<RunResult> Chip::Run(const RunRequest& request) {
  if (auto status = Check(request); !status.ok()) return status;
  return Execute(request);
}

absl::Status Chip::Submit(const RunRequest& request) {
  if (auto status = Check(request); !status.ok()) return status;
  submitted_ = std::async(std::launch::async, [this, request] { return Execute(request); });
  return absl::OkStatus();
}

absl::StatusOr<RunResult> Chip::Wait() {
  if (!submitted_.valid()) return absl::FailedPreconditionError("VTA: no program was submitted");
  return submitted_.get();
}

}  // namespace baton::vta
