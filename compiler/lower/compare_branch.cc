#include "compiler/lower/compare_branch.h"

#include <utility>

#include "compiler/lower/control_flow.h"

namespace baton {
namespace {

LowInstruction MakeBranch(Opcode opcode, int64_t a, int64_t b) {
  LowInstruction branch;
  branch.opcode = opcode;
  branch.operands[0].number = a;
  branch.operands[1].number = b;
  return branch;
}

struct ComparisonBranch {
  Opcode compare, branch;
};

constexpr ComparisonBranch kBranches[] = {
    {Opcode::kEqI64, Opcode::kJumpIfEq},
    {Opcode::kNeI64, Opcode::kJumpIfNe},
    {Opcode::kLtI64, Opcode::kJumpIfLt},
    {Opcode::kLeI64, Opcode::kJumpIfLe},
};

const ComparisonBranch* FindBranch(Opcode compare) {
  for (const ComparisonBranch& row : kBranches) {
    if (row.compare == compare) return &row;
  }
  return nullptr;
}

}  // namespace

SmallConstant AsSmallConstant(int64_t value) {
  if (value < INT16_MIN || value > INT16_MAX) return std::nullopt;
  return static_cast<int16_t>(value);
}

bool ComparesIntegers(Opcode opcode) {
  return FindBranch(opcode) != nullptr;
}

LowInstruction BranchOnComparison(const LowInstruction& compare, bool negated, SmallConstant a,
                                  SmallConstant b) {
  const Opcode opcode = FindBranch(compare.opcode)->branch;
  const int64_t left = compare.operands[1].number, right = compare.operands[2].number;
  LowInstruction branch = MakeBranch(opcode, left, right);
  // As a comparison of a register with a constant: a <= 3 is a < 4, and 3 < b is b >= 4.
  const bool or_equal = opcode == Opcode::kJumpIfLe;
  if (opcode == Opcode::kJumpIfEq || opcode == Opcode::kJumpIfNe) {
    const Opcode with_imm = opcode == Opcode::kJumpIfEq ? Opcode::kJumpIfEqImm : Opcode::kJumpIfNeImm;
    if (a || b) branch = b ? MakeBranch(with_imm, left, *b) : MakeBranch(with_imm, right, *a);
  } else if (const SmallConstant limit = b ? AsSmallConstant(*b + or_equal) : std::nullopt) {
    branch = MakeBranch(Opcode::kJumpIfLtImm, left, *limit);
  } else if (const SmallConstant least = a ? AsSmallConstant(*a + !or_equal) : std::nullopt) {
    branch = MakeBranch(Opcode::kJumpIfGeImm, right, *least);
  }
  if (negated) InvertBranch(&branch);
  return branch;
}

}  // namespace baton
