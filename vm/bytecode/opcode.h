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

// In stack code the values of the first five lie on the operand stack.
enum class OperandKind : uint8_t {
  kDef,       // one register, written
  kUse,       // one register, read
  kUses,      // a list of registers, read: a count, then the registers
  kDefs,      // the same, written
  kUpdates,   // as kUses; changes the contents of the values, which stack code puts back on the stack
  kUseLocal,  // stack code: this and the next three: the number of a local, 8 bits or (wide) 16
  kDefLocal,
  kUseWideLocal,
  kDefWideLocal,
  kImm,    // signed 16 bits
  kImm64,  // 64-bit pattern
  kConst,  // this and the next six: 32-bit index into a table of the executable
  kKernel,
  kFunction,
  kTypeIndex,
  kObjectType,
  kSignature,
  kMessage,
  kLabel,  // 32-bit place of an instruction: in words, in bytes of stack code
};

constexpr bool IsUseList(OperandKind kind) {
  return kind == OperandKind::kUses || kind == OperandKind::kUpdates;
}
constexpr bool IsList(OperandKind kind) {
  return IsUseList(kind) || kind == OperandKind::kDefs;
}
// Of a list of stack code: its values are on the stack afterwards.
constexpr bool IsPushedList(OperandKind kind) {
  return kind == OperandKind::kDefs || kind == OperandKind::kUpdates;
}

struct Operand {
  OperandKind kind = OperandKind::kImm;
  std::optional<SlotKind> slot;  // of those five: the kind of the values; none: any
  absl::string_view name;
};

// The two encodings of the instructions, named after how their interpreters find operands.
enum class Dispatch : uint8_t { kRegister, kStack };

// Which encodings have an instruction.
enum class Forms : uint8_t { kBoth, kRegister, kStack };

enum class Flow : uint8_t { kNext, kJump, kBranch, kCall, kReturn, kRaise };

inline constexpr int kMaxOperands = 5;

struct OpcodeInfo {
  Opcode opcode;
  absl::string_view name;
  Operand operands[kMaxOperands];
  int num_operands;
  Flow flow;
  absl::string_view meaning;
  Forms forms;

  bool IsIn(Dispatch dispatch) const {
    return forms != (dispatch == Dispatch::kRegister ? Forms::kStack : Forms::kRegister);
  }
};

// "register", "stack".
absl::string_view DispatchName(Dispatch dispatch);

// All instructions, in the order of the table.
absl::Span<const OpcodeInfo> AllOpcodes();
// Null when no instruction has this code.
const OpcodeInfo* FindOpcode(uint8_t code);
const OpcodeInfo* FindOpcode(absl::string_view name);
// REQUIRES: a code of the table.
const OpcodeInfo& GetOpcode(Opcode opcode);

}  // namespace baton
