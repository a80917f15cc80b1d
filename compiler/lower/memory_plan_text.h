// The memory plan as text, which is kept in the executable for `baton inspect --memory`; nothing else reads
// it. PUBLIC.
#pragma once

#include <string>

#include "compiler/ir/memory_plan.h"
#include "compiler/ir/module.h"

namespace baton {

// Its key in the executable's metadata.
inline constexpr char kMemoryPlanKey[] = "baton.memory_plan";

// Lines of fields separated by tabs; empty when the plan has no arena. A line belongs to the nearest one
// above whose depth is less.
//   function I               what follows, up to the next such line, is of function I of the executable
//   arena D BYTES PLACE      an arena of BYTES (Dim::ToString) at depth D, opened at PLACE (C escapes)
//   call D I SYMBOL DIM ...  a call of function I; its SYMBOLs are the DIMs of the caller; others are not
//   known closure D                a call of a function that is not known
// A call of the function itself in tail position is a jump, after all arenas are closed, and is left out.
std::string MemoryPlanText(const ir::Module& module, const ir::MemoryPlan& plan);

}  // namespace baton
