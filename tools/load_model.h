// From the file that a command names to something that runs: a .baton file, or a model file compiled on the
// fly.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "compiler/compiler.h"
#include "compiler/import/onnx.h"
#include "compiler/text/reader.h"
#include "vm/bytecode/executable.h"
#include "vm/exec/program.h"

namespace CLI {
class App;
}

namespace baton {

// How a model file is read, by its kind.
struct ModelOptions {
  OnnxImportOptions onnx;
  RelayReadOptions relay;
  std::vector<std::string> parameter_files;     // --params
  std::vector<Dispatch> dispatches;             // --dispatch: the code to make; empty: register code
  Forking forking = Forking::kWhereWorthwhile;  // --no-fork, --fork-always
};
// --no-fork and --fork-always, of every command that compiles.
void AddForkOptions(CLI::App* command, Forking* forking);
// --params and --strict.
void AddRelayOptions(CLI::App* command, ModelOptions* options);

// Imports a model file, .onnx or .rly, compiles and verifies it; the code is that of `model_options`.
// Warnings go to standard error. Errors name the file.
absl::StatusOr<VerifiedExecutable> CompileModel(const std::string& path,
                                                const ModelOptions& model_options = {},
                                                CompileOptions compile_options = {});
// Reads `path`, or compiles it when it is not a .baton file (by content, else by extension).
absl::StatusOr<VerifiedExecutable> LoadExecutable(const std::string& path, const ModelOptions& options = {});
// Binds the kernels too, for the first of options.dispatches.
absl::StatusOr<std::shared_ptr<const Program>> LoadProgram(const std::string& path,
                                                           const ModelOptions& options = {});
// The same for a run of one entry point: of Relay text that function becomes one.
absl::StatusOr<std::shared_ptr<const Program>> LoadProgramFor(const std::string& path,
                                                              const std::string& entry, ModelOptions options);
absl::StatusOr<std::shared_ptr<const Program>> BindProgram(VerifiedExecutable executable,
                                                           std::optional<Dispatch> dispatch = std::nullopt);
// Sets what the compiler makes.
void SetDispatches(const std::vector<Dispatch>& dispatches, CompileOptions* options);

// The entry point. Errors: UsageError listing those that `program` has.
absl::StatusOr<const EntryPoint*> FindEntry(const Program& program, absl::string_view name);
// Names and types of inputs and outputs, one a line, indented.
std::string Signature(const EntryPoint& entry);

}  // namespace baton
