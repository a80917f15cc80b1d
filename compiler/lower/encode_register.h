// LowFunction -> register code.
#pragma once

#include "absl/status/statusor.h"
#include "compiler/lower/low_form.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Assigns registers, drops moves onto themselves and jumps to the next instruction, marks last uses of
// references, releases references that die without a use, resolves labels, builds the debug table.
absl::StatusOr<Function> EncodeRegister(LowFunction function);

}  // namespace baton
