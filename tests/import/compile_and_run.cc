#include "tests/import/compile_and_run.h"

#include <set>

#include "accel/devices.h"
#include "compiler/compiler.h"
#include "ops/registry.h"
#include "tests/support/test_forking.h"
#include "vm/bytecode/verifier.h"
#include "vm/core/status.h"
#include "vm/exec/program.h"

namespace baton {

absl::StatusOr<Executable> CompileModel(ModelBuilder& model, int optimization_level) {
  BATON_ASSIGN_OR_RETURN(std::unique_ptr<ir::Module> module, model.Import());
  CompileOptions options;
  options.optimization_level = optimization_level;
  options.forking = TestForking();
  return Compile(std::move(module), options);
}

absl::StatusOr<std::vector<Tensor>> CompileAndRun(ModelBuilder& model, absl::Span<const Tensor> inputs,
                                                  const Limits& limits, int optimization_level) {
  BATON_ASSIGN_OR_RETURN(Executable executable, CompileModel(model, optimization_level));
  BATON_ASSIGN_OR_RETURN(VerifiedExecutable verified, Verify(std::move(executable)));
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program,
                         Program::Load(std::move(verified), *MakeKernelResolver(), GetCpuDevice()));
  return Session(program, TestScheduler()).Invoke("main", inputs, limits);
}

std::vector<std::string> Kernels(const Executable& executable) {
  std::set<std::string> names;
  for (const KernelReference& kernel : executable.kernels) names.insert(kernel.op);
  return {names.begin(), names.end()};
}

}  // namespace baton
