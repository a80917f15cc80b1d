// opcodes.def as a constant, for opcode.cc (names, look-up) and register_code.h (operand offsets at compile
// time). Others use opcode.h.
#pragma once

#include <initializer_list>
#include <iterator>

#include "vm/bytecode/opcode.h"

namespace baton {
// The words of the table. They hide the types of the same names.
namespace opcode_table {

inline constexpr SlotKind I64 = SlotKind::kI64;
inline constexpr SlotKind F64 = SlotKind::kF64;
inline constexpr SlotKind Bool = SlotKind::kBool;
inline constexpr SlotKind Tensor = SlotKind::kTensor;
inline constexpr SlotKind Object = SlotKind::kObject;
inline constexpr SlotKind Future = SlotKind::kFuture;

constexpr Operand Def(SlotKind slot, const char* name) {
  return {OperandKind::kDef, slot, name};
}
constexpr Operand Use(SlotKind slot, const char* name) {
  return {OperandKind::kUse, slot, name};
}
constexpr Operand DefAny(const char* name) {
  return {OperandKind::kDef, std::nullopt, name};
}
constexpr Operand UseAny(const char* name) {
  return {OperandKind::kUse, std::nullopt, name};
}
constexpr Operand Uses(const char* name) {
  return {OperandKind::kUses, std::nullopt, name};
}
constexpr Operand UseList(SlotKind slot, const char* name) {
  return {OperandKind::kUses, slot, name};
}
constexpr Operand UpdateList(SlotKind slot, const char* name) {
  return {OperandKind::kUpdates, slot, name};
}
constexpr Operand Defs(const char* name) {
  return {OperandKind::kDefs, std::nullopt, name};
}
constexpr Operand UseLocal(const char* name) {
  return {OperandKind::kUseLocal, std::nullopt, name};
}
constexpr Operand DefLocal(const char* name) {
  return {OperandKind::kDefLocal, std::nullopt, name};
}
constexpr Operand UseWideLocal(const char* name) {
  return {OperandKind::kUseWideLocal, std::nullopt, name};
}
constexpr Operand DefWideLocal(const char* name) {
  return {OperandKind::kDefWideLocal, std::nullopt, name};
}
constexpr Operand Imm(const char* name) {
  return {OperandKind::kImm, std::nullopt, name};
}
constexpr Operand Imm64(const char* name) {
  return {OperandKind::kImm64, std::nullopt, name};
}
constexpr Operand Const(const char* name) {
  return {OperandKind::kConst, std::nullopt, name};
}
constexpr Operand Kernel(const char* name) {
  return {OperandKind::kKernel, std::nullopt, name};
}
constexpr Operand Function(const char* name) {
  return {OperandKind::kFunction, std::nullopt, name};
}
constexpr Operand TypeIndex(const char* name) {
  return {OperandKind::kTypeIndex, std::nullopt, name};
}
constexpr Operand ObjectTypeIndex(const char* name) {
  return {OperandKind::kObjectType, std::nullopt, name};
}
constexpr Operand SignatureIndex(const char* name) {
  return {OperandKind::kSignature, std::nullopt, name};
}
constexpr Operand Message(const char* name) {
  return {OperandKind::kMessage, std::nullopt, name};
}
constexpr Operand Label(const char* name) {
  return {OperandKind::kLabel, std::nullopt, name};
}

// Too many operands index outside the array, which a constant expression may not.
constexpr OpcodeInfo Row(Opcode opcode, const char* name, std::initializer_list<Operand> operands, Flow flow,
                         const char* meaning, Forms forms) {
  OpcodeInfo row{opcode, name, {}, 0, flow, meaning, forms};
  for (const Operand& operand : operands) row.operands[row.num_operands++] = operand;
  return row;
}

#define BATON_UNPARENTHESIZE(...) __VA_ARGS__
#define BATON_ROW(name, operands, flow, meaning, forms) \
  Row(Opcode::k##name, #name, {BATON_UNPARENTHESIZE operands}, Flow::flow, meaning, Forms::forms),
#define OPCODE(code, name, operands, flow, meaning) BATON_ROW(name, operands, flow, meaning, kBoth)
#define REGISTER_OPCODE(code, name, operands, flow, meaning) \
  BATON_ROW(name, operands, flow, meaning, kRegister)
#define STACK_OPCODE(code, name, operands, flow, meaning) BATON_ROW(name, operands, flow, meaning, kStack)
inline constexpr OpcodeInfo kRows[] = {
#include "vm/bytecode/opcodes.def"
};
#undef OPCODE
#undef BATON_ROW
#undef BATON_UNPARENTHESIZE

inline constexpr int kNumRows = static_cast<int>(std::size(kRows));

// The row of each code, or -1.
struct RowIndex {
  int16_t row[256];
};
constexpr RowIndex MakeRowIndex() {
  RowIndex index{};
  for (int16_t& row : index.row) row = -1;
  for (int i = 0; i < kNumRows; ++i)
    index.row[static_cast<uint8_t>(kRows[i].opcode)] = static_cast<int16_t>(i);
  return index;
}
inline constexpr RowIndex kRowIndex = MakeRowIndex();

}  // namespace opcode_table

// The row of an opcode, at compile time. REQUIRES: a code of the table.
constexpr const OpcodeInfo& TableRow(Opcode opcode) {
  return opcode_table::kRows[opcode_table::kRowIndex.row[static_cast<uint8_t>(opcode)]];
}

}  // namespace baton
