// The two tables that know operations on sequences: the IR's and the instructions'.
#include <catch2/catch.hpp>
#include <set>

#include "compiler/ir/sequence_operation.h"
#include "compiler/lower/function_lowering.h"
#include "vm/bytecode/opcode.h"

namespace baton {
namespace {

using ir::SequenceArgument;
using ir::SequenceAttribute;

// What the instruction takes for an argument, as "use i64".
std::string InstructionOperand(SequenceArgument argument) {
  switch (argument) {
    case SequenceArgument::kSequence:
      return "use object";
    case SequenceArgument::kElement:
      return "use tensor";
    case SequenceArgument::kElements:
      return "uses tensor";
    case SequenceArgument::kPosition:
      return "use i64";
  }
  return "";
}

std::string Text(const Operand& operand) {
  switch (operand.kind) {
    case OperandKind::kUse:
      return absl::StrCat("use ", SlotKindName(*operand.slot));
    case OperandKind::kUses:
      return absl::StrCat("uses ", SlotKindName(*operand.slot));
    default:
      return std::string(operand.name);
  }
}

TEST_CASE("operations on sequences: each has an instruction of its own with the same operands", "[lower]") {
  std::set<Opcode> opcodes;
  for (const ir::SequenceOperationInfo& operation : ir::AllSequenceOperations()) {
    CAPTURE(std::string(operation.name));
    CHECK(&ir::GetSequenceOperation(operation.operation) == &operation);
    const OpcodeInfo& instruction = GetOpcode(SequenceOpcode(operation.operation));
    CHECK(opcodes.insert(instruction.opcode).second);
    std::vector<std::string> expected, found;
    for (const SequenceArgument argument : operation.arguments) {
      expected.push_back(InstructionOperand(argument));
    }
    if (operation.Has(SequenceAttribute::kAxis)) expected.push_back("axis");
    if (operation.Has(SequenceAttribute::kEmpty)) expected.push_back("empty");
    if (operation.Has(SequenceAttribute::kAxis)) expected.push_back("what");
    REQUIRE(instruction.operands[0].kind == OperandKind::kDef);
    for (int i = 1; i < instruction.num_operands; ++i) found.push_back(Text(instruction.operands[i]));
    CHECK(found == expected);
  }
}

}  // namespace
}  // namespace baton
