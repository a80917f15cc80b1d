#include "tests/compiler/low_machine.h"

#include <catch2/catch.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/bytecode/register_code.h"

namespace baton {
namespace {

constexpr int64_t kMaxSteps = 100000;

using FakeTensor = std::shared_ptr<const std::vector<int64_t>>;
struct Cell {
  int64_t number = 0;
  FakeTensor tensor;
};

enum class Next { kFallThrough, kJump, kStop };

// Executes instructions of either form; registers are virtual or physical.
class Machine {
 public:
  Machine(const std::vector<SlotKind>& kinds, const std::vector<int64_t>& arguments)
      : kinds_(kinds), cells_(kinds.size()) {
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (IsReference(kinds[i]))
        cells_[i].tensor = MakeFake({arguments[i]});
      else
        cells_[i].number = arguments[i];
    }
  }

  RunResult result;
  int64_t label = 0;  // after kJump

  Next Execute(const Instruction& instruction) {
    if (++steps_ > kMaxSteps) return Stop("too many steps");
    result.num_moves += instruction.opcode == Opcode::kMove;
    result.num_jumps += instruction.opcode == Opcode::kJump;
    ++result.num_instructions;
    const OperandValue* operands = instruction.operands;
    switch (instruction.opcode) {
      case Opcode::kLoadSmallInt:
        return SetNumber(operands[0], operands[1].number);
      case Opcode::kAddI64:
        return SetNumber(operands[0], (Number(operands[1]) + Number(operands[2])) % 10007);
      case Opcode::kSubI64:
        return SetNumber(operands[0], (Number(operands[1]) - Number(operands[2])) % 10007);
      case Opcode::kAddImm:
        return SetNumber(operands[0], (Number(operands[1]) + operands[2].number) % 10007);
      case Opcode::kLtI64:
        return SetNumber(operands[0], Number(operands[1]) < Number(operands[2]));
      case Opcode::kLeI64:
        return SetNumber(operands[0], Number(operands[1]) <= Number(operands[2]));
      case Opcode::kEqI64:
        return SetNumber(operands[0], Number(operands[1]) == Number(operands[2]));
      case Opcode::kNeI64:
        return SetNumber(operands[0], Number(operands[1]) != Number(operands[2]));
      case Opcode::kNotBool:
        return SetNumber(operands[0], Number(operands[1]) == 0);
      case Opcode::kMove:
        return Move(operands);
      case Opcode::kJump:
        return Jump(operands[0]);
      case Opcode::kJumpIf:
        return JumpWhen(Number(operands[0]) != 0, operands[1]);
      case Opcode::kJumpIfNot:
        return JumpWhen(Number(operands[0]) == 0, operands[1]);
      case Opcode::kJumpIfEq:
        return JumpWhen(Number(operands[0]) == Number(operands[1]), operands[2]);
      case Opcode::kJumpIfNe:
        return JumpWhen(Number(operands[0]) != Number(operands[1]), operands[2]);
      case Opcode::kJumpIfLt:
        return JumpWhen(Number(operands[0]) < Number(operands[1]), operands[2]);
      case Opcode::kJumpIfLe:
        return JumpWhen(Number(operands[0]) <= Number(operands[1]), operands[2]);
      case Opcode::kJumpIfEqImm:
        return JumpWhen(Number(operands[0]) == operands[1].number, operands[2]);
      case Opcode::kJumpIfNeImm:
        return JumpWhen(Number(operands[0]) != operands[1].number, operands[2]);
      case Opcode::kJumpIfLtImm:
        return JumpWhen(Number(operands[0]) < operands[1].number, operands[2]);
      case Opcode::kJumpIfGeImm:
        return JumpWhen(Number(operands[0]) >= operands[1].number, operands[2]);
      case Opcode::kMakeTensor:
        return MakeTensor(operands);
      case Opcode::kGetElementI64:
        return SetNumber(operands[0], Take(Unit(operands[1]))->at(operands[2].number));
      case Opcode::kCallKernelAlloc:
        return CallKernel(operands);
      case Opcode::kRelease:
        return Take(static_cast<uint16_t>(operands[0].number | kLastUse)), Next::kFallThrough;
      case Opcode::kRaise:
        return Stop("fails");
      case Opcode::kReturn:
        return Return(operands[0]);
      default:
        FAIL("no interpretation of " << std::string(GetOpcode(instruction.opcode).name));
        return Next::kStop;
    }
  }

