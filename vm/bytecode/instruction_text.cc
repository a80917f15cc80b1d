#include "vm/bytecode/instruction_text.h"

#include <bit>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/bytecode/assembly_text.h"
#include "vm/core/number_text.h"

namespace baton {
namespace {

std::string UnitText(uint16_t unit) {
  return absl::StrCat("r", ReadRegister(&unit), IsLastUse(unit) ? "!" : "");
}

std::string ListText(const std::vector<uint16_t>& list) {
  const auto append = [](std::string* out, uint16_t unit) { out->append(UnitText(unit)); };
  return absl::StrCat("(", absl::StrJoin(list, ", ", append), ")");
}

std::string DTypeCodeText(int64_t code) {
  if (code < 0 || code >= kNumDTypes) return absl::StrCat(code);
  return std::string(DTypeName(static_cast<DType>(code)));
}

}  // namespace

std::string ShortText(absl::string_view text) {
  std::string result = absl::Utf8SafeCEscape(text.substr(0, kMaxListedText));
  return text.size() > kMaxListedText ? result + "..." : result;
}

std::string AllocTypeText(const AllocType& type) {
  const auto append = [](std::string* out, int64_t extent) {
    absl::StrAppend(out, extent == kDynamicExtent ? "?" : absl::StrCat(extent));
  };
  return absl::StrCat("Tensor[(", absl::StrJoin(type.dims, ", ", append), "), ", DTypeName(type.dtype), "]");
}

std::string ExactObjectTypeText(const DataTypes& types, const ObjectType& type) {
  std::string text = TypeText(type.type, {});
  if (!type.type.is_data()) return text;
  const TypeDefinition* definition = types.Find(type.type.name());
  if (definition == nullptr || static_cast<size_t>(type.tag) >= definition->constructors.size())
    return absl::StrCat(text, ".", type.tag);
  return absl::StrCat(text, ".", TypeNameText(definition->constructors[type.tag].name));
}

InstructionText::InstructionText(const Executable& executable, bool lossless)
    : executable_(executable), data_types_(executable), lossless_(lossless) {}

bool InstructionText::IsInTable(OperandKind kind, int64_t index) const {
  const size_t size = kind == OperandKind::kFunction     ? executable_.functions.size()
                      : kind == OperandKind::kKernel     ? executable_.kernels.size()
                      : kind == OperandKind::kTypeIndex  ? executable_.types.size()
                      : kind == OperandKind::kObjectType ? executable_.object_types.size()
                      : kind == OperandKind::kSignature  ? executable_.signatures.size()
                                                         : executable_.messages.size();
  return index >= 0 && static_cast<size_t>(index) < size;
}

std::string InstructionText::ShortReference(OperandKind kind, int64_t index) const {
  switch (kind) {
    case OperandKind::kFunction:
      return absl::StrCat(ShortText(executable_.functions[index].name), "#", index);
    case OperandKind::kKernel:
      return absl::StrCat(ShortText(executable_.kernels[index].op), "#", index);
    case OperandKind::kTypeIndex:
      return AllocTypeText(executable_.types[index]);
    case OperandKind::kObjectType: {
      const ObjectType& type = executable_.object_types[index];
      return ShortText(data_types_.ObjectTypeText(type.type, type.tag));
    }
    case OperandKind::kSignature:
      return SignatureText(executable_.signatures[index]);
    default:
      return absl::StrCat("\"", ShortText(executable_.messages[index]), "\"");
  }
}

std::string InstructionText::ExactReference(OperandKind kind, int64_t index) const {
  switch (kind) {
    case OperandKind::kFunction:
      return NameText(executable_.functions[index].name);
    case OperandKind::kKernel:
      return NameText(executable_.kernels[index].op);
    case OperandKind::kTypeIndex:
      return AllocTypeText(executable_.types[index]);
    case OperandKind::kObjectType:
      return ExactObjectTypeText(data_types_, executable_.object_types[index]);
    case OperandKind::kSignature:
      return SignatureText(executable_.signatures[index]);
    default:
      return QuotedText(executable_.messages[index]);
  }
}

const std::string& InstructionText::Reference(OperandKind kind, int64_t index) {
  const auto [entry, is_new] = references_.try_emplace({kind, index});
  std::string& text = entry->second;
  if (!is_new) return text;
  const bool is_in_table = IsInTable(kind, index);
  if (is_in_table && !lossless_) return text = ShortReference(kind, index);
  if (is_in_table) text = ExactReference(kind, index);
  // Any number of instructions may name something long.
  if (text.empty() || text.size() > kMaxListedText) text = std::string(ReferenceWord(kind));
  absl::StrAppend(&text, "#", index);
  return text;
}

std::string InstructionText::NumberText(Opcode opcode, OperandKind kind, const OperandValue& value) {
  const int64_t number = value.number;
  switch (kind) {
    case OperandKind::kDef:
    case OperandKind::kUse:
      return UnitText(static_cast<uint16_t>(number | (value.last_use ? kLastUse : 0)));
    case OperandKind::kImm:
      return opcode == Opcode::kWrapI64 || opcode == Opcode::kRoundF64 ? DTypeCodeText(number)
                                                                       : absl::StrCat(number);
    case OperandKind::kImm64:
      if (opcode != Opcode::kLoadFloat) return absl::StrCat(number);
      return lossless_ ? ExactFloatText(std::bit_cast<double>(number))
                       : FloatText(std::bit_cast<double>(number));
    case OperandKind::kConst:
      return absl::StrCat("k", number);
    case OperandKind::kKernel:
    case OperandKind::kFunction:
    case OperandKind::kTypeIndex:
    case OperandKind::kObjectType:
    case OperandKind::kSignature:
    case OperandKind::kMessage:
      return Reference(kind, number);
    default:
      return absl::StrCat(number);
  }
}

// Stack code: values that lie on the stack are not shown, of lists only how many there are.
std::string InstructionText::StackText(const Instruction& instruction) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  std::vector<std::string> operands;
  for (int i = 0; i < info.num_operands; ++i) {
    const OperandKind kind = info.operands[i].kind;
    const OperandValue& value = instruction.operands[i];
    if (kind == OperandKind::kDef || kind == OperandKind::kUse) continue;
    if (IsList(kind)) {
      operands.push_back(absl::StrCat(info.operands[i].name, ": ", value.list.size()));
    } else if (kind == OperandKind::kLabel) {
      operands.push_back(absl::StrCat("-> ", value.number));
    } else {
      operands.push_back(NumberText(instruction.opcode, kind, value));
    }
  }
  return absl::StrCat(info.name, operands.empty() ? "" : " ", absl::StrJoin(operands, ", "));
}

std::string InstructionText::RegisterText(const Instruction& instruction) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  std::string text;
  int first = 0;
  if (info.num_operands > 0 && info.operands[0].kind == OperandKind::kDef) {
    text = absl::StrCat("r", instruction.operands[0].number, " = ");
    first = 1;
  }
  absl::StrAppend(&text, info.name);
  for (int i = first; i < info.num_operands; ++i) {
    const OperandKind kind = info.operands[i].kind;
    const bool after_list = i > first && IsList(info.operands[i - 1].kind);
    if (kind == OperandKind::kLabel) {
      absl::StrAppend(&text, " -> ", instruction.operands[i].number);
    } else if (IsList(kind)) {
      absl::StrAppend(&text, after_list ? " -> " : " ", ListText(instruction.operands[i].list));
    } else {
      absl::StrAppend(&text, i > first ? ", " : " ",
                      NumberText(instruction.opcode, kind, instruction.operands[i]));
    }
  }
  return text;
}

std::string InstructionText::Text(const Instruction& instruction, Dispatch dispatch) {
  return dispatch == Dispatch::kStack ? StackText(instruction) : RegisterText(instruction);
}

}  // namespace baton
