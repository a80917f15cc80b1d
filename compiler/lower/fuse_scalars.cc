#include "compiler/lower/fuse_scalars.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/lower/compare_branch.h"
#include "compiler/lower/control_flow.h"
#include "vm/core/dtype.h"

namespace baton {
namespace {

// True for instructions that only compute a scalar from scalars, and never fail: they may move to where their
// result is read.
bool IsPure(const LowInstruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::kMove:  // moving it gains nothing
    case Opcode::kDivI64:
    case Opcode::kRemI64:
    case Opcode::kFloorDivI64:
    case Opcode::kFloorModI64:
    case Opcode::kAddDim:
    case Opcode::kMulDim:
    case Opcode::kAlignDim:
      return false;
    default:
      break;
  }
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  if (info.flow != Flow::kNext || info.num_operands == 0 || info.operands[0].kind != OperandKind::kDef) {
    return false;
  }
  for (int i = 0; i < info.num_operands; ++i) {
    const Operand& operand = info.operands[i];
    const bool is_scalar = operand.slot.has_value() && !IsReference(*operand.slot);
    const bool fits = i == 0 || operand.kind == OperandKind::kUse
                          ? is_scalar
                          : operand.kind == OperandKind::kImm || operand.kind == OperandKind::kImm64;
    if (!fits) return false;
  }
  return true;
}

// The instruction that gives the sum, difference or product of `opcode` as int32 holds it.
std::optional<Opcode> Int32Form(Opcode opcode) {
  switch (opcode) {
    case Opcode::kAddI64:
      return Opcode::kAddI32;
    case Opcode::kSubI64:
      return Opcode::kSubI32;
    case Opcode::kMulI64:
      return Opcode::kMulI32;
    case Opcode::kAddImm:
      return Opcode::kAddImmI32;
    default:
      return std::nullopt;
  }
}

class ScalarFusion {
 public:
  explicit ScalarFusion(LowFunction* function) : function_(*function), registers_(function->kinds.size()) {}

  void Run() {
    Count();
    for (current_ = 0; current_ < function_.blocks.size(); ++current_) FuseBlock();
    RemoveUnreadConstants();
  }

 private:
  static constexpr uint32_t kNowhere = UINT32_MAX;
  struct Register {
    int num_defs = 0, num_uses = 0;
    SmallConstant constant;  // its value, when LoadSmallInt is its only definition
    uint32_t def_block = kNowhere, def_instruction = 0;  // the latest definition so far
  };

  void Count();
  void FuseBlock();
  void FuseConstant(LowInstruction* sum);
  void FuseWrap(LowInstruction* wrap);
  void FuseBranch(LowInstruction* branch);
  void FuseMove(LowInstruction* move);
  LowInstruction* Producer(int64_t reg);
  void Replace(LowInstruction* producer, LowInstruction replacement, LowInstruction* consumer);
  void RemoveUnreadConstants();

  void AddUses(const LowInstruction& instruction, int count) {
    VisitRegisters(
        instruction, [&](auto use) { registers_[use].num_uses += count; }, [](auto) {});
  }
  void Rewrite(LowInstruction* instruction, LowInstruction replacement) {
    AddUses(*instruction, -1);
    AddUses(replacement, 1);
    *instruction = std::move(replacement);
  }
  SmallConstant Constant(int64_t reg) const { return registers_[reg].constant; }

