// Live ranges and register assignment: virtual registers -> the registers of a frame.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/lower/low_form.h"

namespace baton {

struct RegisterAssignment {
  std::vector<uint16_t> physical;        // by virtual register
  std::vector<SlotKind> register_kinds;  // by physical register; the parameters come first, in order
};

// Assigns registers by linear scan over live ranges (of each kind separately), giving both sides of a Move
// the same register where their ranges allow. Runs in O(n log n) for n instructions. Errors:
// ResourceExhausted when more than kMaxRegisters are live at once; names the function and the count.
// REQUIRES: no unreachable code (control_flow.h).
absl::StatusOr<RegisterAssignment> AssignRegisters(const LowFunction& function);

}  // namespace baton
