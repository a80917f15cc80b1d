#include "compiler/lower/encodable.h"

#include "absl/strings/str_cat.h"
#include "vm/bytecode/register_code.h"

namespace baton {

absl::Status CheckEncodable(const std::string& function, const LowInstruction& instruction) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  size_t length = 0;
  for (int i = 0; i < info.num_operands; ++i) {
    length += instruction.operands[i].list.size();
    const int64_t number = instruction.operands[i].number;
    if (info.operands[i].kind == OperandKind::kImm && (number < INT16_MIN || number > INT16_MAX)) {
      return absl::InternalError(absl::StrCat("function '", function, "': ", info.name, ": operand '",
                                              info.operands[i].name, "' is ", number, ", expected 16 bits"));
    }
  }
  if (length <= kMaxListLength) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("function '", function, "': ", info.name, " takes ",
                                                   length, " registers, an instruction has room for ",
                                                   kMaxListLength));
}

}  // namespace baton
