#include "vm/bytecode/assemble_instruction.h"

#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "vm/bytecode/assembly_values.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// The number of `word` if it is a register.
std::optional<uint16_t> RegisterNumber(absl::string_view word) {
  uint32_t number = 0;
  const bool is_register = word.size() > 1 && word[0] == 'r' && absl::ascii_isdigit(word[1]) &&
                           absl::SimpleAtoi(word.substr(1), &number) && number < kLastUse;
  if (!is_register) return std::nullopt;
  return static_cast<uint16_t>(number);
}

struct InstructionReader {
  AssemblyCursor& cursor;
  AssemblyReferences& references;
  AssembledInstruction& result;

  absl::Status Register();
  absl::Status Stack();
  // What stands before an operand: it is number `i`, the first in the text is number `first`.
  absl::Status RegisterSeparator(const OpcodeInfo& info, int i, int first);
  absl::Status Target();
  absl::Status Operand(const OpcodeInfo& info, OperandKind kind, OperandValue* value);
  absl::Status RegisterList(bool is_used, size_t* length, OperandValue* value);
  absl::Status ListLength(absl::string_view name, OperandValue* value);
  absl::Status Imm(Opcode opcode, OperandValue* value);
  absl::StatusOr<const OpcodeInfo*> OpcodeName(Dispatch dispatch);
  absl::StatusOr<uint16_t> RegisterUnit(bool is_used);
};

absl::StatusOr<const OpcodeInfo*> InstructionReader::OpcodeName(Dispatch dispatch) {
  const absl::string_view word = cursor.PeekWord();
  const OpcodeInfo* info = FindOpcode(word);
  if (info == nullptr || !info->IsIn(dispatch))
    return cursor.Error(absl::StrCat("an instruction of ", DispatchName(dispatch), " code"));
  cursor.AcceptWord(word);
  return info;
}

absl::StatusOr<uint16_t> InstructionReader::RegisterUnit(bool is_used) {
  BATON_ASSIGN_OR_RETURN(const uint16_t number, ReadRegisterName(cursor));
  const bool is_last = is_used && cursor.Accept("!");
  return static_cast<uint16_t>(number | (is_last ? kLastUse : 0));
}

absl::Status InstructionReader::RegisterList(bool is_used, size_t* length, OperandValue* value) {
  BATON_RETURN_IF_ERROR(cursor.Expect("("));
  while (!cursor.Accept(")")) {
    if (!value->list.empty()) BATON_RETURN_IF_ERROR(cursor.Expect(","));
    if (++*length > kMaxListLength) {
      return cursor.ErrorAt(cursor.position(), absl::StrCat("the lists of an instruction hold at most ",
                                                            kMaxListLength, " registers"));
    }
    BATON_ASSIGN_OR_RETURN(const uint16_t unit, RegisterUnit(is_used));
    value->list.push_back(unit);
  }
  return absl::OkStatus();
}

// args: 2
absl::Status InstructionReader::ListLength(absl::string_view name, OperandValue* value) {
  if (!cursor.AcceptWord(name)) return cursor.Error(absl::StrCat("'", name, "'"));
  BATON_RETURN_IF_ERROR(cursor.Expect(":"));
  BATON_ASSIGN_OR_RETURN(const int64_t length, cursor.ReadInteger(0, kMaxListLength, "a number of values"));
  value->list.assign(static_cast<size_t>(length), 0);
  return absl::OkStatus();
}

absl::Status InstructionReader::Target() {
  BATON_RETURN_IF_ERROR(cursor.Expect("->"));
  result.target_position = cursor.position();
  result.target = ReadLabelName(cursor);
  return result.target.empty() ? cursor.Error("a label") : absl::OkStatus();
}

// Element types are named.
absl::Status InstructionReader::Imm(Opcode opcode, OperandValue* value) {
  const absl::string_view word = cursor.PeekWord();
  const std::optional<DType> dtype = DTypeFromName(word);
  if ((opcode == Opcode::kWrapI64 || opcode == Opcode::kRoundF64) && dtype.has_value()) {
    cursor.AcceptWord(word);
    value->number = static_cast<int64_t>(*dtype);
    return absl::OkStatus();
  }
  BATON_ASSIGN_OR_RETURN(value->number, cursor.ReadInteger(INT16_MIN, INT16_MAX, "a small number"));
  return absl::OkStatus();
}

// All but lists and labels.
absl::Status InstructionReader::Operand(const OpcodeInfo& info, OperandKind kind, OperandValue* value) {
  switch (kind) {
    case OperandKind::kDef:
    case OperandKind::kUse: {
      BATON_ASSIGN_OR_RETURN(const uint16_t unit, RegisterUnit(kind == OperandKind::kUse));
      value->number = unit & ~kLastUse;
      value->last_use = IsLastUse(unit);
      return absl::OkStatus();
    }
    case OperandKind::kUseLocal:
    case OperandKind::kDefLocal: {
      BATON_ASSIGN_OR_RETURN(value->number, cursor.ReadInteger(0, UINT8_MAX, "a local"));
      return absl::OkStatus();
    }
    case OperandKind::kUseWideLocal:
    case OperandKind::kDefWideLocal: {
      BATON_ASSIGN_OR_RETURN(value->number, cursor.ReadInteger(0, UINT16_MAX, "a local"));
      return absl::OkStatus();
    }
    case OperandKind::kImm:
      return Imm(info.opcode, value);
    case OperandKind::kImm64: {
      const bool is_float = info.opcode == Opcode::kLoadFloat;
      BATON_ASSIGN_OR_RETURN(value->number, is_float ? ReadDoubleBits(cursor)
                                                     : cursor.ReadInteger(INT64_MIN, INT64_MAX, "a number"));
      return absl::OkStatus();
    }
    default: {
      BATON_ASSIGN_OR_RETURN(value->number, references.Read(cursor, kind));
      return absl::OkStatus();
    }
  }
}

