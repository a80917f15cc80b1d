#include "tests/compiler/low_machine.h"

#include <catch2/catch.hpp>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/bytecode/register_code.h"
#include "vm/bytecode/stack_code.h"

namespace baton {
namespace {

constexpr int64_t kMaxSteps = 200000;

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
  Cell& cell(size_t index) { return cells_.at(index); }

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

// Stack code, instruction by instruction: the operand stack is a row of cells behind the locals, and what an
// instruction takes and pushes are registers for a moment. It pushes above what it takes, then all moves
// down.
class StackMachine {
 public:
  StackMachine(const Function& function, const std::vector<int64_t>& arguments)
      : code_(function.stack.code),
        num_locals_(function.parameters().size() + function.stack.local_kinds.size()),
        kinds_(KindsOf(function)),
        machine_(kinds_, arguments) {}

  RunResult Run() {
    Instruction instruction;
    size_t num_bytes = 0;
    for (size_t place = 0;;) {
      REQUIRE(DecodeStackInstruction(code_, place, &instruction, &num_bytes).ok());
      const Next next =
          IsLocalInstruction(instruction.opcode) ? MoveLocal(instruction) : Execute(instruction);
      if (next == Next::kStop) return machine_.result;
      place = next == Next::kJump ? static_cast<size_t>(machine_.label) : place + num_bytes;
    }
  }

 private:
  static constexpr size_t kMaxPushed = 16;
  static std::vector<SlotKind> KindsOf(const Function& function) {
    std::vector<SlotKind> kinds(function.parameters().begin(), function.parameters().end());
    kinds.insert(kinds.end(), function.stack.local_kinds.begin(), function.stack.local_kinds.end());
    kinds.resize(kinds.size() + static_cast<size_t>(function.stack.max_height) + kMaxPushed);
    return kinds;
  }
  static bool IsLocalInstruction(Opcode opcode) { return opcode >= Opcode::kLocalGet; }

  Next MoveLocal(const Instruction& instruction) {
    ++machine_.result.num_instructions;
    const bool reads = GetOpcode(instruction.opcode).operands[0].kind == OperandKind::kDef;
    const auto local = static_cast<size_t>(instruction.operands[reads ? 1 : 0].number);
    const size_t top = num_locals_ + height_;
    switch (instruction.opcode) {
      case Opcode::kLocalGet:
      case Opcode::kLocalGetWide:
        machine_.cell(top) = machine_.cell(local);
        break;
      case Opcode::kLocalTake:
      case Opcode::kLocalTakeWide:
        REQUIRE(machine_.cell(local).tensor != nullptr);
        machine_.cell(top) = std::exchange(machine_.cell(local), Cell{});
        break;
      case Opcode::kLocalSet:
      case Opcode::kLocalSetWide:
        machine_.cell(local) = std::exchange(machine_.cell(top - 1), Cell{});
        --height_;
        return Next::kFallThrough;
      case Opcode::kLocalTee:
      case Opcode::kLocalTeeWide:
        machine_.cell(local) = machine_.cell(top - 1);
        return Next::kFallThrough;
      default:
        machine_.cell(top - 1) = Cell{};
        --height_;
        return Next::kFallThrough;
    }
    kinds_[top] = kinds_[local];
    ++height_;
    return Next::kFallThrough;
  }

  Next Execute(Instruction instruction) {
    const OpcodeInfo& info = GetOpcode(instruction.opcode);
    size_t num_taken = static_cast<size_t>(NumStackUses(info.opcode)), num_pushed = 0;
    for (int i = 0; i < info.num_operands; ++i) {
      if (IsUseList(info.operands[i].kind)) num_taken += instruction.operands[i].list.size();
    }
    REQUIRE(num_taken <= height_);
    const size_t first = num_locals_ + height_ - num_taken, above = num_locals_ + height_;
    size_t next_taken = first;
    const auto push = [&](SlotKind kind) {
      kinds_[above + num_pushed] = kind;
      return above + num_pushed++;
    };
    for (int i = 0; i < info.num_operands; ++i) {
      OperandValue& value = instruction.operands[i];
      const OperandKind kind = info.operands[i].kind;
      if (kind == OperandKind::kUse) {
        value.last_use = IsReference(kinds_[next_taken]);
        value.number = static_cast<int64_t>(next_taken++);
      } else if (IsUseList(kind)) {
        for (uint16_t& unit : value.list) {
          unit = static_cast<uint16_t>(next_taken | (IsReference(kinds_[next_taken]) ? kLastUse : 0));
          ++next_taken;
        }
      } else if (kind == OperandKind::kDef) {
        value.number = static_cast<int64_t>(push(*info.operands[i].slot));
      } else if (kind == OperandKind::kDefs) {  // of kernels
        for (uint16_t& unit : value.list) unit = static_cast<uint16_t>(push(SlotKind::kTensor));
      }
    }
    const Next next = machine_.Execute(instruction);
    for (size_t i = 0; i < num_pushed; ++i) {
      kinds_[first + i] = kinds_[above + i];
      machine_.cell(first + i) = std::exchange(machine_.cell(above + i), Cell{});
    }
    height_ = height_ - num_taken + num_pushed;
    return next;
  }

  const std::vector<uint8_t>& code_;
  const size_t num_locals_;
  std::vector<SlotKind> kinds_;  // of locals, and of what lies on the stack
  Machine machine_;
  size_t height_ = 0;
};

}  // namespace

RunResult RunStackCode(const Function& function, const std::vector<int64_t>& arguments) {
  return StackMachine(function, arguments).Run();
}

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
