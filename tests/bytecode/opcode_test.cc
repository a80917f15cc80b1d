#include "vm/bytecode/opcode.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/bytecode/opcode_reference.h"
#include "vm/bytecode/register_code.h"

namespace baton {
namespace {

TEST_CASE("opcode: every row is found by its code and by its name", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    CAPTURE(std::string(info.name));
    CHECK(FindOpcode(static_cast<uint8_t>(info.opcode)) == &info);
    CHECK(FindOpcode(info.name) == &info);
    CHECK(&GetOpcode(info.opcode) == &info);
  }
}

TEST_CASE("opcode: codes and names that are not in the table are not found", "[bytecode]") {
  std::set<int> codes;
  for (const OpcodeInfo& info : AllOpcodes()) codes.insert(static_cast<int>(info.opcode));
  for (int code = 0; code < 256; ++code) {
    CHECK((FindOpcode(static_cast<uint8_t>(code)) != nullptr) == (codes.count(code) == 1));
  }
  CHECK(FindOpcode("addi64") == nullptr);
  CHECK(FindOpcode("") == nullptr);
}

TEST_CASE("opcode: a row lists operands in order with their kinds", "[bytecode]") {
  const OpcodeInfo& info = GetOpcode(Opcode::kAllocInArena);
  REQUIRE(info.num_operands == 4);
  CHECK(info.operands[0].kind == OperandKind::kDef);
  CHECK(info.operands[0].slot == SlotKind::kTensor);
  CHECK(info.operands[1].kind == OperandKind::kTypeIndex);
  CHECK(info.operands[2].kind == OperandKind::kUse);
  CHECK(info.operands[2].slot == SlotKind::kI64);
  CHECK(info.operands[3].kind == OperandKind::kUses);
  CHECK(info.operands[3].name == "dims");
  CHECK(GetOpcode(Opcode::kLeaveArena).num_operands == 0);
  CHECK_FALSE(GetOpcode(Opcode::kMove).operands[0].slot.has_value());
  CHECK(GetOpcode(Opcode::kJumpIfNot).flow == Flow::kBranch);
}

TEST_CASE("opcode: every branch and jump has exactly one label, and nothing else has any", "[bytecode]") {
  for (const OpcodeInfo& info : AllOpcodes()) {
    CAPTURE(std::string(info.name));
    int labels = 0;
    for (int i = 0; i < info.num_operands; ++i) labels += info.operands[i].kind == OperandKind::kLabel;
    CHECK(labels == (info.flow == Flow::kJump || info.flow == Flow::kBranch ? 1 : 0));
  }
}

TEST_CASE("opcode: operand offsets are known at compile time", "[bytecode]") {
  STATIC_REQUIRE(OperandOffset(Opcode::kAddI64, 0) == 1);
  STATIC_REQUIRE(OperandOffset(Opcode::kAddI64, 2) == 3);
  STATIC_REQUIRE(OperandOffset(Opcode::kLoadInt, 1) == 2);
  STATIC_REQUIRE(OperandOffset(Opcode::kCheckEqual, 2) == 3);
  STATIC_REQUIRE(OperandOffset(Opcode::kAllocInArena, 2) == 4);
  STATIC_REQUIRE(OperandOffset(Opcode::kAllocInArena, 3) == 5);
  STATIC_REQUIRE(OperandOffset(Opcode::kCallKernel, 1) == 3);
  STATIC_REQUIRE(OperandOffset(Opcode::kCallKernel, 2) == -1);
}

TEST_CASE("opcode: docs/bytecode.md has the table of opcodes.def", "[bytecode]") {
  std::ifstream file(std::string(BATON_SOURCE_DIR) + "/docs/bytecode.md");
  REQUIRE(file.good());
  std::stringstream page;
  page << file.rdbuf();
  const std::string expected = OpcodeReference();
  INFO("the page must contain:\n" << expected);
  CHECK(page.str().find("\n" + expected) != std::string::npos);
}

}  // namespace
}  // namespace baton
