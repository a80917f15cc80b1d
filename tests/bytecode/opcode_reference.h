// The instruction reference of docs/bytecode.md, from opcodes.def.
#pragma once

#include <string>

namespace baton {

// A Markdown table, one row per instruction.
std::string OpcodeReference();

}  // namespace baton
