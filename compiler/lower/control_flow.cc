#include "compiler/lower/control_flow.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {
namespace {

Flow FlowOf(const LowInstruction& instruction) {
  return GetOpcode(instruction.opcode).flow;
}

// True when control never continues with the next instruction.
bool EndsFlow(const LowInstruction& instruction) {
  const Flow flow = FlowOf(instruction);
  return flow == Flow::kJump || flow == Flow::kReturn || flow == Flow::kRaise;
}

LowInstruction* LastJump(BasicBlock& block) {
  if (block.instructions.empty() || LabelOperand(block.instructions.back()) < 0) return nullptr;
  return &block.instructions.back();
}

int64_t& LabelOf(LowInstruction& jump) {
  return jump.operands[LabelOperand(jump)].number;
}
int64_t LabelOf(const LowInstruction& jump) {
  return jump.operands[LabelOperand(jump)].number;
}

bool IsOnlyJump(const BasicBlock& block) {
  return block.instructions.size() == 1 && block.instructions[0].opcode == Opcode::kJump;
}

// A block may be left in its middle only by what ends it; a branch there would hide an edge.
absl::Status CheckBlock(const LowFunction& function, uint32_t b) {
  const std::vector<LowInstruction>& instructions = function.blocks[b].instructions;
  for (size_t i = 0; i < instructions.size(); ++i) {
    const int label = LabelOperand(instructions[i]);
    if (label < 0) continue;
    const int64_t target = instructions[i].operands[label].number;
    if (target < 0 || target >= static_cast<int64_t>(function.blocks.size())) {
      return absl::InternalError(absl::StrCat("function '", function.name, "': block ", b, " jumps to block ",
                                              target, ", the function has ", function.blocks.size()));
    }
    if (i + 1 < instructions.size()) {
      return absl::InternalError(
          absl::StrCat("function '", function.name, "': block ", b, " branches in its middle"));
    }
  }
  const bool falls_through = instructions.empty() || !EndsFlow(instructions.back());
  if (falls_through && b + 1 == function.blocks.size()) {
    return absl::InternalError(absl::StrCat("function '", function.name, "': control runs off the end"));
  }
  return absl::OkStatus();
}

void TruncateBlock(BasicBlock* block) {
  for (size_t i = 0; i < block->instructions.size(); ++i) {
    if (EndsFlow(block->instructions[i])) block->instructions.resize(i + 1);
  }
}

// Removes the other blocks. Labels that lead to one of them lead to the next that stays.
void KeepBlocks(const std::vector<bool>& stays, LowFunction* function) {
  std::vector<int64_t> new_index(function->blocks.size(), 0);
  size_t count = 0;
  for (size_t b = 0; b < function->blocks.size(); ++b) {
    new_index[b] = static_cast<int64_t>(count);
    if (!stays[b]) continue;
    if (count != b) function->blocks[count] = std::move(function->blocks[b]);
    ++count;
  }
  function->blocks.resize(count);
  for (BasicBlock& block : function->blocks) {
    if (LowInstruction* jump = LastJump(block)) LabelOf(*jump) = new_index[LabelOf(*jump)];
  }
}

absl::StatusOr<std::vector<bool>> FindReachable(const LowFunction& function) {
  std::vector<bool> reachable(function.blocks.size(), false);
  if (reachable.empty()) {
    return absl::InternalError(absl::StrCat("function '", function.name, "': has no blocks"));
  }
  std::vector<uint32_t> pending = {0};
  reachable[0] = true;
  while (!pending.empty()) {
    const uint32_t b = pending.back();
    pending.pop_back();
    BATON_RETURN_IF_ERROR(CheckBlock(function, b));
    for (const uint32_t next : SuccessorsOf(function, b)) {
      if (!reachable[next]) pending.push_back(next);
      reachable[next] = true;
    }
  }
  return reachable;
}

// Where a jump to `block` really ends up. Resolves each block once; a circle of jumps stops somewhere on it.
class FinalTargets {
 public:
  explicit FinalTargets(const LowFunction& function)
      : function_(function), target_(function.blocks.size(), kUnknown) {}

