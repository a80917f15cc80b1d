// The low form: basic blocks of the bytecode's instructions over any number of virtual registers. What
// lowering makes, register assignment rewrites and the encoders read. Not SSA: a virtual register may be
// written in several places (results of an `if`, loop-carried values).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vm/bytecode/executable.h"
#include "vm/bytecode/opcode.h"
#include "vm/core/value.h"

namespace baton {

using VirtualRegister = uint32_t;

// In stack form (stack_form.h): the place of a value that lies on the operand stack instead of in a register.
inline constexpr VirtualRegister kOnStack = UINT32_MAX;

struct LowOperand {
  int64_t number = 0;                 // register, immediate, table index; for a label the index of a block
  std::vector<VirtualRegister> list;  // of lists
};

struct LowInstruction {
  Opcode opcode = Opcode::kJump;
  LowOperand operands[kMaxOperands];
  int32_t location = 0;  // Executable::locations
};

// Control enters at the top only. The last instruction may jump, branch, return or raise; otherwise, and when
// a branch is not taken, control falls through to the next block in order.
struct BasicBlock {
  std::vector<LowInstruction> instructions;
};

struct LowFunction {
  std::string name;
  std::vector<SlotKind> kinds;  // by virtual register; the first num_parameters are the parameters
  int32_t num_parameters = 0;
  std::vector<SlotKind> result_kinds;
  std::vector<BasicBlock> blocks;

  VirtualRegister NewRegister(SlotKind kind) {
    kinds.push_back(kind);
    return static_cast<VirtualRegister>(kinds.size() - 1);
  }
};

// Calls `use(register)` for each register that the instruction reads and `def(register)` for each it writes;
// not for values on the operand stack. `instruction` is a LowInstruction; unless it is const, the functions
// may take the register by reference and change it.
template <typename Instruction, typename UseFunction, typename DefFunction>
void VisitRegisters(Instruction& instruction, UseFunction use, DefFunction def) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  for (int i = 0; i < info.num_operands; ++i) {
    auto& operand = instruction.operands[i];
    switch (info.operands[i].kind) {
      case OperandKind::kUse:
      case OperandKind::kUseLocal:
      case OperandKind::kUseWideLocal:
        if (operand.number != kOnStack) use(operand.number);
        break;
      case OperandKind::kDef:
      case OperandKind::kDefLocal:
      case OperandKind::kDefWideLocal:
        if (operand.number != kOnStack) def(operand.number);
        break;
      case OperandKind::kUses:
      case OperandKind::kUpdates:
        for (auto& r : operand.list) {
          if (r != kOnStack) use(r);
        }
        break;
      case OperandKind::kDefs:
        for (auto& r : operand.list) {
          if (r != kOnStack) def(r);
        }
        break;
      default:
        break;
    }
  }
}

// For goldens: "b0:\n  v2 = GetDim v0, 1\n ..."
std::string PrintLowFunction(const LowFunction& function);

}  // namespace baton
