// Lowering: a Module after all passes -> low form over virtual registers, plus the tables that the code
// refers to.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "compiler/ir/memory_plan.h"
#include "compiler/ir/module.h"
#include "compiler/lower/low_form.h"
#include "vm/bytecode/executable.h"

namespace baton {

struct LowProgram {
  std::vector<LowFunction> functions;
  // Everything but the functions' code.
  Executable executable;
};

// Needs: types, unboxed marks, a memory plan of this module.
absl::StatusOr<LowProgram> LowerModule(const ir::Module& module, const ir::MemoryPlan& plan);

}  // namespace baton
