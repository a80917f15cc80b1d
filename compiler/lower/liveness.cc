#include "compiler/lower/liveness.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "compiler/lower/control_flow.h"
#include "vm/bytecode/register_code.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// A register read or written.
struct Access {
  uint32_t block = 0, instruction = 0;
  int32_t position = 0;
  bool is_def = false;
  bool result_may_reuse = false;  // of a use: its register may hold the instruction's result
};

bool ResultMayReuseOperand(const LowFunction& function, const LowInstruction& instruction) {
  if (instruction.opcode == Opcode::kMove) return true;
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  for (int i = 0; i < info.num_operands; ++i) {
    const OperandKind kind = info.operands[i].kind;
    if (IsList(kind)) return false;
    const int64_t number = instruction.operands[i].number;
    if (kind == OperandKind::kDef && number != kOnStack && IsReference(function.kinds[number])) return false;
  }
  return true;
}

// Computes one register after the other, so that the sets of blocks need memory once: a block is in a set
// when its entry there is the register's serial number.
class LivenessAnalysis {
 public:
  explicit LivenessAnalysis(const LowFunction& function)
      : function_(function), predecessors_(FindPredecessors(function)) {
    const size_t num_blocks = function.blocks.size();
    for (std::vector<uint32_t>* set : {&defines_, &live_in_, &live_out_}) set->assign(num_blocks, 0);
    num_live_in_.assign(num_blocks, 0);
    CollectAccesses();
  }

  absl::StatusOr<Liveness> Run() {
    result_.ranges.resize(function_.kinds.size());
    for (VirtualRegister r = 0; r < function_.kinds.size(); ++r) BATON_RETURN_IF_ERROR(Analyze(r));
    return std::move(result_);
  }

 private:
  void CollectAccesses();
  absl::Status Analyze(VirtualRegister r);
  void FindBlocks(absl::Span<const Access> accesses);
  absl::Status SpreadLiveness();
  void BuildRange(VirtualRegister r, absl::Span<const Access> accesses);
  void EndLife(VirtualRegister r, LiveInterval interval, const Access* last);
  void NoteEdgeDeaths(VirtualRegister r, uint32_t block);

  absl::Span<const Access> AccessesOf(VirtualRegister r) const {
    return absl::MakeConstSpan(accesses_).subspan(first_access_[r], first_access_[r + 1] - first_access_[r]);
  }

  const LowFunction& function_;
  const std::vector<std::vector<uint32_t>> predecessors_;
  Liveness result_;
  std::vector<int32_t> begins_;       // by block: its first position, and the end of the last block
  std::vector<Access> accesses_;      // by register, then by position
  std::vector<size_t> first_access_;  // by register, and the end of the last

  // Sets of blocks for the current register, whose serial number is serial_.
  uint32_t serial_ = 0;
  std::vector<uint32_t> defines_, live_in_, live_out_;
  std::vector<uint32_t> blocks_;   // those that access the register or that it is live in
  std::vector<uint32_t> pending_;  // those that it is live in and whose predecessors are to be visited
  std::vector<int> num_live_in_;   // by block: registers so far
};

void LivenessAnalysis::CollectAccesses() {
  first_access_.assign(function_.kinds.size() + 1, 0);
  const auto count = [this](VirtualRegister r) { ++first_access_[r + 1]; };
  for (const BasicBlock& block : function_.blocks) {
    for (const LowInstruction& instruction : block.instructions) VisitRegisters(instruction, count, count);
  }
  for (size_t r = 1; r < first_access_.size(); ++r) first_access_[r] += first_access_[r - 1];
  accesses_.resize(first_access_.back());
  std::vector<size_t> next(first_access_.begin(), first_access_.end() - 1);
  const auto ignore = [](VirtualRegister) {};
  int32_t number = 1;
  for (uint32_t b = 0; b < function_.blocks.size(); ++b) {
    begins_.push_back(2 * number);
    const std::vector<LowInstruction>& instructions = function_.blocks[b].instructions;
    for (uint32_t i = 0; i < instructions.size(); ++i, ++number) {
      Access access{b, i, 2 * number, false, ResultMayReuseOperand(function_, instructions[i])};
      const auto add = [&](VirtualRegister r) { accesses_[next[r]++] = access; };
      VisitRegisters(instructions[i], add, ignore);
      access.position = 2 * number + 1;
      access.is_def = true;
      VisitRegisters(instructions[i], ignore, add);
    }
    ++number;
  }
  begins_.push_back(2 * number);
}