absl::Status InstructionReader::RegisterSeparator(const OpcodeInfo& info, int i, int first) {
  const OperandKind kind = info.operands[i].kind;
  if (i == first || kind == OperandKind::kLabel) return absl::OkStatus();
  if (!IsList(kind)) return cursor.Expect(",");
  return IsList(info.operands[i - 1].kind) ? cursor.Expect("->") : absl::OkStatus();
}

// r4 = AllocTensor Tensor[(?, 4), float32] (r1)
absl::Status InstructionReader::Register() {
  const std::optional<uint16_t> dst = RegisterNumber(cursor.PeekWord());
  const size_t begin = cursor.position();
  if (dst.has_value()) {
    BATON_RETURN_IF_ERROR(ReadRegisterName(cursor).status());
    BATON_RETURN_IF_ERROR(cursor.Expect("="));
  }
  BATON_ASSIGN_OR_RETURN(const OpcodeInfo* info, OpcodeName(Dispatch::kRegister));
  const bool has_dst = info->num_operands > 0 && info->operands[0].kind == OperandKind::kDef;
  if (has_dst != dst.has_value()) {
    return cursor.ErrorAt(begin,
                          absl::StrCat(info->name, has_dst ? " needs" : " has no", " 'r = ' before it"));
  }
  result.instruction.opcode = info->opcode;
  if (has_dst) result.instruction.operands[0].number = *dst;
  size_t list_length = 0;
  for (int i = has_dst ? 1 : 0; i < info->num_operands; ++i) {
    const OperandKind kind = info->operands[i].kind;
    OperandValue* value = &result.instruction.operands[i];
    BATON_RETURN_IF_ERROR(RegisterSeparator(*info, i, has_dst ? 1 : 0));
    if (kind == OperandKind::kLabel) {
      BATON_RETURN_IF_ERROR(Target());
    } else if (IsList(kind)) {
      BATON_RETURN_IF_ERROR(RegisterList(IsUseList(kind), &list_length, value));
    } else {
      BATON_RETURN_IF_ERROR(Operand(*info, kind, value));
    }
  }
  return absl::OkStatus();
}

// Call countdown, args: 2, results: 1
absl::Status InstructionReader::Stack() {
  BATON_ASSIGN_OR_RETURN(const OpcodeInfo* info, OpcodeName(Dispatch::kStack));
  result.instruction.opcode = info->opcode;
  bool first = true;
  for (int i = 0; i < info->num_operands; ++i) {
    const OperandKind kind = info->operands[i].kind;
    OperandValue* value = &result.instruction.operands[i];
    if (kind == OperandKind::kDef || kind == OperandKind::kUse) continue;
    if (!first) BATON_RETURN_IF_ERROR(cursor.Expect(","));
    first = false;
    if (kind == OperandKind::kLabel) {
      BATON_RETURN_IF_ERROR(Target());
    } else if (IsList(kind)) {
      BATON_RETURN_IF_ERROR(ListLength(info->operands[i].name, value));
    } else {
      BATON_RETURN_IF_ERROR(Operand(*info, kind, value));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<uint16_t> ReadRegisterName(AssemblyCursor& cursor) {
  const absl::string_view word = cursor.PeekWord();
  const std::optional<uint16_t> number = RegisterNumber(word);
  if (!number.has_value()) return cursor.Error(absl::StrCat("a register, r0 to r", kMaxRegisters));
  cursor.AcceptWord(word);
  return *number;
}

absl::string_view ReadLabelName(AssemblyCursor& cursor) {
  const absl::string_view word = cursor.PeekWord(/*dots=*/false);
  if (!word.empty()) {
    cursor.set_position(cursor.position() + word.size());
    return word;
  }
  const size_t begin = cursor.position();
  const absl::string_view number = cursor.ReadNumber();
  uint32_t value = 0;
  if (absl::SimpleAtoi(number, &value) && absl::ascii_isdigit(number[0])) return number;
  cursor.set_position(begin);
  return {};
}

absl::Status AssembleInstruction(AssemblyCursor& cursor, AssemblyReferences& references, Dispatch dispatch,
                                 AssembledInstruction* result) {
  result->target = {};
  for (OperandValue& value : result->instruction.operands) {
    value.number = 0;
    value.last_use = false;
    value.list.clear();
  }
  InstructionReader reader{cursor, references, *result};
  return dispatch == Dispatch::kStack ? reader.Stack() : reader.Register();
}

}  // namespace baton
