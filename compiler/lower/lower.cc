#include "compiler/lower/lower.h"

#include <algorithm>
#include <set>
#include <vector>

#include "compiler/lower/control_flow.h"
#include "compiler/lower/function_lowering.h"
#include "compiler/lower/fuse_scalars.h"
#include "compiler/lower/loops.h"
#include "compiler/lower/memory_plan_text.h"
#include "vm/core/status.h"

namespace baton {

namespace {

EntryPoint MakeEntryPoint(const ir::Function& function, ExecutableTables* tables) {
  EntryPoint entry;
  entry.name = function.name;
  entry.function = tables->FunctionIndex(&function);
  const std::vector<ir::Var*>& params = function.body->params;
  for (size_t i = 0; i < params.size(); ++i) {
    tables->DefineTypes(params[i]->type);
    entry.inputs.push_back({function.input_names[i], params[i]->type});
  }
  const std::vector<ir::Atom>& results = function.body->results;
  for (size_t i = 0; i < results.size(); ++i) {
    tables->DefineTypes(results[i].type());
    entry.outputs.push_back({function.output_names[i], results[i].type()});
  }
  return entry;
}

std::set<const ir::Function*> ClosureTargets(const ir::Module& module) {
  std::set<const ir::Function*> targets;
  std::vector<const ir::Region*> pending;
  for (const ir::Function& function : module.functions()) pending.push_back(function.body);
  while (!pending.empty()) {
    const ir::Region* region = pending.back();
    pending.pop_back();
    for (const ir::Binding& binding : region->bindings) {
      const auto* closure = std::get_if<ir::MakeClosure>(&binding.expr);
      if (closure != nullptr) targets.insert(closure->function);
      for (const ir::Region* inner : ir::Regions(binding.expr)) pending.push_back(inner);
    }
  }
  return targets;
}

// What pays whatever the encoding.
absl::Status Improve(LowFunction* function) {
  BATON_RETURN_IF_ERROR(RemoveUnreachableCode(function));
  BATON_RETURN_IF_ERROR(SimplifyJumps(function));
  FuseScalars(function);
  HoistLoads(function);
  RotateLoops(function);
  return SimplifyJumps(function);
}

}  // namespace

absl::StatusOr<LowProgram> LowerModule(const ir::Module& module, const ir::MemoryPlan& plan) {
  LowProgram program;
  ExecutableTables tables(module, &program.executable);
  const std::set<const ir::Function*> closure_targets = ClosureTargets(module);
  for (const ir::Function& function : module.functions()) {
    const LoweringContext context{&plan, &tables, closure_targets.count(&function) > 0};
    LowFunction low;
    BATON_RETURN_IF_ERROR(FunctionLowering(context, function, &low).Run());
    BATON_RETURN_IF_ERROR(Improve(&low));
    if (function.is_entry) {
      program.executable.entry_points.push_back(MakeEntryPoint(function, &tables));
    }
    program.functions.push_back(std::move(low));
  }
  program.executable.metadata = module.metadata();
  if (std::string text = MemoryPlanText(module, plan); !text.empty()) {
    program.executable.metadata.emplace_back(kMemoryPlanKey, std::move(text));
  }
  std::sort(program.executable.metadata.begin(), program.executable.metadata.end());
  return program;
}

}  // namespace baton
