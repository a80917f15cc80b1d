#include "vm/bytecode/register_code.h"

#include <catch2/catch.hpp>
#include <random>

namespace baton {
namespace {

using Units = std::vector<uint16_t>;

// Values that use every bit of each operand.
Instruction Extreme(const OpcodeInfo& info) {
  Instruction instruction;
  instruction.opcode = info.opcode;
  for (int i = 0; i < info.num_operands; ++i) {
    OperandValue& value = instruction.operands[i];
    switch (info.operands[i].kind) {
      case OperandKind::kDef:
        value.number = 0x7FFE - i;
        break;
      case OperandKind::kUse:
        value.number = 0x7FFE - i;
        value.last_use = i % 2 == 1;
        break;
      case OperandKind::kUses:
      case OperandKind::kUpdates:
        value.list = {1, 0xFFFE, 3};
        break;
      case OperandKind::kDefs:
        value.list = {5, 0x7FFE};
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
    if (is_list ? a.operands[i].list != b.operands[i].list
                : a.operands[i].number != b.operands[i].number ||
                      a.operands[i].last_use != b.operands[i].last_use) {
      return false;
    }
  }
  return a.opcode == b.opcode;
}

// The message of the error, or "" when `code` decodes.
std::string DecodeError(const Units& code) {
  Instruction instruction;
  size_t num_units = 0;
  const absl::Status status = DecodeInstruction(code, 0, &instruction, &num_units);
  if (status.ok()) return "";
  CHECK(status.code() == absl::StatusCode::kDataLoss);
  return std::string(status.message());
}

TEST_CASE("register code: every instruction decodes to what was encoded", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    if (!info.IsIn(Dispatch::kRegister)) continue;
    CAPTURE(std::string(info.name));
    const Instruction instruction = Extreme(info);
    Units code = {0, 0, 0, 0};  // not at the start
    EncodeInstruction(instruction, &code);
    Instruction decoded;
    size_t num_units = 0;
    REQUIRE(DecodeInstruction(code, 4, &decoded, &num_units).ok());
    CHECK(num_units == code.size() - 4);
    CHECK(SameOperands(instruction, decoded));
  }
}

TEST_CASE("register code: three registers are one word", "[bytecode]") {
  Instruction add;
  add.opcode = Opcode::kAddI64;
  add.operands[0].number = 7;
  add.operands[1].number = 3;
  add.operands[2].number = 5;
  Units code;
  EncodeInstruction(add, &code);
  CHECK(code == Units{0x0120, 7, 3, 5});
}

TEST_CASE("register code: lists, indices and last uses lie where the header says", "[bytecode]") {
  Instruction call;
  call.opcode = Opcode::kCallKernel;
  call.operands[0].number = 0x00020003;
  call.operands[1].list = {1, 2 | kLastUse};
  call.operands[2].list = {4};
  Units code;
  EncodeInstruction(call, &code);
  REQUIRE(code == Units{0x026A, 3, 2, 2, 1, 0x8002, 1, 4});
  CHECK(ReadIndex(&code[OperandOffset(Opcode::kCallKernel, 0)]) == 0x00020003);
  const uint16_t* inputs = &code[OperandOffset(Opcode::kCallKernel, 1)];
  REQUIRE(ReadList(inputs).size() == 2);
  CHECK(ReadRegister(&ReadList(inputs)[1]) == 2);
  CHECK(IsLastUse(ReadList(inputs)[1]));
  REQUIRE(ReadList(NextList(inputs)).size() == 1);
  CHECK(ReadList(NextList(inputs))[0] == 4);
  CHECK(InstructionUnits(code.data()) == 8);
}

TEST_CASE("register code: readers give signed immediates and 64-bit patterns back", "[bytecode]") {
  Instruction load;
  load.opcode = Opcode::kLoadInt;
  load.operands[1].number = -123456789012345;
  Units code;
  EncodeInstruction(load, &code);
  CHECK(ReadImm64(&code[OperandOffset(Opcode::kLoadInt, 1)]) == -123456789012345);
  code.clear();
  load.opcode = Opcode::kLoadSmallInt;
  load.operands[1].number = -2;
  EncodeInstruction(load, &code);
  CHECK(ReadImm(&code[OperandOffset(Opcode::kLoadSmallInt, 1)]) == -2);
}

TEST_CASE("register code: a label can be patched", "[bytecode]") {
  Instruction jump;
  jump.opcode = Opcode::kJumpIfNot;
  jump.operands[0].number = 9;
  Units code = {0, 0, 0, 0};
  EncodeInstruction(jump, &code);
  PatchLabel(&code, 4, 0x12345678);
  Instruction decoded;
  size_t num_units = 0;
  REQUIRE(DecodeInstruction(code, 4, &decoded, &num_units).ok());
  CHECK(decoded.operands[0].number == 9);
  CHECK(decoded.operands[1].number == 0x12345678);
}

TEST_CASE("register code: a longest list fits, one more register is refused", "[bytecode]") {
  Instruction call;
  call.opcode = Opcode::kCallKernel;
  call.operands[1].list.assign(kMaxListLength - 1, 1);
  call.operands[2].list.assign(1, 2);
  Units code;
  EncodeInstruction(call, &code);
  CHECK(DecodeError(code).empty());
  code.clear();
  call.operands[2].list.push_back(2);
  EncodeInstruction(call, &code);
  CHECK(DecodeError(code) == "CallKernel: lists hold 901 registers, at most 900 are allowed");
}

TEST_CASE("register code: damaged instructions are refused with the reason", "[bytecode]") {
  CHECK(DecodeError({}) == "the code ends before the instruction");
  CHECK(DecodeError({0x01EE, 0, 0, 0}) == "there is no opcode 0xEE");
  CHECK(DecodeError({0x0020, 1, 2, 3}) == "AddI64: its word count is 0");
  CHECK(DecodeError({0x0220, 1, 2, 3}) == "AddI64: has 2 words, the code ends after 1");
  CHECK(DecodeError({0x0220, 1, 2, 3, 0, 0, 0, 0}) == "AddI64: its word count is too large for its operands");
  CHECK(DecodeError({0x0103, 1, 2, 3}) == "LoadInt: its word count is too small for its operands");
  CHECK(DecodeError({0x0129, 1, 2, 3}) == "NegI64: its padding is not zero");
  CHECK(DecodeError({0x0129, 0x8001, 2, 0}) == "NegI64: operand 'dst' is written and marked as a last use");
  CHECK(DecodeError({0x0213, 0, 0, 0, 1, 0x8001, 0, 0}) ==
        "Call: operand 'results' is written and marked as a last use");
  CHECK(DecodeError({0x0114, 9, 1, 1}) == "Return: its word count is too small for its operands");
  CHECK(DecodeError({0x0114, 0xFFFF, 1, 1}) ==
        "Return: operand 'results' lists 65535 registers, at most 900 are allowed");
}

TEST_CASE("register code: whatever decodes encodes to the same bits", "[bytecode]") {
  std::mt19937 random(1);
  int decoded = 0;
  for (int round = 0; round < 20000; ++round) {
    Units code(12);
    // Small numbers, so that counts are often plausible.
    for (uint16_t& unit : code) unit = static_cast<uint16_t>(random() % 4);
    const OpcodeInfo& info = AllOpcodes()[random() % AllOpcodes().size()];
    if (!info.IsIn(Dispatch::kRegister)) continue;
    code[0] = static_cast<uint16_t>(static_cast<int>(info.opcode) | (1 + random() % 3) << 8);
    Instruction instruction;
    size_t num_units = 0;
    if (!DecodeInstruction(code, 0, &instruction, &num_units).ok()) continue;
    ++decoded;
    Units again;
    EncodeInstruction(instruction, &again);
    REQUIRE(again == Units(code.begin(), code.begin() + static_cast<ptrdiff_t>(num_units)));
  }
  CHECK(decoded > 100);
}

}  // namespace
}  // namespace baton
