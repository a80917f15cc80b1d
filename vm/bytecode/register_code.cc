#include "vm/bytecode/register_code.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int kMaxWords = 255;
constexpr uint32_t kUnitBits = 16;

// The longest instruction: its fixed operands, two counts, and all the list entries that are allowed.
constexpr bool LongestInstructionFits() {
  for (const OpcodeInfo& info : opcode_table::kRows) {
    int units = 1;
    for (int i = 0; i < info.num_operands; ++i) units += OperandUnits(info.operands[i].kind);
    if (units + kMaxListLength > kMaxWords * kUnitsPerWord) return false;
  }
  return true;
}
static_assert(LongestInstructionFits());

constexpr bool OnlyListsFollowLists() {
  for (const OpcodeInfo& info : opcode_table::kRows) {
    for (int i = 1; i < info.num_operands; ++i) {
      if (IsList(info.operands[i - 1].kind) && !IsList(info.operands[i].kind)) return false;
    }
  }
  return true;
}
static_assert(OnlyListsFollowLists(), "the interpreter finds operands at fixed offsets");

void AppendUnits(uint64_t value, int num_units, std::vector<uint16_t>* code) {
  for (int i = 0; i < num_units; ++i) code->push_back(static_cast<uint16_t>(value >> (kUnitBits * i)));
}

uint64_t ReadUnits(absl::Span<const uint16_t> units) {
  uint64_t value = 0;
  for (size_t i = 0; i < units.size(); ++i) value |= uint64_t{units[i]} << (kUnitBits * i);
  return value;
}

void EncodeOperand(OperandKind kind, const OperandValue& value, std::vector<uint16_t>* code) {
  switch (kind) {
    case OperandKind::kDef:
    case OperandKind::kUse:
      BATON_CHECK(value.number >= 0 && value.number < kLastUse);
      BATON_CHECK(kind == OperandKind::kUse || !value.last_use);
      code->push_back(static_cast<uint16_t>(value.number | (value.last_use ? kLastUse : 0)));
      break;
    case OperandKind::kUses:
    case OperandKind::kUpdates:
    case OperandKind::kDefs:
      code->push_back(static_cast<uint16_t>(value.list.size()));
      code->insert(code->end(), value.list.begin(), value.list.end());
      break;
    case OperandKind::kImm:
      BATON_CHECK(value.number >= INT16_MIN && value.number <= INT16_MAX);
      code->push_back(static_cast<uint16_t>(value.number));
      break;
    default:
      BATON_CHECK(kind == OperandKind::kImm64 || (value.number >= 0 && value.number <= UINT32_MAX));
      AppendUnits(static_cast<uint64_t>(value.number), OperandUnits(kind), code);
      break;
  }
}

absl::Status Overrun(const OpcodeInfo& info) {
  return absl::DataLossError(absl::StrCat(info.name, ": its word count is too small for its operands"));
}

absl::Status DecodeList(const OpcodeInfo& info, const Operand& operand, absl::Span<const uint16_t>* units,
                        OperandValue* value) {
  const size_t count = units->front();
  if (count > kMaxListLength) {
    return absl::DataLossError(absl::StrCat(info.name, ": operand '", operand.name, "' lists ", count,
                                            " registers, at most ", kMaxListLength, " are allowed"));
  }
  if (count + 1 > units->size()) return Overrun(info);
  const absl::Span<const uint16_t> entries = units->subspan(1, count);
  value->list.assign(entries.begin(), entries.end());
  units->remove_prefix(count + 1);
  if (IsUseList(operand.kind)) return absl::OkStatus();
  for (const uint16_t entry : entries) {
    if (IsLastUse(entry)) {
      return absl::DataLossError(
          absl::StrCat(info.name, ": operand '", operand.name, "' is written and marked as a last use"));
    }
  }
  return absl::OkStatus();
}

// Takes one operand off the front of `units`.
absl::Status DecodeOperand(const OpcodeInfo& info, const Operand& operand, absl::Span<const uint16_t>* units,
                           OperandValue* value) {
  const size_t num_units = OperandUnits(operand.kind);
  if (num_units > units->size()) return Overrun(info);
  value->last_use = false;
  if (IsList(operand.kind)) return DecodeList(info, operand, units, value);
  const uint64_t bits = ReadUnits(units->subspan(0, num_units));
  units->remove_prefix(num_units);
  switch (operand.kind) {
    case OperandKind::kDef:
    case OperandKind::kUse:
      value->number = static_cast<int64_t>(bits & ~uint64_t{kLastUse});
      value->last_use = (bits & kLastUse) != 0;
      if (value->last_use && operand.kind == OperandKind::kDef) {
        return absl::DataLossError(
            absl::StrCat(info.name, ": operand '", operand.name, "' is written and marked as a last use"));
      }
      break;
    case OperandKind::kImm:
      value->number = static_cast<int16_t>(bits);
      break;
    default:
      value->number = static_cast<int64_t>(bits);
      break;
  }
  return absl::OkStatus();
}

