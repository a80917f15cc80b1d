// Register code: the bits of one instruction. Alone in knowing them; the encoder, verifier, disassembler and
// interpreter go through here.
//
// Code is a sequence of 16-bit units; an instruction starts at a multiple of four units (an 8-byte word):
//   unit 0      opcode (low byte), number of words of the instruction (high byte)
//   unit 1..    operands, in table order:
//     register       1 unit: number (15 bits) | last use (top bit, uses only)
//     Imm            1 unit, signed
//     index, Label   2 units, low half first
//     Imm64          4 units, low first
//     list           1 unit count, then one unit each
//   padding     zero units to the end of the last word
// With three one-unit operands an instruction is exactly one word. Every instruction has exactly one
// encoding.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "vm/bytecode/opcode.h"
#include "vm/bytecode/opcode_table.h"

namespace baton {

static_assert(std::endian::native == std::endian::little, "code and files are little-endian");

inline constexpr int kUnitsPerWord = 4;
inline constexpr uint16_t kLastUse = 0x8000;
inline constexpr int kMaxRegisters = 0x7FFF;
inline constexpr int kMaxListLength =
    900;  // of all lists of an instruction, so that it has at most 255 words

// One operand's value, as the builder, verifier and disassembler see it.
struct OperandValue {
  int64_t number = 0;          // register, immediate, index, label
  bool last_use = false;       // kUse
  std::vector<uint16_t> list;  // of lists: units, with last-use bits; in stack code only their number counts
};

struct Instruction {
  Opcode opcode = Opcode::kJump;
  OperandValue operands[kMaxOperands];
};

// Appends the encoding. REQUIRES: operands in range of their kinds; lists of at most kMaxListLength entries
// in total.
void EncodeInstruction(const Instruction& instruction, std::vector<uint16_t>* code);

// Decodes the instruction at `unit` (a multiple of 4) and gives its length in units. Reuses the lists of
// `instruction`. Errors: DataLoss for an opcode that is unknown or not of register code, one that runs past
// the end, a wrong word count, too long lists, a last-use mark on a register that is written, non-zero
// padding. What it accepts, EncodeInstruction gives back bit by bit.
absl::Status DecodeInstruction(absl::Span<const uint16_t> code, size_t unit, Instruction* instruction,
                               size_t* num_units);

// Overwrites the label operand of the instruction at `unit`. REQUIRES: it has one.
void PatchLabel(std::vector<uint16_t>* code, size_t unit, uint32_t target_word);

// Units that an operand takes; of a list, its count only.
constexpr int OperandUnits(OperandKind kind) {
  switch (kind) {
    case OperandKind::kImm64:
      return 4;
    case OperandKind::kConst:
    case OperandKind::kKernel:
    case OperandKind::kFunction:
    case OperandKind::kTypeIndex:
    case OperandKind::kObjectType:
    case OperandKind::kSignature:
    case OperandKind::kMessage:
    case OperandKind::kLabel:
      return 2;
    default:
      return 1;
  }
}

// The place of operand `index` of an `opcode` instruction, in units from the instruction's first. Known at
// compile time for all operands up to the first list (of that, the place of its count); -1 behind it: use
// NextList.
constexpr int OperandOffset(Opcode opcode, int index) {
  const OpcodeInfo& info = TableRow(opcode);
  int offset = 1;
  for (int i = 0; i < index; ++i) {
    if (IsList(info.operands[i].kind)) return -1;
    offset += OperandUnits(info.operands[i].kind);
  }
  return offset;
}

// Readers of single operands for the interpreter; `units` points at the operand. They check nothing.
inline uint16_t ReadRegister(const uint16_t* units) {
  return *units & static_cast<uint16_t>(~kLastUse);
}
inline bool IsLastUse(uint16_t unit) {
  return (unit & kLastUse) != 0;
}
inline int16_t ReadImm(const uint16_t* units) {
  return static_cast<int16_t>(*units);
}
// A table index, or a label: in words from the start of the function's code.
inline uint32_t ReadIndex(const uint16_t* units) {
  uint32_t value;
  std::memcpy(&value, units, sizeof value);
  return value;
}
inline int64_t ReadImm64(const uint16_t* units) {
  int64_t value;
  std::memcpy(&value, units, sizeof value);
  return value;
}
// The entries of a list whose count is at `units`; uses may carry last-use bits.
inline absl::Span<const uint16_t> ReadList(const uint16_t* units) {
  return {units + 1, *units};
}
// The count of the list that follows the list at `units`.
inline const uint16_t* NextList(const uint16_t* units) {
  return units + 1 + *units;
}
// The length in units of the instruction at `units`.
inline int InstructionUnits(const uint16_t* units) {
  return (*units >> 8) * kUnitsPerWord;
}

}  // namespace baton
