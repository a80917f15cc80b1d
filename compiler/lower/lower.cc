#include "compiler/lower/lower.h"

#include <algorithm>

#include "compiler/lower/function_lowering.h"
#include "vm/core/status.h"

namespace baton {

absl::StatusOr<LowProgram> LowerModule(const ir::Module& module, const ir::MemoryPlan& plan) {
  LowProgram program;
  ExecutableTables tables(module, &program.executable);
  for (const ir::Function& function : module.functions()) {
    LowFunction low;
    BATON_RETURN_IF_ERROR(FunctionLowering(plan, &tables, &low).Run(function));
    EntryPoint entry;
    entry.name = function.name;
    entry.function = static_cast<int32_t>(program.functions.size());
    for (size_t i = 0; i < function.body->params.size(); ++i) {
      entry.inputs.push_back({function.input_names[i], function.body->params[i]->type});
    }
    for (size_t i = 0; i < function.body->results.size(); ++i) {
      entry.outputs.push_back({function.output_names[i], function.body->results[i].type()});
    }
    program.executable.entry_points.push_back(std::move(entry));
    program.functions.push_back(std::move(low));
  }
  program.executable.metadata = module.metadata();
  std::sort(program.executable.metadata.begin(), program.executable.metadata.end());
  return program;
}

}  // namespace baton
