#include "tools/load_model.h"

#include <filesystem>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "accel/devices.h"
#include "ops/registry.h"
#include "serialize/reader.h"
#include "tools/exit_codes.h"
#include "tools/file_io.h"
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

}  // namespace

absl::StatusOr<VerifiedExecutable> CompileModel(const std::string& path,
                                                const OnnxImportOptions& import_options,
                                                const CompileOptions& compile_options) {
  BATON_ASSIGN_OR_RETURN(std::unique_ptr<ir::Module> module, ImportOnnxFile(path, import_options));
  absl::StatusOr<Executable> executable = Compile(std::move(module), compile_options);
  if (!executable.ok()) return Annotate(executable.status(), path);
  absl::StatusOr<VerifiedExecutable> verified = Verify(*std::move(executable));
  if (!verified.ok()) return Annotate(verified.status(), absl::StrCat(path, ", as compiled"));
  return verified;
}

absl::StatusOr<VerifiedExecutable> LoadExecutable(const std::string& path) {
  const std::string extension = LowerExtension(path);
  if (extension == ".baton" || IsExecutableFile(path)) return ReadExecutable(path);
  if (extension == ".onnx") return CompileModel(path);
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return absl::NotFoundError(absl::StrCat(path, ": No such file or directory"));
  return UsageError(absl::StrCat(path, ": is neither a .baton file nor a model (.onnx)"));
}

absl::StatusOr<std::shared_ptr<const Program>> BindProgram(VerifiedExecutable executable) {
  return Program::Load(std::move(executable), *MakeKernelResolver(), GetCpuDevice());
}

absl::StatusOr<std::shared_ptr<const Program>> LoadProgram(const std::string& path) {
  BATON_ASSIGN_OR_RETURN(VerifiedExecutable executable, LoadExecutable(path));
  auto program = BindProgram(std::move(executable));
  if (!program.ok()) return Annotate(program.status(), path);
  return program;
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
