// LabelTable: where the handler of each opcode is, for the interpreters. Internal to vm/exec.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>

#include "vm/bytecode/opcode_table.h"
#include "vm/exec/loaded_program.h"

namespace baton {

struct LabelTable {
  const void* labels[256] = {};  // by the first byte of a loaded instruction
};

// `by_row` are the handlers in the order of opcodes.def, `of_references` those of instructions with a
// ReferenceCode.
inline LabelTable MakeLabelTable(const void* const* by_row,
                                 std::initializer_list<std::pair<Opcode, const void*>> of_references) {
  LabelTable table;
  for (int i = 0; i < opcode_table::kNumRows; ++i) {
    table.labels[static_cast<uint8_t>(opcode_table::kRows[i].opcode)] = by_row[i];
  }
  for (const auto& [opcode, label] : of_references) table.labels[ReferenceCode(opcode)] = label;
  return table;
}

}  // namespace baton
