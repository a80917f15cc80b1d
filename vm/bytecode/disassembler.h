// Executable -> text, for people and goldens.
#pragma once

#include <string>

#include "vm/bytecode/executable.h"

namespace baton {

struct DisassembleOptions {
  bool source_lines =
      true;               // a comment line "; node 'x' (Add) in m.onnx" wherever the source location changes
  bool offsets = true;    // word offsets at the start of each line; without: only where a jump leads
  bool lossless = false;  // everything, in full: Assemble (assembler.h) gives back the same executable
};

// One function. `index` must be in range. Code that cannot be decoded is shown as such, not an error.
//    12  r7 = AddDim r3, r5                         registers; "r5!" is a last use
//    16  CallKernel nn.conv#3 (r1, r2!) -> (r4)     kernels[3]; lists in parentheses
//    20  JumpIfNot r8 -> 40                         to word 40
std::string DisassembleFunction(const Executable& executable, int index, DisassembleOptions options = {});
// The whole program: constants (values of the smallest), kernels, data types, entry points, metadata, then
// the functions. With `lossless` all tables come first. REQUIRES for `lossless`: Verify accepts the
// executable.
std::string Disassemble(const Executable& executable, DisassembleOptions options = {});

}  // namespace baton
