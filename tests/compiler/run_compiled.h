// Runs a module the way a user's model runs: compiled, saved, loaded, verified, bound, invoked.
#pragma once

#include <memory>
#include <vector>

#include "accel/devices.h"
#include "compiler/compiler.h"
#include "ops/registry.h"
#include "serialize/reader.h"
#include "serialize/writer.h"
#include "vm/core/status.h"
#include "vm/exec/session.h"

namespace baton {

inline absl::StatusOr<std::shared_ptr<const Program>> LoadCompiled(std::unique_ptr<ir::Module> module,
                                                                   int level, bool portable_only = true) {
  CompileOptions options;
  options.optimization_level = level;
  BATON_ASSIGN_OR_RETURN(Executable executable, Compile(std::move(module), options));
  BATON_ASSIGN_OR_RETURN(std::string bytes, SerializeExecutable(executable));
  BATON_ASSIGN_OR_RETURN(VerifiedExecutable verified, ParseExecutable(bytes, "test.baton"));
  const std::unique_ptr<KernelResolver> resolver = MakeKernelResolver({.portable_only = portable_only});
  return Program::Load(std::move(verified), *resolver, GetCpuDevice());
}

inline absl::StatusOr<std::vector<Tensor>> RunCompiled(std::unique_ptr<ir::Module> module, int level,
                                                       absl::Span<const Tensor> inputs) {
  BATON_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program, LoadCompiled(std::move(module), level));
  Session session(program);
  return session.Invoke("main", inputs);
}

}  // namespace baton