absl::Status LivenessAnalysis::Analyze(VirtualRegister r) {
  const absl::Span<const Access> accesses = AccessesOf(r);
  ++serial_;
  FindBlocks(accesses);
  BATON_RETURN_IF_ERROR(SpreadLiveness());
  const bool is_parameter = r < static_cast<VirtualRegister>(function_.num_parameters);
  if (!is_parameter && live_in_[0] == serial_) {
    return absl::InternalError(
        absl::StrCat("function '", function_.name, "': v", r, " may be read before it is written"));
  }
  std::sort(blocks_.begin(), blocks_.end());
  blocks_.erase(std::unique(blocks_.begin(), blocks_.end()), blocks_.end());
  if (is_parameter) result_.ranges[r].push_back({0, begins_[0]});
  BuildRange(r, accesses);
  return absl::OkStatus();
}

void LivenessAnalysis::FindBlocks(absl::Span<const Access> accesses) {
  blocks_.clear();
  pending_.clear();
  for (const Access& access : accesses) {
    const uint32_t block = access.block;
    const bool is_first = blocks_.empty() || blocks_.back() != block;
    if (is_first) blocks_.push_back(block);
    if (is_first && !access.is_def) {
      live_in_[block] = serial_;
      pending_.push_back(block);
    }
    if (access.is_def) defines_[block] = serial_;
  }
}

absl::Status LivenessAnalysis::SpreadLiveness() {
  while (!pending_.empty()) {
    const uint32_t block = pending_.back();
    pending_.pop_back();
    if (++num_live_in_[block] > kMaxRegisters) {
      return absl::ResourceExhaustedError(
          absl::StrCat("function '", function_.name, "': more than ", kMaxRegisters,
                       " registers are live at once, at most that many are allowed"));
    }
    for (const uint32_t from : predecessors_[block]) {
      live_out_[from] = serial_;
      if (defines_[from] == serial_ || live_in_[from] == serial_) continue;
      live_in_[from] = serial_;
      blocks_.push_back(from);
      pending_.push_back(from);
    }
  }
  return absl::OkStatus();
}

void LivenessAnalysis::BuildRange(VirtualRegister r, absl::Span<const Access> accesses) {
  auto access = accesses.begin();
  for (const uint32_t block : blocks_) {
    // The value at hand, if any: interval.end grows with its uses, `last` is its latest access in this block.
    LiveInterval interval{begins_[block], begins_[block]};
    bool has_value = live_in_[block] == serial_;
    const Access* last = nullptr;
    for (; access != accesses.end() && access->block == block; last = &*access++) {
      if (!access->is_def) {
        interval.end = access->position + (access->result_may_reuse ? 1 : 2);
        continue;
      }
      if (has_value) EndLife(r, interval, last);
      has_value = true;
      interval = {access->position, access->position + 1};
    }
    if (live_out_[block] == serial_) {
      EndLife(r, {interval.begin, begins_[block + 1]}, nullptr);
      NoteEdgeDeaths(r, block);
    } else {
      EndLife(r, interval, last);
    }
  }
}

// The value with this interval is not needed any more; `last` is its latest access, or null when it is needed
// elsewhere.
void LivenessAnalysis::EndLife(VirtualRegister r, LiveInterval interval, const Access* last) {
  std::vector<LiveInterval>& range = result_.ranges[r];
  if (!range.empty() && range.back().end >= interval.begin) {
    range.back().end = std::max(range.back().end, interval.end);
  } else {
    range.push_back(interval);
  }
  if (last == nullptr || !IsReference(function_.kinds[r])) return;
  std::vector<Liveness::Point>& points = last->is_def ? result_.unused_definitions : result_.last_uses;
  points.push_back({last->block, last->instruction, r});
}

void LivenessAnalysis::NoteEdgeDeaths(VirtualRegister r, uint32_t block) {
  if (!IsReference(function_.kinds[r])) return;
  for (const uint32_t next : SuccessorsOf(function_, block)) {
    if (live_in_[next] != serial_) result_.edge_deaths.push_back({block, next, r});
  }
}

}  // namespace

absl::StatusOr<Liveness> ComputeLiveness(const LowFunction& function) {
  return LivenessAnalysis(function).Run();
}

}  // namespace baton
