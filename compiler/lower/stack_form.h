// From registers to an operand stack: what the stack encoder does with a low-form function first. Internal to
// compiler/lower.
#pragma once

#include "absl/status/status.h"
#include "compiler/lower/low_form.h"

namespace baton {

// Afterwards every value that an instruction reads or writes lies on the operand stack (kOnStack), and
// LocalGet, LocalSet and LocalTee name the virtual registers, as locals. A value that is used once, at once
// and in the order of a stack never becomes a local: the instructions of a block are read as expression
// trees, without moving any. Values that nobody reads are given up at once. The stack is empty between
// blocks. REQUIRES: RemoveUnreachableCode accepted the function. Errors: those of ComputeLiveness.
absl::Status ToStackForm(LowFunction* function);

// The most values that lie on the operand stack of a function in stack form at once.
int32_t MaxStackHeight(const LowFunction& function);

}  // namespace baton
