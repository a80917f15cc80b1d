// The verifier: the one place where code is checked before it runs. See docs/bytecode.md for the list of
// guarantees.
#pragma once

#include "absl/status/statusor.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Checks everything that the interpreter relies on: opcodes and operand bounds, register kinds, definite
// assignment before use on every path, jump targets, call and kernel signatures, ends of functions, tables,
// entry points, debug tables. Errors: DataLoss "main+12 JumpIfNot: operand 'target' is 90, the function has
// 48 words".
absl::StatusOr<VerifiedExecutable> Verify(Executable executable);

}  // namespace baton
