#include "compiler/compiler.h"

#include "compiler/lower/encode_register.h"
#include "compiler/lower/encode_stack.h"
#include "compiler/lower/lower.h"
#include "compiler/passes/passes.h"
#include "vm/core/large_stack.h"
#include "vm/core/status.h"

namespace baton {

static absl::StatusOr<Function> Encode(LowFunction low, const CompileOptions& options) {
  if (!options.stack_code) return EncodeRegister(std::move(low));
  if (!options.register_code) return EncodeStack(std::move(low));
  BATON_ASSIGN_OR_RETURN(Function function, EncodeRegister(low));
  BATON_ASSIGN_OR_RETURN(Function stack_function, EncodeStack(std::move(low)));
  function.stack = std::move(stack_function.stack);
  return function;
}

static absl::StatusOr<Executable> CompileModule(ir::Module& module, const CompileOptions& options) {
  BATON_RETURN_IF_ERROR(RunPasses(module, {options.optimization_level, options.dump_after, options.forking}));
  ir::MemoryPlan plan;
  if (options.optimization_level >= 2) plan = PlanMemory(module);
  BATON_ASSIGN_OR_RETURN(LowProgram program, LowerModule(module, plan));
  for (LowFunction& function : program.functions) {
    BATON_ASSIGN_OR_RETURN(Function encoded, Encode(std::move(function), options));
    program.executable.functions.push_back(std::move(encoded));
  }
  return std::move(program.executable);
}

// Passes and lowering recurse as deeply as the model's regions nest.
absl::StatusOr<Executable> Compile(std::unique_ptr<ir::Module> module, const CompileOptions& options) {
  absl::StatusOr<Executable> executable = absl::InternalError("not compiled");
  RunOnLargeStack([&] { executable = CompileModule(*module, options); });
  return executable;
}

std::vector<std::string> PassNames() {
  return PipelinePassNames();
}

}  // namespace baton
