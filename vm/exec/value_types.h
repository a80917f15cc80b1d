// Gives the types of inputs and outputs the form in which they are checked and converted at each invocation.
// Internal to vm/exec.
#pragma once

#include "vm/exec/loaded_program.h"

namespace baton {

// Fills LoadedProgram::entries and value_types, and adds layouts for the data types that no instruction
// names. REQUIRES: the executable's object types have their layouts.
void LoadEntries(const Executable& executable, LoadedProgram* loaded);

}  // namespace baton
