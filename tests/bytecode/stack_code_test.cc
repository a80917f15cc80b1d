#include "vm/bytecode/stack_code.h"

#include <catch2/catch.hpp>
#include <random>

namespace baton {
namespace {

using Bytes = std::vector<uint8_t>;

// Values that use every bit of each operand.
Instruction Extreme(const OpcodeInfo& info) {
  Instruction instruction;
  instruction.opcode = info.opcode;
  for (int i = 0; i < info.num_operands; ++i) {
    OperandValue& value = instruction.operands[i];
    switch (info.operands[i].kind) {
      case OperandKind::kDef:
      case OperandKind::kUse:
        break;  // not in the code
      case OperandKind::kUses:
      case OperandKind::kUpdates:
      case OperandKind::kDefs:
        value.list.assign(static_cast<size_t>(kMaxListLength - i), 0);
        break;
      case OperandKind::kUseLocal:
      case OperandKind::kDefLocal:
        value.number = kMaxNarrowLocal;
        break;
      case OperandKind::kUseWideLocal:
      case OperandKind::kDefWideLocal:
        value.number = 0xFF01;
        break;
      case OperandKind::kImm:
        value.number = INT16_MIN;
        break;
      case OperandKind::kImm64:
        value.number = INT64_MIN + 5;
        break;
      default:
        value.number = 0xFFFF0001;
        break;
    }
  }
  return instruction;
}

bool SameOperands(const Instruction& a, const Instruction& b) {
  for (int i = 0; i < GetOpcode(a.opcode).num_operands; ++i) {
    const bool is_list = IsList(GetOpcode(a.opcode).operands[i].kind);
    if (is_list ? a.operands[i].list.size() != b.operands[i].list.size()
                : a.operands[i].number != b.operands[i].number) {
      return false;
    }
  }
  return a.opcode == b.opcode;
}

Bytes Encoded(const Instruction& instruction) {
  Bytes code;
  EncodeStackInstruction(instruction, &code);
  return code;
}

// The message of the error, or "" when `code` decodes.
std::string DecodeError(const Bytes& code, size_t place = 0) {
  Instruction instruction;
  size_t num_bytes = 0;
  const absl::Status status = DecodeStackInstruction(code, place, &instruction, &num_bytes);
  if (status.ok()) return "";
  CHECK(status.code() == absl::StatusCode::kDataLoss);
  return std::string(status.message());
}

TEST_CASE("stack code: every instruction decodes to what was encoded", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (!info.IsIn(Dispatch::kStack)) continue;
    CAPTURE(std::string(info.name));
    const Instruction instruction = Extreme(info);
    Bytes code = {0, 0, 0};  // not at the start
    EncodeStackInstruction(instruction, &code);
    Instruction decoded;
    decoded.operands[0].last_use = true;
    size_t num_bytes = 0;
    REQUIRE(DecodeStackInstruction(code, 3, &decoded, &num_bytes).ok());
    CHECK(num_bytes == code.size() - 3);
    CHECK(num_bytes == static_cast<size_t>(StackOperandOffset(info.opcode, kMaxOperands)));
    CHECK(SameOperands(instruction, decoded));
    if (info.num_operands > 0) CHECK_FALSE(decoded.operands[0].last_use);
  }
}

TEST_CASE("stack code: values take no bytes, and what does lies where the header says", "[bytecode]") {
  Instruction instruction;
  instruction.opcode = Opcode::kAddI64;
  CHECK(Encoded(instruction) == Bytes{0x20});
  instruction.opcode = Opcode::kLocalGet;
  instruction.operands[1].number = 200;
  CHECK(Encoded(instruction) == Bytes{0x80, 200});
  instruction.opcode = Opcode::kLocalGetWide;
  instruction.operands[1].number = 0x1234;
  CHECK(Encoded(instruction) == Bytes{0x81, 0x34, 0x12});
  instruction.opcode = Opcode::kAddImm;
  instruction.operands[2].number = -2;
  CHECK(Encoded(instruction) == Bytes{0x59, 0xFE, 0xFF});
  instruction.opcode = Opcode::kCallKernel;
  instruction.operands[0].number = 0x01020304;
  instruction.operands[1].list.assign(2, 0);
  instruction.operands[2].list.assign(0x102, 0);
  CHECK(Encoded(instruction) == Bytes{0x6A, 4, 3, 2, 1, 2, 0, 2, 1});
  CHECK(StackOperandOffset(Opcode::kCallKernel, 0) == 1);
  CHECK(StackOperandOffset(Opcode::kCallKernel, 1) == 5);
  CHECK(StackOperandOffset(Opcode::kCallKernel, 2) == 7);
}

TEST_CASE("stack code: readers give signed immediates and 64-bit patterns back", "[bytecode]") {
  Instruction load;
  load.opcode = Opcode::kLoadInt;
  load.operands[1].number = -123456789012345;
  CHECK(ReadStackNumber<int64_t>(&Encoded(load)[1]) == -123456789012345);
  load.opcode = Opcode::kLoadSmallInt;
  load.operands[1].number = -2;
  CHECK(ReadStackNumber<int16_t>(&Encoded(load)[1]) == -2);
}

TEST_CASE("stack code: the table says what lies on the stack", "[bytecode]") {
  CHECK(NumStackUses(Opcode::kSelectI64) == 3);
  CHECK(NumStackUses(Opcode::kSelectI64, 2) == 1);
  CHECK(NumStackDefs(Opcode::kSelectI64) == 1);
  CHECK(NumStackUses(Opcode::kLocalGet) == 0);
  CHECK(NumStackUses(Opcode::kLocalTee) == 1);
  CHECK(NumStackDefs(Opcode::kLocalTee) == 1);
  CHECK(NumStackUses(Opcode::kCallClosure) == 1);  // the list is counted by the code
  CHECK(NumStackDefs(Opcode::kReturn) == 0);
}

TEST_CASE("stack code: a label can be patched", "[bytecode]") {
  Instruction jump;
  jump.opcode = Opcode::kJumpIfEqImm;
  jump.operands[1].number = 9;
  Bytes code = {0, 0, 0};
  EncodeStackInstruction(jump, &code);
  PatchStackLabel(&code, 3, 0x12345678);
  Instruction decoded;
  size_t num_bytes = 0;
  REQUIRE(DecodeStackInstruction(code, 3, &decoded, &num_bytes).ok());
  CHECK(decoded.operands[1].number == 9);
  CHECK(decoded.operands[2].number == 0x12345678);
}

TEST_CASE("stack code: every truncation of every instruction is refused", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (!info.IsIn(Dispatch::kStack)) continue;
    const Bytes whole = Encoded(Extreme(info));
    for (size_t size = 1; size < whole.size(); ++size) {
      CHECK(DecodeError(Bytes(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size))) ==
            std::string(info.name) + ": has " + std::to_string(whole.size()) +
                " bytes, the code ends after " + std::to_string(size));
    }
  }
  CHECK(DecodeError({}) == "the code ends before the instruction");
  CHECK(DecodeError({0x20}, 1) == "the code ends before the instruction");
  CHECK(DecodeError({0x20}, SIZE_MAX) == "the code ends before the instruction");
}