  uint32_t Resolve(uint32_t block) {
    std::vector<uint32_t> path;
    while (target_[block] == kUnknown) {
      target_[block] = kOnPath;
      path.push_back(block);
      const BasicBlock& b = function_.blocks[block];
      if (b.instructions.empty()) {
        ++block;
      } else if (IsOnlyJump(b)) {
        block = static_cast<uint32_t>(b.instructions[0].operands[0].number);
      } else {
        target_[block] = block;
        break;
      }
    }
    const uint32_t end = target_[block] == kOnPath ? block : target_[block];
    for (const uint32_t b : path) target_[b] = end;
    return end;
  }

 private:
  static constexpr uint32_t kUnknown = UINT32_MAX, kOnPath = UINT32_MAX - 1;
  const LowFunction& function_;
  std::vector<uint32_t> target_;
};

void ThreadJumps(LowFunction* function) {
  FinalTargets targets(*function);
  std::vector<std::pair<LowInstruction*, uint32_t>> changes;  // made at the end: Resolve reads the labels
  for (BasicBlock& block : function->blocks) {
    LowInstruction* jump = LastJump(block);
    if (jump != nullptr) changes.emplace_back(jump, targets.Resolve(static_cast<uint32_t>(LabelOf(*jump))));
  }
  for (const auto& [jump, target] : changes) LabelOf(*jump) = target;
}

// Every branch stands here once.
struct BranchPair {
  Opcode branch, opposite;
  bool swapped = false;  // operands change places: a < b is the opposite of b <= a
};

constexpr BranchPair kBranchPairs[] = {
    {Opcode::kJumpIf, Opcode::kJumpIfNot},        {Opcode::kJumpIfEq, Opcode::kJumpIfNe},
    {Opcode::kJumpIfLt, Opcode::kJumpIfLe, true}, {Opcode::kJumpIfEqImm, Opcode::kJumpIfNeImm},
    {Opcode::kJumpIfLtImm, Opcode::kJumpIfGeImm}, {Opcode::kJumpIfTag, Opcode::kJumpIfNotTag},
};

// True when `branch` leads to what follows `next`, which is the first block with instructions behind the
// branch and holds only a jump (and not one to itself).
bool IsBranchAround(const LowInstruction& branch, const BasicBlock& next_block, size_t next,
                    const std::vector<size_t>& first_at) {
  if (FlowOf(branch) != Flow::kBranch || !IsOnlyJump(next_block)) return false;
  const auto target = static_cast<size_t>(LabelOf(branch));
  const auto next_target = static_cast<size_t>(LabelOf(next_block.instructions[0]));
  return target > next && first_at[target] == first_at[next + 1] && first_at[next_target] != next;
}

// From the last block to the first, so that it is known which of the blocks behind hold instructions.
void RemoveJumpsToNext(LowFunction* function) {
  std::vector<BasicBlock>& blocks = function->blocks;
  const size_t end = blocks.size();
  // By block: the first one from it on that holds instructions; `end` for those not reached yet.
  std::vector<size_t> first_at(end + 1, end);
  for (size_t b = end; b-- > 0;) {
    const size_t next = first_at[b + 1];
    LowInstruction* jump = LastJump(blocks[b]);
    if (jump != nullptr && next < end && IsBranchAround(*jump, blocks[next], next, first_at)) {
      // Nobody else enters `next`: ThreadJumps leads jumps past such blocks, and those between are empty.
      InvertBranch(jump);
      LabelOf(*jump) = LabelOf(blocks[next].instructions[0]);
      blocks[next].instructions.clear();
      for (size_t k = b + 1; k <= next; ++k) first_at[k] = first_at[next + 1];
    }
    if (jump != nullptr && LabelOf(*jump) > static_cast<int64_t>(b) &&
        first_at[LabelOf(*jump)] == first_at[b + 1]) {
      blocks[b].instructions.pop_back();
    }
    first_at[b] = blocks[b].instructions.empty() ? first_at[b + 1] : b;
  }
}

}  // namespace

