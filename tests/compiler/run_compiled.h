// Runs a module the way a user's model runs: compiled, saved, loaded, verified, bound, invoked.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "accel/devices.h"
#include "compiler/compiler.h"
#include "ops/registry.h"
#include "serialize/reader.h"
#include "serialize/writer.h"
#include "tests/support/test_dispatch.h"
#include "tests/support/test_forking.h"
#include "vm/core/status.h"
#include "vm/exec/session.h"

namespace baton {

// Both encodings.
inline absl::StatusOr<VerifiedExecutable> CompileAndRead(std::unique_ptr<ir::Module> module, int level,
                                                         Forking forking = TestForking()) {
  CompileOptions options;
  options.optimization_level = level;
  options.forking = forking;
  options.stack_code = true;
  BATON_ASSIGN_OR_RETURN(Executable executable, Compile(std::move(module), options));
  BATON_ASSIGN_OR_RETURN(std::string bytes, SerializeExecutable(executable));
  return ParseExecutable(bytes, "test.baton");
}

// To run the code of TestDispatch().
inline absl::StatusOr<std::shared_ptr<const Program>> LoadCompiled(std::unique_ptr<ir::Module> module,
                                                                   int level, bool portable_only = true) {
  BATON_ASSIGN_OR_RETURN(VerifiedExecutable verified, CompileAndRead(std::move(module), level));
  const std::unique_ptr<KernelResolver> resolver = MakeKernelResolver({.portable_only = portable_only});
  return Program::Load(std::move(verified), *resolver, GetCpuDevice(), TestDispatch());
}

// Runs both encodings; they must agree bit for bit.
inline absl::StatusOr<std::vector<Tensor>> RunCompiled(std::unique_ptr<ir::Module> module, int level,
                                                       absl::Span<const Tensor> inputs,
                                                       Forking forking = TestForking()) {
  BATON_ASSIGN_OR_RETURN(const VerifiedExecutable verified,
                         CompileAndRead(std::move(module), level, forking));
  const std::unique_ptr<KernelResolver> resolver = MakeKernelResolver({.portable_only = true});
  absl::StatusOr<std::vector<Tensor>> results[2];
  for (const Dispatch dispatch : {Dispatch::kRegister, Dispatch::kStack}) {
    BATON_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program,
                           Program::Load(verified, *resolver, GetCpuDevice(), dispatch));
    Session session(program, TestScheduler());
    results[static_cast<int>(dispatch)] = session.Invoke("main", inputs);
  }
  // Back traces may tell the place in the code, which differs.
  const auto error = [&](int i) {
    const std::string text = results[i].status().ToString();
    return text.substr(0, text.find("; at "));
  };
  CHECK(error(0) == error(1));
  if (results[0].ok() && results[1].ok()) {
    REQUIRE(results[0]->size() == results[1]->size());
    for (size_t i = 0; i < results[0]->size(); ++i) CHECK(BitwiseEqual((*results[0])[i], (*results[1])[i]));
  }
  return std::move(results[0]);
}

}  // namespace baton
