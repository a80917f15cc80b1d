#include "vm/bytecode/stack_code.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int kByteBits = 8;

void AppendBytes(uint64_t value, int num_bytes, std::vector<uint8_t>* code) {
  for (int i = 0; i < num_bytes; ++i) code->push_back(static_cast<uint8_t>(value >> (kByteBits * i)));
}

uint64_t ReadBytes(absl::Span<const uint8_t> bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i) value |= uint64_t{bytes[i]} << (kByteBits * i);
  return value;
}

bool IsInRange(OperandKind kind, int64_t number) {
  if (kind == OperandKind::kImm) return number >= INT16_MIN && number <= INT16_MAX;
  const int num_bytes = StackOperandBytes(kind);
  return num_bytes == 0 || num_bytes == 8 || (number >= 0 && number >> (kByteBits * num_bytes) == 0);
}

absl::Status DecodeOperand(const OpcodeInfo& info, const Operand& operand, absl::Span<const uint8_t> bytes,
                           OperandValue* value) {
  const uint64_t bits = ReadBytes(bytes);
  value->number = static_cast<int64_t>(bits);
  value->last_use = false;
  if (operand.kind == OperandKind::kImm) value->number = static_cast<int16_t>(bits);
  if (!IsList(operand.kind)) return absl::OkStatus();
  if (bits > kMaxListLength) {
    return absl::DataLossError(absl::StrCat(info.name, ": operand '", operand.name, "' lists ", bits,
                                            " values, at most ", kMaxListLength, " are allowed"));
  }
  value->list.assign(bits, 0);
  return absl::OkStatus();
}

}  // namespace

void EncodeStackInstruction(const Instruction& instruction, std::vector<uint8_t>* code) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  BATON_CHECK(info.IsIn(Dispatch::kStack));
  code->push_back(static_cast<uint8_t>(instruction.opcode));
  for (int i = 0; i < info.num_operands; ++i) {
    const OperandKind kind = info.operands[i].kind;
    const OperandValue& value = instruction.operands[i];
    const int64_t number = IsList(kind) ? static_cast<int64_t>(value.list.size()) : value.number;
    BATON_CHECK(IsInRange(kind, number));
    AppendBytes(static_cast<uint64_t>(number), StackOperandBytes(kind), code);
  }
}

absl::Status DecodeStackInstruction(absl::Span<const uint8_t> code, size_t place, Instruction* instruction,
                                    size_t* num_bytes) {
  if (place >= code.size()) return absl::DataLossError("the code ends before the instruction");
  const OpcodeInfo* info = FindOpcode(code[place]);
  if (info == nullptr) return absl::DataLossError(absl::StrFormat("there is no opcode 0x%02X", code[place]));
  if (!info->IsIn(Dispatch::kStack))
    return absl::DataLossError(absl::StrCat(info->name, ": is no instruction of stack code"));
  const auto length = static_cast<size_t>(StackOperandOffset(info->opcode, info->num_operands));
  if (length > code.size() - place) {
    return absl::DataLossError(
        absl::StrCat(info->name, ": has ", length, " bytes, the code ends after ", code.size() - place));
  }
  instruction->opcode = info->opcode;
  absl::Span<const uint8_t> rest = code.subspan(place + 1, length - 1);
  for (int i = 0; i < info->num_operands; ++i) {
    const auto size = static_cast<size_t>(StackOperandBytes(info->operands[i].kind));
    BATON_RETURN_IF_ERROR(
        DecodeOperand(*info, info->operands[i], rest.first(size), &instruction->operands[i]));
    rest.remove_prefix(size);
  }
  *num_bytes = length;
  return absl::OkStatus();
}

void PatchStackLabel(std::vector<uint8_t>* code, size_t place, uint32_t target) {
  const OpcodeInfo* info = FindOpcode((*code)[place]);
  BATON_CHECK(info != nullptr);
  for (int i = 0; i < info->num_operands; ++i) {
    if (info->operands[i].kind != OperandKind::kLabel) continue;
    std::memcpy(code->data() + place + StackOperandOffset(info->opcode, i), &target, sizeof target);
    return;
  }
  BATON_CHECK(false && "the instruction has no label");
}

}  // namespace baton
