// The flow of control between the blocks of a low-form function, and clean-ups that only concern jumps.
// Internal to compiler/lower.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "compiler/lower/low_form.h"

namespace baton {

// The index of the instruction's label operand, or -1.
int LabelOperand(const LowInstruction& instruction);

// Where control can go at the end of a block.
struct Successors {
  int count = 0;
  uint32_t blocks[2] = {};  // without duplicates
  const uint32_t* begin() const { return blocks; }
  const uint32_t* end() const { return blocks + count; }
};
// REQUIRES: RemoveUnreachableCode accepted the function.
Successors SuccessorsOf(const LowFunction& function, uint32_t block);

// Makes a conditional branch the one that is taken when it was not, for the same label.
// REQUIRES: an instruction of Flow::kBranch.
void InvertBranch(LowInstruction* branch);

// By block, in ascending order.
std::vector<std::vector<uint32_t>> FindPredecessors(const LowFunction& function);

// Puts an empty block before each of the blocks `places`, in any order and without duplicates; one place may
// be the end. Labels lead where they led. Returns by old block its new index.
std::vector<int64_t> InsertBlocks(std::vector<uint32_t> places, LowFunction* function);

// Removes what follows a jump, return or raise within a block, and the blocks that no path from the first
// reaches, and renumbers the rest. Errors: Internal when a label is no block or control runs off the end.
absl::Status RemoveUnreachableCode(LowFunction* function);

// Leads jumps to jumps to their final target, removes jumps to the next instruction, turns a branch around an
// unconditional jump into the opposite branch, removes empty blocks. REQUIRES: RemoveUnreachableCode accepted
// the function.
absl::Status SimplifyJumps(LowFunction* function);

// Joins blocks that only the block before enters, by falling through, with that block. REQUIRES: as
// SimplifyJumps.
void JoinBlocks(LowFunction* function);

}  // namespace baton