TEST_CASE("stack code: bytes that are no instruction of stack code are refused", "[bytecode]") {
  for (int code = 0; code <= 0xFF; ++code) {
    const OpcodeInfo* info = FindOpcode(static_cast<uint8_t>(code));
    const std::string error = DecodeError({static_cast<uint8_t>(code), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    if (info == nullptr) {
      CHECK_THAT(error, Catch::StartsWith("there is no opcode 0x"));
    } else {
      CHECK(error.empty() == info->IsIn(Dispatch::kStack));
    }
  }
  CHECK(DecodeError({0xEE}) == "there is no opcode 0xEE");
  CHECK(DecodeError({0x01, 0, 0}) == "Move: is no instruction of stack code");
}

TEST_CASE("stack code: a longest list fits, one more value is refused", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (!info.IsIn(Dispatch::kStack)) continue;
    for (int i = 0; i < info.num_operands; ++i) {
      if (!IsList(info.operands[i].kind)) continue;
      Instruction instruction;
      instruction.opcode = info.opcode;
      instruction.operands[i].list.assign(kMaxListLength, 0);
      CHECK(DecodeError(Encoded(instruction)).empty());
      instruction.operands[i].list.assign(kMaxListLength + 1, 0);
      CHECK(DecodeError(Encoded(instruction)) == std::string(info.name) + ": operand '" +
                                                     std::string(info.operands[i].name) +
                                                     "' lists 901 values, at most 900 are allowed");
    }
  }
}

TEST_CASE("stack code: whatever decodes encodes to the same bytes", "[bytecode]") {
  std::mt19937 random(1);
  int decoded = 0;
  for (int round = 0; round < 50000; ++round) {
    Bytes code(12);
    for (uint8_t& byte : code) byte = static_cast<uint8_t>(random());
    if (random() % 2 == 0)
      code[0] = static_cast<uint8_t>(AllOpcodes()[random() % AllOpcodes().size()].opcode);
    Instruction instruction;
    size_t num_bytes = 0;
    if (!DecodeStackInstruction(code, 0, &instruction, &num_bytes).ok()) continue;
    ++decoded;
    REQUIRE(Encoded(instruction) == Bytes(code.begin(), code.begin() + static_cast<ptrdiff_t>(num_bytes)));
  }
  CHECK(decoded > 10000);
}

}  // namespace
}  // namespace baton
