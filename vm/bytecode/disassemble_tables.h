// The tables of an executable as text. Internal to the disassembler.
#pragma once

#include <string>

#include "vm/bytecode/executable.h"
#include "vm/bytecode/instruction_text.h"

namespace baton {

// Constants (values of the smallest), kernels, data types, entry points, metadata.
void PrintTables(const Executable& executable, InstructionText& text, std::string* out);
// All tables, all of what they hold.
void PrintTablesLosslessly(const Executable& executable, InstructionText& text, std::string* out);

}  // namespace baton
