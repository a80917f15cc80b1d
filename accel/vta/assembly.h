// PUBLIC: accelerator programs as text, a statement a line; `;` begins a comment.
//
//   config default             of configs.def; this is what is taken without the line
//   image 0x100000             bytes of memory
//   program 0x1000 2           address of the first instruction and their count, FINISH included
//   input 0x1000               memory before the run, from this address on:
//     load.uop dram_base=16384 y_size=1 x_size=1 x_stride=1
//     word 0x0000000000000000 0x0000000000000003      an instruction's words 1 and 0, whatever they mean
//     uop dst_idx=1 src_idx=2                         a micro-op
//     int32 -1 2                                      also int8, and: hex 0a0b 0c
//   output 0x2000              what memory must hold after the run: the same statements
//
// Instructions are written as Disassemble prints them: name=value for a field that is not 0, a flag's name
// alone, load and store with their memory (load.inp), alu with its operation (alu.add).
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "accel/vta/config.h"
#include "accel/vta/isa.h"
#include "accel/vta/program_file.h"

namespace baton::vta {

struct AssembledProgram {
  NamedConfig config;
  ProgramFile file;
};

// Errors: InvalidArgument, "line 3, column 12: found 65536, expected 0 to 65535".
absl::StatusOr<AssembledProgram> AssembleProgram(absl::string_view text);
// The text that AssembleProgram makes the same program of, bit for bit. What LOAD UOP reads is printed as
// micro-ops, the rest as bytes. REQUIRES: segments within the image, as ReadProgramFile gives.
std::string PrintProgram(const NamedConfig& config, const ProgramFile& program);

// One line. Inverse of Disassemble for any word. Errors: as AssembleProgram's.
absl::StatusOr<Word> AssembleInstruction(const Config& config, absl::string_view line);

}  // namespace baton::vta