absl::Status CheckEnd(const OpcodeInfo& info, const Instruction& instruction,
                      absl::Span<const uint16_t> rest) {
  size_t list_length = 0;
  for (int i = 0; i < info.num_operands; ++i) {
    if (IsList(info.operands[i].kind)) list_length += instruction.operands[i].list.size();
  }
  if (list_length > kMaxListLength) {
    return absl::DataLossError(absl::StrCat(info.name, ": lists hold ", list_length, " registers, at most ",
                                            kMaxListLength, " are allowed"));
  }
  if (rest.size() >= kUnitsPerWord) {
    return absl::DataLossError(absl::StrCat(info.name, ": its word count is too large for its operands"));
  }
  for (const uint16_t unit : rest) {
    if (unit != 0) return absl::DataLossError(absl::StrCat(info.name, ": its padding is not zero"));
  }
  return absl::OkStatus();
}

}  // namespace

void EncodeInstruction(const Instruction& instruction, std::vector<uint16_t>* code) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  const size_t start = code->size();
  BATON_CHECK(start % kUnitsPerWord == 0);
  code->push_back(0);
  for (int i = 0; i < info.num_operands; ++i) {
    EncodeOperand(info.operands[i].kind, instruction.operands[i], code);
  }
  const size_t num_words = (code->size() - start + kUnitsPerWord - 1) / kUnitsPerWord;
  BATON_CHECK(num_words <= kMaxWords);
  code->resize(start + num_words * kUnitsPerWord);
  (*code)[start] = static_cast<uint16_t>(static_cast<size_t>(instruction.opcode) | num_words << 8);
}

absl::Status DecodeInstruction(absl::Span<const uint16_t> code, size_t unit, Instruction* instruction,
                               size_t* num_units) {
  if (unit >= code.size()) return absl::DataLossError("the code ends before the instruction");
  const uint16_t head = code[unit];
  const OpcodeInfo* info = FindOpcode(static_cast<uint8_t>(head & 0xFF));
  if (info == nullptr) {
    return absl::DataLossError(absl::StrFormat("there is no opcode 0x%02X", head & 0xFF));
  }
  if (!info->IsIn(Dispatch::kRegister))
    return absl::DataLossError(absl::StrCat(info->name, ": is no instruction of register code"));
  const size_t length = size_t{kUnitsPerWord} * (head >> 8);
  if (length == 0) return absl::DataLossError(absl::StrCat(info->name, ": its word count is 0"));
  if (length > code.size() - unit) {
    return absl::DataLossError(absl::StrCat(info->name, ": has ", length / kUnitsPerWord,
                                            " words, the code ends after ",
                                            (code.size() - unit) / kUnitsPerWord));
  }
  absl::Span<const uint16_t> rest = code.subspan(unit + 1, length - 1);
  instruction->opcode = info->opcode;
  for (int i = 0; i < info->num_operands; ++i) {
    BATON_RETURN_IF_ERROR(DecodeOperand(*info, info->operands[i], &rest, &instruction->operands[i]));
  }
  BATON_RETURN_IF_ERROR(CheckEnd(*info, *instruction, rest));
  *num_units = length;
  return absl::OkStatus();
}

void PatchLabel(std::vector<uint16_t>* code, size_t unit, uint32_t target_word) {
  const OpcodeInfo* info = FindOpcode(static_cast<uint8_t>((*code)[unit] & 0xFF));
  BATON_CHECK(info != nullptr);
  size_t place = unit + 1;
  for (int i = 0; i < info->num_operands; ++i) {
    const OperandKind kind = info->operands[i].kind;
    if (kind == OperandKind::kLabel) {
      (*code)[place] = static_cast<uint16_t>(target_word);
      (*code)[place + 1] = static_cast<uint16_t>(target_word >> kUnitBits);
      return;
    }
    place += OperandUnits(kind);
  }
  BATON_CHECK(false && "the instruction has no label");
}

}  // namespace baton
