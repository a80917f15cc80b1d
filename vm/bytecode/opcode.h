// Opcode and what every tool derives from opcodes.def: names, operand lists, flow. Knows no bit of any
// encoding.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "vm/core/value.h"

namespace baton {

enum class Opcode : uint8_t {
#define OPCODE(code, name, operands, flow, meaning) k##name = code,
#include "vm/bytecode/opcodes.def"
#undef OPCODE
};

enum class OperandKind : uint8_t {
  kDef,    // one register, written
  kUse,    // one register, read
  kUses,   // a list of registers, read: a count, then the registers
  kDefs,   // the same, written
  kImm,    // signed 16 bits
  kImm64,  // 64-bit pattern
  kConst,  // this and the next six: 32-bit index into a table of the executable
  kKernel,
  kFunction,
  kTypeIndex,
  kObjectType,
  kSignature,
  kMessage,
  kLabel,  // 32-bit code offset in words
};

struct Operand {
  OperandKind kind = OperandKind::kImm;
  std::optional<SlotKind> slot;  // kDef, kUse, kUses, kDefs: the kind of the registers; none: any
  absl::string_view name;
};

enum class Flow : uint8_t { kNext, kJump, kBranch, kCall, kReturn, kRaise };

inline constexpr int kMaxOperands = 4;

struct OpcodeInfo {
  Opcode opcode;
  absl::string_view name;
  Operand operands[kMaxOperands];
  int num_operands;
  Flow flow;
  absl::string_view meaning;
};

// All instructions, in the order of the table.
absl::Span<const OpcodeInfo> AllOpcodes();
// Null when no instruction has this code.
const OpcodeInfo* FindOpcode(uint8_t code);
const OpcodeInfo* FindOpcode(absl::string_view name);
// REQUIRES: a code of the table.
const OpcodeInfo& GetOpcode(Opcode opcode);

}  // namespace baton
