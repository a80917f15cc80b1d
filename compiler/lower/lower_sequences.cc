// Operations on sequences: one instruction each, whose row in opcodes.def says what it takes.
#include "absl/strings/str_cat.h"
#include "compiler/ir/call_inference.h"
#include "compiler/lower/function_lowering.h"
#include "vm/core/status.h"

namespace baton {

using ir::SequenceOperation;

namespace {

AllocType EmptyType(const ir::SequenceOp& sequence, const Type& result) {
  const TensorType empty = ir::EmptyStackType(sequence, result.tensor());
  AllocType type{empty.dtype, {}};
  for (const Dim& dim : empty.shape.dims()) type.dims.push_back(dim.value());
  return type;
}

}  // namespace

Opcode SequenceOpcode(SequenceOperation operation) {
  switch (operation) {
    case SequenceOperation::kMake:
      return Opcode::kMakeSequence;
    case SequenceOperation::kLength:
      return Opcode::kSequenceLength;
    case SequenceOperation::kAt:
      return Opcode::kSequenceAt;
    case SequenceOperation::kAppend:
      return Opcode::kSequenceAppend;
    case SequenceOperation::kInsert:
      return Opcode::kSequenceInsert;
    case SequenceOperation::kErase:
      return Opcode::kSequenceErase;
    case SequenceOperation::kConcat:
      return Opcode::kConcatSequence;
    case SequenceOperation::kStack:
      break;
  }
  return Opcode::kStackSequence;
}

// Takes what goes into the operand off the front of `args`.
absl::StatusOr<LowOperand> FunctionLowering::SequenceOperand(const Operand& operand,
                                                             const ir::Binding& binding,
                                                             absl::Span<const ir::Atom>* args) {
  const auto& sequence = std::get<ir::SequenceOp>(binding.expr);
  switch (operand.kind) {
    case OperandKind::kUse:
    case OperandKind::kUses: {
      const bool is_list = IsUseList(operand.kind);
      const absl::Span<const ir::Atom> taken = args->subspan(0, is_list ? args->size() : 1);
      args->remove_prefix(taken.size());
      BATON_ASSIGN_OR_RETURN(Registers values, Passed(taken, Kinds(taken.size(), *operand.slot)));
      return is_list ? CodeEmitter::List(std::move(values)) : CodeEmitter::Number(values[0]);
    }
    case OperandKind::kImm:
      return CodeEmitter::Number(sequence.axis);
    case OperandKind::kTypeIndex:
      return CodeEmitter::Number(code_.tables().AllocationType(EmptyType(sequence, binding.var->type)));
    case OperandKind::kMessage:
      return CodeEmitter::Number(code_.tables().Message(sequence.what));
    default:
      return absl::InternalError(
          absl::StrCat("operand '", operand.name, "' is of no operation on sequences"));
  }
}

absl::Status FunctionLowering::LowerSequence(const ir::Binding& binding, const ir::SequenceOp& sequence) {
  const OpcodeInfo& info = GetOpcode(SequenceOpcode(sequence.operation));
  absl::Span<const ir::Atom> args = sequence.args;
  std::vector<LowOperand> operands;
  for (const Operand& operand : absl::MakeConstSpan(info.operands, info.num_operands).subspan(1)) {
    BATON_ASSIGN_OR_RETURN(LowOperand lowered, SequenceOperand(operand, binding, &args));
    operands.push_back(std::move(lowered));
  }
  const SlotKind kind = *info.operands[0].slot;
  const VirtualRegister result = code_.EmitDef(kind, info.opcode, std::move(operands));
  Place place;
  place.has_reference = IsReference(kind);
  if (place.has_reference) {
    place.reference = result;
  } else {
    place.scalars = {result};
  }
  // Elements are tensors, also those that the type makes scalars.
  if (kind == SlotKind::kTensor && binding.var->unboxed) {
    places_[binding.var] = {place};
    BATON_ASSIGN_OR_RETURN(const VirtualRegister scalar, Scalar(ir::Atom(binding.var), 0));
    place = {};
    place.scalars = {scalar};
  }
  SetPlaces(binding.var, {std::move(place)});
  return absl::OkStatus();
}

}  // namespace baton
