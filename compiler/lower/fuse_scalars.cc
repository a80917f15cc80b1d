#include "compiler/lower/fuse_scalars.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "vm/core/dtype.h"

namespace baton {
namespace {

std::optional<int16_t> AsImm(int64_t value) {
  if (value < INT16_MIN || value > INT16_MAX) return std::nullopt;
  return static_cast<int16_t>(value);
}

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

// A branch on `a` and `b`, taken if the comparison holds.
struct Comparison {
  Opcode branch;
  int64_t a, b;
};

// How to branch when the comparison's result is true, or false if `negated`; none when `opcode` compares no
// integers.
std::optional<Comparison> BranchOf(const LowInstruction& compare, bool negated) {
  const int64_t a = compare.operands[1].number, b = compare.operands[2].number;
  switch (compare.opcode) {
    case Opcode::kEqI64:
      return Comparison{negated ? Opcode::kJumpIfNe : Opcode::kJumpIfEq, a, b};
    case Opcode::kNeI64:
      return Comparison{negated ? Opcode::kJumpIfEq : Opcode::kJumpIfNe, a, b};
    case Opcode::kLtI64:
      return negated ? Comparison{Opcode::kJumpIfLe, b, a} : Comparison{Opcode::kJumpIfLt, a, b};
    case Opcode::kLeI64:
      return negated ? Comparison{Opcode::kJumpIfLt, b, a} : Comparison{Opcode::kJumpIfLe, a, b};
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
    std::optional<int16_t> constant;  // its value, when LoadSmallInt is its only definition
    uint32_t def_block = kNowhere, def_instruction = 0;  // the latest definition so far
  };

  void Count();
  void FuseBlock();
  void FuseConstant(LowInstruction* sum);
  void FuseWrap(LowInstruction* wrap);
  void FuseBranch(LowInstruction* branch);
  void FuseMove(LowInstruction* move);
  void SetBranch(const Comparison& comparison, int64_t target, LowInstruction* branch);
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
  std::optional<int16_t> Constant(int64_t reg) const { return registers_[reg].constant; }

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
        registers_[instruction.operands[0].number].constant = AsImm(instruction.operands[1].number);
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
  size_t i = 0;
  const auto is_fused = [&](const LowInstruction&) { return is_fused_[i++]; };
  instructions.erase(std::remove_if(instructions.begin(), instructions.end(), is_fused), instructions.end());
}

// a + 1, 1 + a, a - 1.
void ScalarFusion::FuseConstant(LowInstruction* sum) {
  const bool is_difference = sum->opcode == Opcode::kSubI64;
  if (sum->opcode != Opcode::kAddI64 && !is_difference) return;
  int64_t a = sum->operands[1].number, b = sum->operands[2].number;
  if (!is_difference && !Constant(b)) std::swap(a, b);
  if (!Constant(b)) return;
  const std::optional<int16_t> addend = AsImm(is_difference ? -int64_t{*Constant(b)} : *Constant(b));
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
    opposite.opcode = negated ? Opcode::kJumpIf : Opcode::kJumpIfNot;
    opposite.operands[0] = producer->operands[1];
    Replace(producer, std::move(opposite), branch);
    FuseBranch(branch);
  } else if (const std::optional<Comparison> comparison = BranchOf(*producer, negated)) {
    LowInstruction fused = *branch;
    SetBranch(*comparison, branch->operands[1].number, &fused);
    Replace(producer, std::move(fused), branch);
  }
}

// With a constant on either side, the branch that has it as an immediate.
void ScalarFusion::SetBranch(const Comparison& comparison, int64_t target, LowInstruction* branch) {
  const auto set = [&](Opcode opcode, int64_t a, int64_t b) {
    branch->opcode = opcode;
    branch->operands[0].number = a;
    branch->operands[1].number = b;
    branch->operands[2].number = target;
  };
  const auto [opcode, a, b] = comparison;
  const bool is_equality = opcode == Opcode::kJumpIfEq || opcode == Opcode::kJumpIfNe;
  if (is_equality && (Constant(a) || Constant(b))) {
    const Opcode with_imm = opcode == Opcode::kJumpIfEq ? Opcode::kJumpIfEqImm : Opcode::kJumpIfNeImm;
    return Constant(b) ? set(with_imm, a, *Constant(b)) : set(with_imm, b, *Constant(a));
  }
  // a <= 3 is a < 4, and 3 < b is b >= 4.
  const bool or_equal = opcode == Opcode::kJumpIfLe;
  if (!is_equality && Constant(b)) {
    if (const auto imm = AsImm(int64_t{*Constant(b)} + or_equal)) return set(Opcode::kJumpIfLtImm, a, *imm);
  }
  if (!is_equality && Constant(a)) {
    if (const auto imm = AsImm(int64_t{*Constant(a)} + !or_equal)) return set(Opcode::kJumpIfGeImm, b, *imm);
  }
  set(opcode, a, b);
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