int LabelOperand(const LowInstruction& instruction) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  for (int i = 0; i < info.num_operands; ++i) {
    if (info.operands[i].kind == OperandKind::kLabel) return i;
  }
  return -1;
}

void InvertBranch(LowInstruction* branch) {
  for (const BranchPair& pair : kBranchPairs) {
    if (branch->opcode != pair.branch && branch->opcode != pair.opposite) continue;
    branch->opcode = branch->opcode == pair.branch ? pair.opposite : pair.branch;
    if (pair.swapped) std::swap(branch->operands[0], branch->operands[1]);
    return;
  }
  BATON_CHECK(false);  // a row of kBranchPairs is missing
}

Successors SuccessorsOf(const LowFunction& function, uint32_t block) {
  Successors successors;
  const std::vector<LowInstruction>& instructions = function.blocks[block].instructions;
  const int label = instructions.empty() ? -1 : LabelOperand(instructions.back());
  if (label >= 0) {
    successors.blocks[successors.count++] = static_cast<uint32_t>(instructions.back().operands[label].number);
  }
  const bool falls_through = instructions.empty() || !EndsFlow(instructions.back());
  if (falls_through && !(successors.count == 1 && successors.blocks[0] == block + 1)) {
    successors.blocks[successors.count++] = block + 1;
  }
  return successors;
}

std::vector<std::vector<uint32_t>> FindPredecessors(const LowFunction& function) {
  std::vector<std::vector<uint32_t>> predecessors(function.blocks.size());
  for (uint32_t b = 0; b < function.blocks.size(); ++b) {
    for (const uint32_t next : SuccessorsOf(function, b)) predecessors[next].push_back(b);
  }
  return predecessors;
}

std::vector<int64_t> InsertBlocks(std::vector<uint32_t> places, LowFunction* function) {
  std::sort(places.begin(), places.end());
  std::vector<BasicBlock> old = std::exchange(function->blocks, {});
  std::vector<int64_t> new_index(old.size());
  auto place = places.begin();
  for (uint32_t b = 0; b <= old.size(); ++b) {
    if (place != places.end() && *place == b) {
      function->blocks.emplace_back();
      ++place;
    }
    if (b == old.size()) break;
    new_index[b] = static_cast<int64_t>(function->blocks.size());
    function->blocks.push_back(std::move(old[b]));
  }
  for (BasicBlock& block : function->blocks) {
    if (LowInstruction* jump = LastJump(block)) LabelOf(*jump) = new_index[LabelOf(*jump)];
  }
  return new_index;
}

absl::Status RemoveUnreachableCode(LowFunction* function) {
  for (BasicBlock& block : function->blocks) TruncateBlock(&block);
  BATON_ASSIGN_OR_RETURN(const std::vector<bool> reachable, FindReachable(*function));
  KeepBlocks(reachable, function);
  return absl::OkStatus();
}

absl::Status SimplifyJumps(LowFunction* function) {
  ThreadJumps(function);
  BATON_RETURN_IF_ERROR(RemoveUnreachableCode(function));
  RemoveJumpsToNext(function);
  std::vector<bool> has_code;
  for (const BasicBlock& block : function->blocks) has_code.push_back(!block.instructions.empty());
  KeepBlocks(has_code, function);
  return absl::OkStatus();
}

void JoinBlocks(LowFunction* function) {
  std::vector<BasicBlock>& blocks = function->blocks;
  std::vector<bool> is_target(blocks.size(), false), keep(blocks.size(), true);
  for (BasicBlock& block : blocks) {
    if (const LowInstruction* jump = LastJump(block)) is_target[LabelOf(*jump)] = true;
  }
  for (size_t b = 1, into = 0; b < blocks.size(); ++b) {
    std::vector<LowInstruction>& before = blocks[into].instructions;
    const bool falls_through =
        before.empty() || (LabelOperand(before.back()) < 0 && !EndsFlow(before.back()));
    if (is_target[b] || !falls_through) {
      into = b;
      continue;
    }
    std::move(blocks[b].instructions.begin(), blocks[b].instructions.end(), std::back_inserter(before));
    keep[b] = false;
  }
  KeepBlocks(keep, function);
}

}  // namespace baton
