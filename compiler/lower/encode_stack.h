// LowFunction -> stack code.
#pragma once

#include "absl/status/statusor.h"
#include "compiler/lower/low_form.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Brings the function into stack form, assigns locals, takes references from locals on their last use,
// releases those that die without a use, resolves labels, builds the debug table. The result has stack code
// only. Errors: ResourceExhausted when more than kMaxLocals are live at once or more than kMaxStackHeight
// values would lie on the operand stack.
absl::StatusOr<Function> EncodeStack(LowFunction function);

}  // namespace baton
