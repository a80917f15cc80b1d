// The operand stack of stack code, as far as the code alone determines it: at each instruction the kinds of
// the values that lie on it, whatever path led there.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Checks that instructions find on the stack what they take, that all paths to an instruction agree, that no
// more than max_height values lie on it, and that nothing is left when the function returns; and the kinds of
// locals. Time and memory are linear in the code. REQUIRES: CheckInstructions (verify_function.h) accepted
// the function's stack code. Errors: DataLoss.
absl::Status CheckOperandStack(const Executable& executable, int function);

// The kinds of the values on the stack before the instruction at `place`, the last on top; empty where no
// instruction starts that control can reach. Time and memory are linear in the code. REQUIRES: a verified
// executable that holds stack code.
std::vector<SlotKind> OperandStackAt(const Executable& executable, int function, uint32_t place);

}  // namespace baton