  LowFunction& function_;
  std::vector<Register> registers_;
  uint32_t current_ = 0;        // block
  std::vector<bool> is_fused_;  // by instruction of the block: its work is done elsewhere now
};

void ScalarFusion::Count() {
  for (int32_t i = 0; i < function_.num_parameters; ++i) ++registers_[i].num_defs;
  for (const BasicBlock& block : function_.blocks) {
    for (const LowInstruction& instruction : block.instructions) {
      AddUses(instruction, 1);
      VisitRegisters(
          instruction, [](auto) {}, [&](auto def) { ++registers_[def].num_defs; });
      if (instruction.opcode == Opcode::kLoadSmallInt) {
        registers_[instruction.operands[0].number].constant = AsSmallConstant(instruction.operands[1].number);
      }
    }
  }
  for (Register& reg : registers_) {
    if (reg.num_defs != 1) reg.constant.reset();
  }
}

void ScalarFusion::FuseBlock() {
  std::vector<LowInstruction>& instructions = function_.blocks[current_].instructions;
  is_fused_.assign(instructions.size(), false);
  for (uint32_t i = 0; i < instructions.size(); ++i) {
    FuseConstant(&instructions[i]);
    FuseWrap(&instructions[i]);
    FuseBranch(&instructions[i]);
    FuseMove(&instructions[i]);
    VisitRegisters(
        instructions[i], [](auto) {},
        [&](auto def) {
          registers_[def].def_block = current_;
          registers_[def].def_instruction = i;
        });
  }
  size_t num_kept = 0;
  for (size_t i = 0; i < instructions.size(); ++i) {
    if (is_fused_[i]) continue;
    if (num_kept != i) instructions[num_kept] = std::move(instructions[i]);
    ++num_kept;
  }
  instructions.resize(num_kept);
}

// a + 1, 1 + a, a - 1.
void ScalarFusion::FuseConstant(LowInstruction* sum) {
  const bool is_difference = sum->opcode == Opcode::kSubI64;
  if (sum->opcode != Opcode::kAddI64 && !is_difference) return;
  int64_t a = sum->operands[1].number, b = sum->operands[2].number;
  if (!is_difference && !Constant(b)) std::swap(a, b);
  if (!Constant(b)) return;
  const SmallConstant addend = AsSmallConstant(is_difference ? -int64_t{*Constant(b)} : *Constant(b));
  if (!addend) return;
  LowInstruction fused{Opcode::kAddImm, {sum->operands[0], {a, {}}, {*addend, {}}}, sum->location};
  Rewrite(sum, std::move(fused));
}

// The instruction before this one, in this block, whose result nobody but this one reads and that could as
// well stand here; null when there is none.
LowInstruction* ScalarFusion::Producer(int64_t reg) {
  const Register& result = registers_[reg];
  if (result.num_defs != 1 || result.num_uses != 1 || result.def_block != current_) return nullptr;
  LowInstruction& producer = function_.blocks[current_].instructions[result.def_instruction];
  if (!IsPure(producer)) return nullptr;
  bool operands_stay = true;
  VisitRegisters(
      std::as_const(producer),
      [&](auto use) {
        const Register& operand = registers_[use];
        operands_stay &= operand.def_block != current_ || operand.def_instruction < result.def_instruction;
      },
      [](auto) {});
  return operands_stay ? &producer : nullptr;
}

// `replacement` does the work of both.
void ScalarFusion::Replace(LowInstruction* producer, LowInstruction replacement, LowInstruction* consumer) {
  is_fused_[static_cast<size_t>(producer - function_.blocks[current_].instructions.data())] = true;
  AddUses(*producer, -1);
  Rewrite(consumer, std::move(replacement));
}

void ScalarFusion::FuseWrap(LowInstruction* wrap) {
  if (wrap->opcode != Opcode::kWrapI64) return;
  if (wrap->operands[2].number != static_cast<int64_t>(DType::kInt32)) return;
  LowInstruction* producer = Producer(wrap->operands[1].number);
  const std::optional<Opcode> form = producer != nullptr ? Int32Form(producer->opcode) : std::nullopt;
  if (!form) return;
  LowInstruction fused = *producer;
  fused.opcode = *form;
  fused.operands[0] = wrap->operands[0];
  Replace(producer, std::move(fused), wrap);
}

void ScalarFusion::FuseBranch(LowInstruction* branch) {
  if (branch->opcode != Opcode::kJumpIf && branch->opcode != Opcode::kJumpIfNot) return;
  LowInstruction* producer = Producer(branch->operands[0].number);
  if (producer == nullptr) return;
  const bool negated = branch->opcode == Opcode::kJumpIfNot;
  if (producer->opcode == Opcode::kNotBool) {
    LowInstruction opposite = *branch;
    InvertBranch(&opposite);
    opposite.operands[0] = producer->operands[1];
    Replace(producer, std::move(opposite), branch);
    return FuseBranch(branch);
  }
  if (!ComparesIntegers(producer->opcode)) return;
  LowInstruction fused = BranchOnComparison(*producer, negated, Constant(producer->operands[1].number),
                                            Constant(producer->operands[2].number));
  fused.operands[LabelOperand(fused)] = branch->operands[LabelOperand(*branch)];
  fused.location = branch->location;
  Replace(producer, std::move(fused), branch);
}

// t := i + 1; ... reads i ...; i := t. Here i and t could not share a register.
void ScalarFusion::FuseMove(LowInstruction* move) {
  if (move->opcode != Opcode::kMove) return;
  const int64_t target = move->operands[0].number;
  LowInstruction* producer = Producer(move->operands[1].number);
  if (producer == nullptr) return;
  bool reads_target = false;
  VisitRegisters(
      std::as_const(*producer), [&](auto use) { reads_target |= int64_t{use} == target; }, [](auto) {});
  if (!reads_target) return;
  LowInstruction fused = *producer;
  fused.operands[0].number = target;
  Replace(producer, std::move(fused), move);
}

void ScalarFusion::RemoveUnreadConstants() {
  const auto is_unread = [&](const LowInstruction& instruction) {
    return instruction.opcode == Opcode::kLoadSmallInt &&
           registers_[instruction.operands[0].number].num_uses == 0;
  };
  for (BasicBlock& block : function_.blocks) {
    std::vector<LowInstruction>& instructions = block.instructions;
    instructions.erase(std::remove_if(instructions.begin(), instructions.end(), is_unread),
                       instructions.end());
  }
}

}  // namespace

void FuseScalars(LowFunction* function) {
  ScalarFusion(function).Run();
}

}  // namespace baton
