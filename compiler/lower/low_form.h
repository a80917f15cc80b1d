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

struct LowOperand {
  int64_t number = 0;                 // register, immediate, table index; for a label the index of a block
  std::vector<VirtualRegister> list;  // kUses, kDefs
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

// Calls `use(register)` for each register that the instruction reads and `def(register)` for each it writes.
// `instruction` is a LowInstruction; unless it is const, the functions may take the register by reference and
// change it.
template <typename Instruction, typename UseFunction, typename DefFunction>
void VisitRegisters(Instruction& instruction, UseFunction use, DefFunction def) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  for (int i = 0; i < info.num_operands; ++i) {
    auto& operand = instruction.operands[i];
    switch (info.operands[i].kind) {
      case OperandKind::kUse:
        use(operand.number);
        break;
      case OperandKind::kDef:
        def(operand.number);
        break;
      case OperandKind::kUses:
        for (auto& r : operand.list) use(r);
        break;
      case OperandKind::kDefs:
        for (auto& r : operand.list) def(r);
        break;
      default:
        break;
    }
  }
}

// For goldens: "b0:\n  v2 = GetDim v0, 1\n ..."
std::string PrintLowFunction(const LowFunction& function);

}  // namespace baton
