#include "compiler/lower/scalar_ops.h"

#include "vm/core/status.h"
#include "vm/core/value.h"

namespace baton {
namespace {

// A form that is one instruction per kind of slot.
struct ScalarInstruction {
  ScalarForm form;
  Opcode i64, f64, boolean;  // kRaise: none
  enum {
    kPlain,
    kSwapped,  // operands change places
    kInRange,  // the result of operands of an element type is of that type, without wrapping or rounding
  } trait = kPlain;
};

constexpr Opcode kNoOpcode = Opcode::kRaise;

constexpr ScalarInstruction kInstructions[] = {
    {ScalarForm::kAdd, Opcode::kAddI64, Opcode::kAddF64, kNoOpcode},
    {ScalarForm::kSubtract, Opcode::kSubI64, Opcode::kSubF64, kNoOpcode},
    {ScalarForm::kMultiply, Opcode::kMulI64, Opcode::kMulF64, kNoOpcode},
    {ScalarForm::kDivide, Opcode::kDivI64, Opcode::kDivF64, kNoOpcode},
    {ScalarForm::kModulo, Opcode::kRemI64, kNoOpcode, kNoOpcode, ScalarInstruction::kInRange},
    {ScalarForm::kFloorDivide, Opcode::kFloorDivI64, kNoOpcode, kNoOpcode},
    {ScalarForm::kFloorModulo, Opcode::kFloorModI64, kNoOpcode, kNoOpcode, ScalarInstruction::kInRange},
    {ScalarForm::kMinimum, Opcode::kMinI64, Opcode::kMinF64, kNoOpcode, ScalarInstruction::kInRange},
    {ScalarForm::kMaximum, Opcode::kMaxI64, Opcode::kMaxF64, kNoOpcode, ScalarInstruction::kInRange},
    {ScalarForm::kNegative, Opcode::kNegI64, Opcode::kNegF64, kNoOpcode},
    {ScalarForm::kAbs, Opcode::kAbsI64, Opcode::kAbsF64, kNoOpcode},
    {ScalarForm::kSqrt, kNoOpcode, Opcode::kSqrtF64, kNoOpcode},
    {ScalarForm::kFloor, kNoOpcode, Opcode::kFloorF64, kNoOpcode, ScalarInstruction::kInRange},
    {ScalarForm::kCeil, kNoOpcode, Opcode::kCeilF64, kNoOpcode, ScalarInstruction::kInRange},
    {ScalarForm::kEqual, Opcode::kEqI64, Opcode::kEqF64, kNoOpcode},
    {ScalarForm::kNotEqual, Opcode::kNeI64, Opcode::kNeF64, kNoOpcode},
    {ScalarForm::kLess, Opcode::kLtI64, Opcode::kLtF64, kNoOpcode},
    {ScalarForm::kLessEqual, Opcode::kLeI64, Opcode::kLeF64, kNoOpcode},
    {ScalarForm::kGreater, Opcode::kLtI64, Opcode::kLtF64, kNoOpcode, ScalarInstruction::kSwapped},
    {ScalarForm::kGreaterEqual, Opcode::kLeI64, Opcode::kLeF64, kNoOpcode, ScalarInstruction::kSwapped},
    {ScalarForm::kAnd, kNoOpcode, kNoOpcode, Opcode::kAndBool},
    {ScalarForm::kOr, kNoOpcode, kNoOpcode, Opcode::kOrBool},
    {ScalarForm::kXor, kNoOpcode, kNoOpcode, Opcode::kXorBool},
    {ScalarForm::kNot, kNoOpcode, kNoOpcode, Opcode::kNotBool},
};

LowOperand Number(int64_t number) {
  return CodeEmitter::Number(number);
}

// Brings an exact result into its element type.
VirtualRegister Normalize(CodeEmitter& code, VirtualRegister value, DType dtype) {
  if (dtype == DType::kFloat32) {
    return code.EmitDef(SlotKind::kF64, Opcode::kRoundF64, {Number(value), Number(static_cast<int>(dtype))});
  }
  if (IsInteger(dtype) && dtype != DType::kInt64) {
    return code.EmitDef(SlotKind::kI64, Opcode::kWrapI64, {Number(value), Number(static_cast<int>(dtype))});
  }
  return value;
}

absl::StatusOr<VirtualRegister> EmitCast(CodeEmitter& code, DType from, DType to, VirtualRegister value) {
  const SlotKind source = *ScalarSlotKind(from);
  const SlotKind target = *ScalarSlotKind(to);
  if (target == SlotKind::kBool) {
    if (source == SlotKind::kBool) return value;
    if (source == SlotKind::kI64) {
      return code.EmitDef(SlotKind::kBool, Opcode::kNeI64, {Number(value), Number(code.IntConstant(0))});
    }
    const VirtualRegister zero = code.EmitDef(SlotKind::kF64, Opcode::kLoadFloat, {Number(0)});
    return code.EmitDef(SlotKind::kBool, Opcode::kNeF64, {Number(value), Number(zero)});
  }
  if (source == SlotKind::kBool) value = code.EmitDef(SlotKind::kI64, Opcode::kBoolToI64, {Number(value)});
  if (target == SlotKind::kF64 && source != SlotKind::kF64) {
    value = code.EmitDef(SlotKind::kF64, Opcode::kI64ToF64, {Number(value)});
  }
  if (target == SlotKind::kI64 && source == SlotKind::kF64) {
    if (to != DType::kInt64)
      return absl::InternalError("a cast from float to a narrow integer has no scalar form");
    return code.EmitDef(SlotKind::kI64, Opcode::kF64ToI64, {Number(value)});
  }
  return from == to ? value : Normalize(code, value, to);
}

}  // namespace

absl::StatusOr<VirtualRegister> EmitScalarOp(CodeEmitter& code, ScalarForm form, DType operand_type,
                                             DType result_type, absl::Span<const VirtualRegister> operands) {
  if (form == ScalarForm::kCast) return EmitCast(code, operand_type, result_type, operands[0]);
  const SlotKind result_kind = *ScalarSlotKind(result_type);
  if (form == ScalarForm::kSelect) {
    if (result_kind == SlotKind::kBool) return absl::InternalError("a select of bools has no scalar form");
    const Opcode opcode = result_kind == SlotKind::kI64 ? Opcode::kSelectI64 : Opcode::kSelectF64;
    return code.EmitDef(result_kind, opcode, {Number(operands[0]), Number(operands[1]), Number(operands[2])});
  }
  const SlotKind kind = *ScalarSlotKind(operand_type);
  for (const ScalarInstruction& instruction : kInstructions) {
    if (instruction.form != form) continue;
    const Opcode opcode = kind == SlotKind::kI64   ? instruction.i64
                          : kind == SlotKind::kF64 ? instruction.f64
                                                   : instruction.boolean;
    if (opcode == kNoOpcode) break;
    std::vector<LowOperand> numbers;
    for (VirtualRegister operand : operands) numbers.push_back(Number(operand));
    if (instruction.trait == ScalarInstruction::kSwapped) std::swap(numbers[0], numbers[1]);
    const VirtualRegister result = code.EmitDef(result_kind, opcode, std::move(numbers));
    return instruction.trait == ScalarInstruction::kInRange ? result : Normalize(code, result, result_type);
  }
  return absl::InternalError("an operator chosen for scalar code has no scalar instruction");
}

}  // namespace baton
