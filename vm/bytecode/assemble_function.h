// A function in assembly text. Internal to the assembler.
#pragma once

#include "absl/status/status.h"
#include "vm/bytecode/assembly_cursor.h"
#include "vm/bytecode/assembly_references.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Reads one encoding of a function: parameters and results, which stand behind its name, then its lines. If
// the function has register code already, `dispatch` is kStack and both must have the same parameters and
// results. Errors: InvalidArgument.
absl::Status AssembleFunction(AssemblyCursor& cursor, AssemblyReferences& references, Dispatch dispatch,
                              Function* function);

}  // namespace baton
