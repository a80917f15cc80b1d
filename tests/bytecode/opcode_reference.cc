#include "tests/bytecode/opcode_reference.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "vm/bytecode/opcode.h"

namespace baton {
namespace {

std::string KindText(const Operand& operand) {
  const std::string slot(operand.slot.has_value() ? SlotKindName(*operand.slot) : "any");
  switch (operand.kind) {
    case OperandKind::kDef:
      return "out " + slot;
    case OperandKind::kUse:
      return slot;
    case OperandKind::kUses:
    case OperandKind::kUpdates:
      return slot + " list";
    case OperandKind::kDefs:
      return "out " + slot + " list";
    case OperandKind::kUseLocal:
      return "local";
    case OperandKind::kUseWideLocal:
      return "wide local";
    case OperandKind::kDefLocal:
      return "out local";
    case OperandKind::kDefWideLocal:
      return "out wide local";
    case OperandKind::kImm:
      return "imm";
    case OperandKind::kImm64:
      return "imm64";
    case OperandKind::kConst:
      return "constant";
    case OperandKind::kKernel:
      return "kernel";
    case OperandKind::kFunction:
      return "function";
    case OperandKind::kTypeIndex:
      return "type";
    case OperandKind::kObjectType:
      return "object type";
    case OperandKind::kSignature:
      return "signature";
    case OperandKind::kMessage:
      return "message";
    case OperandKind::kLabel:
      return "label";
  }
  return "?";
}

std::string OperandsText(const OpcodeInfo& info) {
  std::string text;
  for (int i = 0; i < info.num_operands; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ", ", std::string(info.operands[i].name), ": ",
                    KindText(info.operands[i]));
  }
  return text;
}

}  // namespace

std::string OpcodeReference() {
  std::string table = "| code | instruction | operands | meaning |\n|---|---|---|---|\n";
  for (const OpcodeInfo& info : AllOpcodes()) {
    // A bar would end the cell.
    const std::string meaning = absl::StrReplaceAll(info.meaning, {{"|", "\\|"}});
    absl::StrAppendFormat(&table, "| 0x%02X | %s | %s | %s |\n", static_cast<int>(info.opcode), info.name,
                          OperandsText(info), meaning);
  }
  return table;
}

}  // namespace baton
