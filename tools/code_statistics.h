// Counts over an executable, for the commands that describe one.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "vm/bytecode/executable.h"

namespace baton {

// Of one function. Code that cannot be decoded ends the count.
int64_t CountInstructions(const Function& function);
int64_t CountInstructions(const Executable& executable);
int64_t NumWords(const Function& function);
int64_t NumConstantBytes(const Executable& executable);
// Operator -> entries of the kernel table.
std::map<std::string, int64_t> KernelsByOperator(const Executable& executable);
// "12 functions, 340 instructions, 25 constants (1048576 bytes)".
std::string SummaryText(const Executable& executable);

}  // namespace baton
