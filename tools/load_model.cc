#include "tools/load_model.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "accel/devices.h"
#include "compiler/text/parameters.h"
#include "ops/registry.h"
#include "serialize/reader.h"
#include "tools/exit_codes.h"
#include "tools/file_io.h"
#include "tools/input_options.h"
#include "vm/bytecode/verifier.h"
#include "vm/core/status.h"

namespace baton {
namespace {

std::string ParameterLines(const std::vector<Parameter>& parameters) {
  if (parameters.empty()) return "    (none)\n";
  std::string text;
  for (const Parameter& parameter : parameters) {
    absl::StrAppend(&text, "    ", parameter.name, ": ", parameter.type.ToString(), "\n");
  }
  return text;
}

absl::StatusOr<std::unique_ptr<ir::Module>> ReadModel(const std::string& path, const ModelOptions& options) {
  std::string warnings;
  if (LowerExtension(path) != ".rly") {
    auto module = ImportOnnxFile(path, options.onnx, &warnings);
    if (!warnings.empty()) std::cerr << warnings << "\n";
    return module;
  }
  RelayReadOptions relay = options.relay;
  for (const std::string& file : options.parameter_files) {
    BATON_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file));
    auto parameters = text::ReadParameters(bytes);
    if (!parameters.ok()) return Annotate(parameters.status(), file);
    for (auto& [name, value] : *parameters) relay.parameters[name] = std::move(value);
  }
  BATON_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  auto module = ReadRelay(path, text, relay, &warnings);
  if (!warnings.empty()) std::cerr << warnings << "\n";
  return module;
}

}  // namespace

void AddForkOptions(CLI::App* command, Forking* forking) {
  CLI::Option* never = command->add_flag_callback(
      "--no-fork", [forking] { *forking = Forking::kNever; },
      "compile to code that does one thing after the other");
  command
      ->add_flag_callback(
          "--fork-always", [forking] { *forking = Forking::kAlways; },
          "fork calls and kernels however short they are, to test that")
      ->excludes(never);
}

void AddRelayOptions(CLI::App* command, ModelOptions* options) {
  AddRepeatedOption(command, "--params", &options->parameter_files, "FILE",
                    "values of parameters of a Relay text model, which become constants");
  command->add_flag("--strict", options->relay.strict,
                    "of Relay text only the clean language, not all that other readers take");
}

absl::StatusOr<VerifiedExecutable> CompileModel(const std::string& path, const ModelOptions& model_options,
                                                CompileOptions compile_options) {
  SetDispatches(model_options.dispatches, &compile_options);
  compile_options.forking = model_options.forking;
  BATON_ASSIGN_OR_RETURN(std::unique_ptr<ir::Module> module, ReadModel(path, model_options));
  absl::StatusOr<Executable> executable = Compile(std::move(module), compile_options);
  if (!executable.ok()) return Annotate(executable.status(), path);
  absl::StatusOr<VerifiedExecutable> verified = Verify(*std::move(executable));
  if (!verified.ok()) return Annotate(verified.status(), absl::StrCat(path, ", as compiled"));
  return verified;
}

absl::StatusOr<VerifiedExecutable> LoadExecutable(const std::string& path, const ModelOptions& options) {
  const std::string extension = LowerExtension(path);
  if (extension == ".baton" || IsExecutableFile(path)) return ReadExecutable(path);
  if (extension == ".onnx" || extension == ".rly") return CompileModel(path, options);
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return absl::NotFoundError(absl::StrCat(path, ": No such file or directory"));
  return UsageError(absl::StrCat(path, ": is neither a .baton file nor a model (.onnx, .rly)"));
}

void SetDispatches(const std::vector<Dispatch>& dispatches, CompileOptions* options) {
  if (dispatches.empty()) return;
  const auto has = [&](Dispatch dispatch) {
    return std::find(dispatches.begin(), dispatches.end(), dispatch) != dispatches.end();
  };
  options->register_code = has(Dispatch::kRegister);
  options->stack_code = has(Dispatch::kStack);
}

absl::StatusOr<std::shared_ptr<const Program>> BindProgram(VerifiedExecutable executable,
                                                           std::optional<Dispatch> dispatch) {
  return Program::Load(std::move(executable), *MakeKernelResolver(), GetCpuDevice(), dispatch);
}

absl::StatusOr<std::shared_ptr<const Program>> LoadProgram(const std::string& path,
                                                           const ModelOptions& options) {
  BATON_ASSIGN_OR_RETURN(VerifiedExecutable executable, LoadExecutable(path, options));
  std::optional<Dispatch> dispatch;
  if (!options.dispatches.empty()) dispatch = options.dispatches.front();
  auto program = BindProgram(std::move(executable), dispatch);
  if (!program.ok()) return Annotate(program.status(), path);
  return program;
}

absl::StatusOr<std::shared_ptr<const Program>> LoadProgramFor(const std::string& path,
                                                              const std::string& entry,
                                                              ModelOptions options) {
  options.relay.entries = {entry};
  return LoadProgram(path, options);
}

absl::StatusOr<const EntryPoint*> FindEntry(const Program& program, absl::string_view name) {
  if (const EntryPoint* entry = program.FindEntryPoint(name)) return entry;
  const std::string known =
      absl::StrJoin(program.executable().entry_points, ", ",
                    [](std::string* out, const EntryPoint& entry) { out->append(entry.name); });
  return UsageError(absl::StrCat("no entry point '", name, "'; the model has: ", known));
}

std::string Signature(const EntryPoint& entry) {
  return absl::StrCat("  inputs\n", ParameterLines(entry.inputs), "  outputs\n",
                      ParameterLines(entry.outputs));
}

}  // namespace baton
