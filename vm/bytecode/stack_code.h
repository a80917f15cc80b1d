// Stack code: the bytes of one instruction. Alone in knowing them; the encoder, verifier, disassembler and
// interpreter go through here.
//
// An instruction is its opcode, one byte, and behind it, in table order and without padding:
//   value        nothing: it lies on the operand stack
//   list         2 bytes: the number of values, which lie on the operand stack
//   local        1 byte, a wide local 2
//   Imm          2 bytes, signed
//   index, Label 4 bytes
//   Imm64        8 bytes
// Numbers are little-endian. All instructions of an opcode have the same length, and every instruction has
// exactly one encoding.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "vm/bytecode/opcode_table.h"
#include "vm/bytecode/register_code.h"

namespace baton {

inline constexpr int kMaxLocals = 0x7FFF;       // parameters included
inline constexpr int kMaxStackHeight = 0x7FFF;  // values
inline constexpr int kMaxNarrowLocal = 0xFF;

// Appends the encoding of `instruction`, of which it reads the numbers, and of lists the number of entries.
// REQUIRES: an instruction of stack code, operands in range of their kinds.
void EncodeStackInstruction(const Instruction& instruction, std::vector<uint8_t>* code);

// Decodes the instruction at `place` and gives its length in bytes. Lists get entries of no meaning. Errors:
// DataLoss for an opcode that is unknown or not of stack code, one that runs past the end, too long lists.
// What it accepts, EncodeStackInstruction gives back byte by byte.
absl::Status DecodeStackInstruction(absl::Span<const uint8_t> code, size_t place, Instruction* instruction,
                                    size_t* num_bytes);

// Overwrites the label operand of the instruction at `place`. REQUIRES: it has one.
void PatchStackLabel(std::vector<uint8_t>* code, size_t place, uint32_t target);

constexpr int StackOperandBytes(OperandKind kind) {
  switch (kind) {
    case OperandKind::kDef:
    case OperandKind::kUse:
      return 0;
    case OperandKind::kUses:
    case OperandKind::kUpdates:
    case OperandKind::kDefs:
    case OperandKind::kImm:
    case OperandKind::kUseWideLocal:
    case OperandKind::kDefWideLocal:
      return 2;
    case OperandKind::kUseLocal:
    case OperandKind::kDefLocal:
      return 1;
    case OperandKind::kImm64:
      return 8;
    default:
      return 4;
  }
}

// The place of operand `index` in bytes from the instruction's first; the instruction's length for an index
// behind the last.
constexpr int StackOperandOffset(Opcode opcode, int index) {
  const OpcodeInfo& info = TableRow(opcode);
  int offset = 1;
  for (int i = 0; i < index && i < info.num_operands; ++i) offset += StackOperandBytes(info.operands[i].kind);
  return offset;
}

// Single values that the instruction takes from the stack (pushes onto it): not those of lists. With `index`:
// only those before that operand.
constexpr int NumStackUses(Opcode opcode, int index = kMaxOperands) {
  const OpcodeInfo& info = TableRow(opcode);
  int count = 0;
  for (int i = 0; i < index && i < info.num_operands; ++i)
    count += info.operands[i].kind == OperandKind::kUse;
  return count;
}
constexpr int NumStackDefs(Opcode opcode) {
  const OpcodeInfo& info = TableRow(opcode);
  int count = 0;
  for (int i = 0; i < info.num_operands; ++i) count += info.operands[i].kind == OperandKind::kDef;
  return count;
}

// Reads a number of the code. They check nothing.
template <typename T>
inline T ReadStackNumber(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace baton
