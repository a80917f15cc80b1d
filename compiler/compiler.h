// Compile: Module -> Executable, through the passes of passes/pipeline.cc. PUBLIC.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "compiler/ir/module.h"
#include "compiler/passes/forking.h"
#include "vm/bytecode/executable.h"

namespace baton {

struct CompileOptions {
  // 0: only what is needed to run; 1: folding and dead code; 2 (default): also unboxed scalars,
  // specialisation of unknown ranks, the arena plan; 3: as 2 with a larger budget for code growth.
  int optimization_level = 2;
  // The code that the executable holds: register code, stack code or both.
  bool register_code = true;
  bool stack_code = false;
  // Calls that run beside each other, where there are threads for them (docs/futures.md).
  Forking forking = Forking::kWhereWorthwhile;
  // Called after each pass with its name and the module as text, when set.
  std::function<void(absl::string_view pass, const ir::Module& module)> dump_after;
};

// Consumes the module. Errors: InvalidArgument for a model that cannot be right (names the node and both
// types), ResourceExhausted for one that exceeds a limit of the bytecode.
absl::StatusOr<Executable> Compile(std::unique_ptr<ir::Module> module, const CompileOptions& options = {});

// The passes' names in order, for --dump-after.
std::vector<std::string> PassNames();

}  // namespace baton
