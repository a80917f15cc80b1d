// From the file that a command names to something that runs: a .baton file, or a model file compiled on the
// fly.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/compiler.h"
#include "compiler/import/onnx.h"
#include "vm/bytecode/executable.h"
#include "vm/exec/program.h"

namespace baton {

// Imports, compiles and verifies a model file. Errors name the file.
absl::StatusOr<VerifiedExecutable> CompileModel(const std::string& path,
                                                const OnnxImportOptions& import_options = {},
                                                const CompileOptions& compile_options = {});
// Reads `path`, or compiles it with default options when it is not a .baton file (by content, else by
// extension).
absl::StatusOr<VerifiedExecutable> LoadExecutable(const std::string& path);
// Binds the kernels too.
absl::StatusOr<std::shared_ptr<const Program>> LoadProgram(const std::string& path);
absl::StatusOr<std::shared_ptr<const Program>> BindProgram(VerifiedExecutable executable);

// The entry point. Errors: UsageError listing those that `program` has.
absl::StatusOr<const EntryPoint*> FindEntry(const Program& program, absl::string_view name);
// Names and types of inputs and outputs, one a line, indented.
std::string Signature(const EntryPoint& entry);

}  // namespace baton
