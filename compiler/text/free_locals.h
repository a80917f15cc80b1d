// The locals that a function literal or block uses and does not declare. Internal to compiler/text.
#pragma once

#include <vector>

#include "compiler/text/syntax.h"

namespace baton::text {

// In the order of first use.
std::vector<const Local*> FreeLocals(const FunctionSyntax& function);
std::vector<const Local*> FreeLocals(const Block& block);

}  // namespace baton::text
