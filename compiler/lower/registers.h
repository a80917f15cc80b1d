// Live ranges and register assignment: virtual registers -> the registers of a frame, or the locals of stack
// code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/lower/low_form.h"

namespace baton {

struct RegisterAssignment {
  std::vector<uint16_t> physical;        // by virtual register
  std::vector<SlotKind> register_kinds;  // by physical register; the parameters come first, in order
};

// A copy from one register to another: of register code a Move, of stack code a LocalGet and a LocalSet right
// behind it.
struct RegisterCopy {
  VirtualRegister to = 0, from = 0;
  size_t num_instructions = 0;
};
// The copy that begins at instruction `index` of the block, if one does.
std::optional<RegisterCopy> FindCopy(const BasicBlock& block, size_t index);

// Assigns registers by linear scan over live ranges (of each kind separately), giving both sides of a copy
// the same register where their ranges allow. Runs in O(n log n) for n instructions. Errors:
// ResourceExhausted when more than kMaxRegisters are live at once; names the function and the count.
// REQUIRES: no unreachable code (control_flow.h).
absl::StatusOr<RegisterAssignment> AssignRegisters(const LowFunction& function);

// Gives both sides of copies one virtual register where their live ranges allow; such copies are gone
// afterwards. REQUIRES: as AssignRegisters.
absl::Status CoalesceCopies(LowFunction* function);

// Afterwards the function's registers are those of `assignment`. Copies within a register are gone.
void ReplaceRegisters(RegisterAssignment assignment, LowFunction* function);

}  // namespace baton
