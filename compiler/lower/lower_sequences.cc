// Operations on sequences: one instruction each.
#include "compiler/ir/call_inference.h"
#include "compiler/lower/function_lowering.h"
#include "vm/core/status.h"

namespace baton {

using ir::SequenceOperation;

namespace {

struct SequenceInstruction {
  Opcode opcode;
  SlotKind result;
};

SequenceInstruction InstructionOf(SequenceOperation operation) {
  switch (operation) {
    case SequenceOperation::kMake:
      return {Opcode::kMakeSequence, SlotKind::kObject};
    case SequenceOperation::kLength:
      return {Opcode::kSequenceLength, SlotKind::kI64};
    case SequenceOperation::kAt:
      return {Opcode::kSequenceAt, SlotKind::kTensor};
    case SequenceOperation::kAppend:
      return {Opcode::kSequenceAppend, SlotKind::kObject};
    case SequenceOperation::kInsert:
      return {Opcode::kSequenceInsert, SlotKind::kObject};
    case SequenceOperation::kErase:
      return {Opcode::kSequenceErase, SlotKind::kObject};
    case SequenceOperation::kConcat:
      return {Opcode::kConcatSequence, SlotKind::kTensor};
    case SequenceOperation::kStack:
      break;
  }
  return {Opcode::kStackSequence, SlotKind::kTensor};
}

bool IsPosition(SequenceOperation operation, size_t index) {
  if (operation == SequenceOperation::kInsert) return index == 2;
  return index == 1 && (operation == SequenceOperation::kAt || operation == SequenceOperation::kErase);
}

}  // namespace

absl::Status FunctionLowering::LowerSequence(const ir::Binding& binding, const ir::SequenceOp& sequence) {
  const SequenceInstruction instruction = InstructionOf(sequence.operation);
  Registers args;
  for (size_t i = 0; i < sequence.args.size(); ++i) {
    const ir::Atom& arg = sequence.args[i];
    const bool is_position = IsPosition(sequence.operation, i);
    BATON_ASSIGN_OR_RETURN(const VirtualRegister value, is_position ? Scalar(arg, 0) : Boxed(arg));
    args.push_back(value);
  }
  std::vector<LowOperand> operands;
  if (sequence.operation == SequenceOperation::kMake) {
    operands.push_back(CodeEmitter::List(std::move(args)));
  } else {
    for (const VirtualRegister arg : args) operands.push_back(CodeEmitter::Number(arg));
  }
  const bool is_stack = sequence.operation == SequenceOperation::kStack;
  if (is_stack || sequence.operation == SequenceOperation::kConcat) {
    operands.push_back(CodeEmitter::Number(sequence.axis));
  }
  if (is_stack) {
    const TensorType empty = ir::EmptyStackType(sequence, binding.var->type.tensor());
    AllocType type{empty.dtype, {}};
    for (const Dim& dim : empty.shape.dims()) type.dims.push_back(dim.value());
    operands.push_back(CodeEmitter::Number(code_.tables().AllocationType(std::move(type))));
  }
  if (is_stack || sequence.operation == SequenceOperation::kConcat) {
    operands.push_back(CodeEmitter::Number(code_.tables().Message(sequence.what)));
  }
  const VirtualRegister result = code_.EmitDef(instruction.result, instruction.opcode, std::move(operands));
  Place place;
  place.has_reference = IsReference(instruction.result);
  if (place.has_reference) {
    place.reference = result;
  } else {
    place.scalars = {result};
  }
  // Elements are tensors, also those that the type makes scalars.
  if (instruction.result == SlotKind::kTensor && binding.var->unboxed) {
    places_[binding.var] = {place};
    BATON_ASSIGN_OR_RETURN(const VirtualRegister scalar, Scalar(ir::Atom(binding.var), 0));
    place = {};
    place.scalars = {scalar};
  }
  SetPlaces(binding.var, {std::move(place)});
  return absl::OkStatus();
}

}  // namespace baton
