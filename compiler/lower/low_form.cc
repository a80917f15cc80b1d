#include "compiler/lower/low_form.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton {
namespace {

// "_" on the operand stack.
std::string RegisterName(int64_t number) {
  return number == kOnStack ? "_" : absl::StrCat("v", number);
}

std::string ListText(const std::vector<VirtualRegister>& list) {
  return absl::StrJoin(list, ", ", [](std::string* out, VirtualRegister r) { out->append(RegisterName(r)); });
}

std::string UsedOperandText(OperandKind kind, const LowOperand& operand) {
  switch (kind) {
    case OperandKind::kUse:
    case OperandKind::kUseLocal:
    case OperandKind::kDefLocal:
      return RegisterName(operand.number);
    case OperandKind::kUses:
    case OperandKind::kUpdates:
      return absl::StrCat("[", ListText(operand.list), "]");
    case OperandKind::kConst:
      return absl::StrCat("constants[", operand.number, "]");
    case OperandKind::kKernel:
      return absl::StrCat("kernels[", operand.number, "]");
    case OperandKind::kFunction:
      return absl::StrCat("functions[", operand.number, "]");
    case OperandKind::kTypeIndex:
      return absl::StrCat("types[", operand.number, "]");
    case OperandKind::kObjectType:
      return absl::StrCat("object_types[", operand.number, "]");
    case OperandKind::kSignature:
      return absl::StrCat("signatures[", operand.number, "]");
    case OperandKind::kMessage:
      return absl::StrCat("messages[", operand.number, "]");
    case OperandKind::kLabel:
      return absl::StrCat("b", operand.number);
    default:
      return absl::StrCat(operand.number);
  }
}

std::string InstructionText(const LowInstruction& instruction) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  std::string defs, uses;
  for (int i = 0; i < info.num_operands; ++i) {
    const OperandKind kind = info.operands[i].kind;
    const LowOperand& operand = instruction.operands[i];
    if (kind == OperandKind::kDef) {
      absl::StrAppend(&defs, defs.empty() ? "" : ", ", RegisterName(operand.number));
    } else if (kind == OperandKind::kDefs) {
      absl::StrAppend(&defs, defs.empty() || operand.list.empty() ? "" : ", ", ListText(operand.list));
    } else {
      absl::StrAppend(&uses, uses.empty() ? " " : ", ", UsedOperandText(kind, operand));
    }
  }
  return absl::StrCat(defs, defs.empty() ? "" : " = ", info.name, uses);
}

std::string SignatureText(const LowFunction& function) {
  std::string text = absl::StrCat(function.name, "(");
  for (int i = 0; i < function.num_parameters; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", RegisterName(i), ": ", SlotKindName(function.kinds[i]));
  }
  const auto kind_name = [](std::string* out, SlotKind kind) { absl::StrAppend(out, SlotKindName(kind)); };
  return absl::StrCat(text, ") -> (", absl::StrJoin(function.result_kinds, ", ", kind_name), ")\n");
}

}  // namespace

std::string PrintLowFunction(const LowFunction& function) {
  std::string text = SignatureText(function);
  for (size_t b = 0; b < function.blocks.size(); ++b) {
    absl::StrAppend(&text, "b", b, ":\n");
    for (const LowInstruction& instruction : function.blocks[b].instructions) {
      absl::StrAppend(&text, "  ", InstructionText(instruction), "\n");
    }
  }
  return text;
}

}  // namespace baton
