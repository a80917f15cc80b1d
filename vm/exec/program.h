// Program: a verified executable with its kernels bound and constants prepared. PUBLIC.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "vm/bytecode/executable.h"
#include "vm/core/device.h"
#include "vm/core/kernel.h"

namespace baton {

// Immutable; shared by threads and by any number of Sessions, which keep it alive.
class Program {
 public:
  // Binds every kernel of the executable and loads the code for `dispatch`; without it the register code
  // where the executable holds both. Errors: all kernels that cannot be bound, in one NotFound or
  // InvalidArgument that names them; NotFound when the executable does not hold the code. `cpu` must outlive
  // the Program and all outputs of its Sessions.
  static absl::StatusOr<std::shared_ptr<const Program>> Load(VerifiedExecutable executable,
                                                             const KernelResolver& resolver, Device* cpu,
                                                             std::optional<Dispatch> dispatch = std::nullopt);
  ~Program();

  const Executable& executable() const { return *executable_; }
  // The code that its Sessions run.
  Dispatch dispatch() const;
  // The entry point, or null.
  const EntryPoint* FindEntryPoint(absl::string_view name) const;

 private:
  friend class Session;
  friend class Interpreter;
  struct Impl;
  Program(VerifiedExecutable executable, Device* cpu);
  VerifiedExecutable executable_;
  Device* cpu_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace baton
