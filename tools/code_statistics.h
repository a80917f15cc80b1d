// Counts over an executable, for the commands that describe one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "vm/bytecode/executable.h"

namespace baton {

// The encodings that the executable holds.
std::vector<Dispatch> DispatchesOf(const Executable& executable);
// Of one function. Code that cannot be decoded ends the count.
int64_t CountInstructions(const Function& function, Dispatch dispatch);
int64_t CountInstructions(const Executable& executable, Dispatch dispatch);
int64_t NumConstantBytes(const Executable& executable);
// Operator -> entries of the kernel table.
std::map<std::string, int64_t> KernelsByOperator(const Executable& executable);
// "12 functions, 340 instructions, 25 constants (1048576 bytes)"; with stack code "340 register and 512 stack
// instructions".
std::string SummaryText(const Executable& executable);

}  // namespace baton
