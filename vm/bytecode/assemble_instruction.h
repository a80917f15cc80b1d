// One instruction in assembly text. Internal to the assembler.
#pragma once

#include "absl/status/statusor.h"
#include "vm/bytecode/assembly_cursor.h"
#include "vm/bytecode/assembly_references.h"
#include "vm/bytecode/register_code.h"

namespace baton {

struct AssembledInstruction {
  Instruction instruction;     // its label, if it has one, is 0
  absl::string_view target;    // the name of the label; empty: none
  size_t target_position = 0;  // in the text
};

// Reads an instruction of the encoding, without a label before it. Its operands are in the ranges that the
// encoding has. Reuses `result`. Errors: InvalidArgument.
absl::Status AssembleInstruction(AssemblyCursor& cursor, AssemblyReferences& references, Dispatch dispatch,
                                 AssembledInstruction* result);

// "r7".
absl::StatusOr<uint16_t> ReadRegisterName(AssemblyCursor& cursor);

// The name of a label, a number or a word without dots, which comes next; empty when none does.
absl::string_view ReadLabelName(AssemblyCursor& cursor);

}  // namespace baton
