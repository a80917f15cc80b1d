// Register code -> stack code, so that what tests write by hand as register code runs as either.
#pragma once

#include "absl/status/statusor.h"
#include "vm/bytecode/executable.h"

namespace baton {

// The same program with stack code only: decodes the register code into the low form and encodes that.
// REQUIRES: the verifier accepts `executable`. Errors: EncodeStack's.
absl::StatusOr<Executable> ToStackCode(Executable executable);

}  // namespace baton
