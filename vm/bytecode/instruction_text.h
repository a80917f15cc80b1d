// InstructionText: instructions as lines of the disassembler. Internal to it.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "vm/bytecode/data_types.h"
#include "vm/bytecode/executable.h"
#include "vm/bytecode/register_code.h"

namespace baton {

inline constexpr size_t kMaxListedText = 100;  // of a name or message within a line

// Escaped and cut: names come from files.
std::string ShortText(absl::string_view text);
std::string AllocTypeText(const AllocType& type);
// "List[Tensor[(), int64]].Cons", as the assembler reads it.
std::string ExactObjectTypeText(const DataTypes& types, const ObjectType& type);

// Refers to the executable, of which it remembers the texts of what instructions name.
class InstructionText {
 public:
  InstructionText(const Executable& executable, bool lossless);

  std::string Text(const Instruction& instruction, Dispatch dispatch);
  // "add#3": an entry of the table of an operand. `lossless` gives what the assembler reads, which numbers
  // all entries (assembly_references.h).
  const std::string& Reference(OperandKind kind, int64_t index);
  const DataTypes& data_types() const { return data_types_; }

 private:
  std::string RegisterText(const Instruction& instruction);
  std::string StackText(const Instruction& instruction);
  std::string NumberText(Opcode opcode, OperandKind kind, const OperandValue& value);
  std::string ShortReference(OperandKind kind, int64_t index) const;
  std::string ExactReference(OperandKind kind, int64_t index) const;
  bool IsInTable(OperandKind kind, int64_t index) const;

  const Executable& executable_;
  const DataTypes data_types_;
  const bool lossless_;
  std::map<std::pair<OperandKind, int64_t>, std::string> references_;
};

}  // namespace baton