 private:
  static FakeTensor MakeFake(std::vector<int64_t> values) {
    return std::make_shared<const std::vector<int64_t>>(std::move(values));
  }
  static uint16_t Unit(const OperandValue& operand) {
    return static_cast<uint16_t>(operand.number | (operand.last_use ? kLastUse : 0));
  }
  int64_t Number(const OperandValue& operand) { return cells_.at(operand.number).number; }
  Next SetNumber(const OperandValue& operand, int64_t value) {
    cells_.at(operand.number).number = value;
    return Next::kFallThrough;
  }
  Next Jump(const OperandValue& operand) {
    label = operand.number;
    return Next::kJump;
  }
  Next JumpWhen(bool condition, const OperandValue& operand) {
    return condition ? Jump(operand) : Next::kFallThrough;
  }
  Next Stop(std::string why) {
    result.output = std::move(why);
    return Next::kStop;
  }
  FakeTensor Take(uint16_t unit) {
    FakeTensor& cell = cells_.at(ReadRegister(&unit)).tensor;
    REQUIRE(cell != nullptr);
    return IsLastUse(unit) ? std::move(cell) : cell;
  }
  Next Move(const OperandValue* operands) {
    Cell& to = cells_.at(operands[0].number);
    if (!IsReference(kinds_[operands[0].number])) {
      to.number = Number(operands[1]);
    } else {
      FakeTensor moved = Take(Unit(operands[1]));
      to.tensor = std::move(moved);
    }
    return Next::kFallThrough;
  }
  // The first element is of use: others are there to have lists.
  Next MakeTensor(const OperandValue* operands) {
    std::vector<int64_t> values;
    for (const uint16_t unit : operands[2].list) values.push_back(cells_.at(unit).number);
    cells_.at(operands[0].number).tensor = MakeFake(values);
    return Next::kFallThrough;
  }
  // Output k is the sum of the first elements of the inputs, each with its place as weight, plus k. Writes
  // first one output, then reads on, so that outputs in registers of inputs are found out.
  Next CallKernel(const OperandValue* operands) {
    for (size_t k = 0; k < operands[2].list.size(); ++k) {
      int64_t sum = static_cast<int64_t>(k);
      for (size_t i = 0; i < operands[1].list.size(); ++i) {
        const uint16_t unit = operands[1].list[i];
        sum += static_cast<int64_t>(i + 1) * Take(ReadRegister(&unit))->at(0);
      }
      cells_.at(operands[2].list[k]).tensor = MakeFake({sum % 10007});
    }
    for (const uint16_t unit : operands[1].list) {
      if (IsLastUse(unit)) Take(unit);
    }
    return Next::kFallThrough;
  }
  Next Return(const OperandValue& operand) {
    std::vector<std::string> texts;
    for (const uint16_t unit : operand.list) {
      const uint16_t reg = ReadRegister(&unit);
      texts.push_back(IsReference(kinds_[reg]) ? absl::StrCat("[", absl::StrJoin(*Take(unit), " "), "]")
                                               : absl::StrCat(cells_.at(reg).number));
    }
    for (const Cell& cell : cells_) result.num_held += cell.tensor != nullptr;
    return Stop(absl::StrJoin(texts, ", "));
  }

  const std::vector<SlotKind>& kinds_;
  std::vector<Cell> cells_;
  int64_t steps_ = 0;
};

Instruction ToInstruction(const LowInstruction& low) {
  Instruction instruction;
  instruction.opcode = low.opcode;
  for (int i = 0; i < kMaxOperands; ++i) {
    instruction.operands[i].number = low.operands[i].number;
    instruction.operands[i].list.assign(low.operands[i].list.begin(), low.operands[i].list.end());
  }
  return instruction;
}

}  // namespace

RunResult RunLowForm(const LowFunction& function, const std::vector<int64_t>& arguments) {
  Machine machine(function.kinds, arguments);
  for (size_t block = 0, i = 0;;) {
    if (i == function.blocks[block].instructions.size()) {
      ++block;
      i = 0;
      continue;
    }
    const Next next = machine.Execute(ToInstruction(function.blocks[block].instructions[i]));
    if (next == Next::kStop) return machine.result;
    if (next == Next::kJump) block = static_cast<size_t>(machine.label);
    i = next == Next::kJump ? 0 : i + 1;
  }
}

RunResult RunRegisterCode(const Function& function, const std::vector<int64_t>& arguments) {
  Machine machine(function.register_kinds, arguments);
  Instruction instruction;
  for (size_t unit = 0;;) {
    size_t num_units = 0;
    REQUIRE(DecodeInstruction(function.code, unit, &instruction, &num_units).ok());
    const Next next = machine.Execute(instruction);
    if (next == Next::kStop) return machine.result;
    unit = next == Next::kJump ? static_cast<size_t>(machine.label) * kUnitsPerWord : unit + num_units;
  }
}

}  // namespace baton
