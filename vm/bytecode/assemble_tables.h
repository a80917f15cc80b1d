// The tables of a program in assembly text: all sections but functions. Internal to the assembler.
#pragma once

#include "absl/status/status.h"
#include "vm/bytecode/assembly_cursor.h"
#include "vm/bytecode/assembly_references.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Reads one section with its heading. Errors: InvalidArgument.
absl::Status AssembleTable(AssemblyCursor& cursor, AssemblyReferences& references, Executable* executable);

}  // namespace baton
