// Which instruction compares two integers and branches at once. Internal to compiler/lower.
#pragma once

#include <cstdint>
#include <optional>

#include "compiler/lower/low_form.h"

namespace baton {

// An operand of a comparison: its value if that is a small constant.
using SmallConstant = std::optional<int16_t>;

// `value` if it is small enough for an immediate.
SmallConstant AsSmallConstant(int64_t value);

bool ComparesIntegers(Opcode opcode);

// The branch, with its label still open, that is taken when `compare` holds, or does not if `negated`. `a`
// and `b` are its operands. REQUIRES: it compares integers.
LowInstruction BranchOnComparison(const LowInstruction& compare, bool negated, SmallConstant a,
                                  SmallConstant b);

}  // namespace baton
