#include "tools/conformance_case.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "compiler/compiler.h"
#include "compiler/import/onnx.h"
#include "serialize/reader.h"
#include "serialize/writer.h"
#include "tools/file_io.h"
#include "tools/load_model.h"
#include "vm/core/status.h"
#include "vm/exec/session.h"

namespace baton {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kDataSetPrefix = "test_data_set_";

// The entries of a folder, sorted; empty when it cannot be read.
std::vector<fs::path> SortedEntries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    entries.push_back(it->path());
  }
  std::sort(entries.begin(), entries.end());
  return entries;
}

bool IsFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

int64_t DataSetNumber(const std::string& path) {
  int64_t number = 0;
  const std::string name = fs::path(path).filename().string();
  return absl::SimpleAtoi(absl::StripPrefix(name, kDataSetPrefix), &number) ? number : INT64_MAX;
}

void FindCases(const fs::path& folder, int num_levels, std::vector<ConformanceCase>* cases) {
  ConformanceCase test;
  std::vector<fs::path> folders;
  for (const fs::path& path : SortedEntries(folder)) {
    if (IsFolder(path)) {
      folders.push_back(path);
      if (absl::StartsWith(path.filename().string(), kDataSetPrefix)) test.data_sets.push_back(path.string());
    } else if (path.extension() == ".onnx" && (test.model.empty() || path.filename() == "model.onnx")) {
      test.model = path.string();
    }
  }
  if (!test.model.empty()) {
    test.name = fs::path(folder / "").lexically_normal().parent_path().filename().string();
    std::stable_sort(
        test.data_sets.begin(), test.data_sets.end(),
        [](const std::string& a, const std::string& b) { return DataSetNumber(a) < DataSetNumber(b); });
    cases->push_back(std::move(test));
    return;
  }
  if (num_levels == 0) return;
  for (const fs::path& path : folders) FindCases(path, num_levels - 1, cases);
}

// Reads input_0.pb, input_1.pb, ... as far as they go.
absl::StatusOr<std::vector<Tensor>> ReadNumbered(const std::string& folder, absl::string_view kind) {
  std::vector<Tensor> tensors;
  while (true) {
    const std::string path = absl::StrCat(folder, "/", kind, "_", tensors.size(), ".pb");
    std::error_code error;
    if (!fs::exists(path, error)) return tensors;
    BATON_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
    BATON_ASSIGN_OR_RETURN(Tensor tensor, ParseTensorProto(bytes, path));
    tensors.push_back(std::move(tensor));
  }
}

void MakeInputsDynamic(ir::Module* module) {
  for (ir::Function& function : module->functions()) {
    if (function.name != "main") continue;
    for (ir::Var* input : function.body->params) {
      if (!input->type.is_tensor() || !input->type.tensor().shape.has_rank()) continue;
      Dims dims;
      for (int axis = 0; axis < input->type.tensor().shape.rank(); ++axis) {
        dims.push_back(module->FreshSymbol(absl::StrCat("dim", axis)));
      }
      input->type = TensorType{input->type.tensor().dtype, Shape(std::move(dims))};
    }
  }
}

// Gives the outputs, which are those expected.
absl::StatusOr<std::vector<Tensor>> RunDataSet(const std::string& folder, const ConformanceOptions& options,
                                               Session* session) {
  BATON_ASSIGN_OR_RETURN(const std::vector<Tensor> inputs, ReadNumbered(folder, "input"));
  BATON_ASSIGN_OR_RETURN(const std::vector<Tensor> expected, ReadNumbered(folder, "output"));
  BATON_ASSIGN_OR_RETURN(const EntryPoint* entry, FindEntry(session->program(), "main"));
  if (inputs.size() != entry->inputs.size() || expected.size() != entry->outputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat("has ", inputs.size(), " inputs and ", expected.size(),
                                                   " outputs, the model has ", entry->inputs.size(), " and ",
                                                   entry->outputs.size()));
  }
  Limits limits;
  limits.deadline = absl::Now() + options.timeout;
  BATON_ASSIGN_OR_RETURN(std::vector<Tensor> got, session->Invoke("main", inputs, limits));
  for (size_t i = 0; i < expected.size(); ++i) {
    const absl::Status same = CompareTensors(*got[i], *expected[i], options.tolerance);
    if (!same.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("output ", i, " '", entry->outputs[i].name, "': ", same.message()));
    }
  }
  return got;
}

// Runs all data sets with the code; adds the outputs to `outputs`.
absl::Status RunDataSets(const ConformanceCase& test, const ConformanceOptions& options,
                         const VerifiedExecutable& executable, std::optional<Dispatch> dispatch,
                         std::vector<Tensor>* outputs) {
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program, BindProgram(executable, dispatch));
  const bool reuse = options.mode == ConformanceMode::kReuse;
  auto session = std::make_unique<Session>(program);
  for (int round = 0; round < (reuse ? 2 : 1); ++round) {
    for (const std::string& folder : test.data_sets) {
      if (!reuse) session = std::make_unique<Session>(program);
      const absl::StatusOr<std::vector<Tensor>> got = RunDataSet(folder, options, session.get());
      if (!got.ok()) return Annotate(got.status(), fs::path(folder).filename().string());
      outputs->insert(outputs->end(), got->begin(), got->end());
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<ConformanceCase>> FindConformanceCases(const std::string& folder) {
  if (!IsFolder(folder)) return absl::NotFoundError(absl::StrCat(folder, ": is not a folder"));
  std::vector<ConformanceCase> cases;
  FindCases(folder, 2, &cases);
  if (cases.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder, ": has no test folders (*.onnx and test_data_set_*)"));
  }
  return cases;
}

absl::StatusOr<ConformanceMode> ParseConformanceMode(absl::string_view name) {
  if (name == "static") return ConformanceMode::kStatic;
  if (name == "dynamic") return ConformanceMode::kDynamic;
  if (name == "nofold") return ConformanceMode::kNoFold;
  if (name == "reuse") return ConformanceMode::kReuse;
  return absl::InvalidArgumentError(
      absl::StrCat("no mode '", name, "'; there are: static, dynamic, nofold, reuse"));
}

absl::StatusOr<VerifiedExecutable> BuildConformanceProgram(const ConformanceCase& test, ConformanceMode mode,
                                                           const std::vector<Dispatch>& dispatches) {
  BATON_ASSIGN_OR_RETURN(std::unique_ptr<ir::Module> module, ImportOnnxFile(test.model));
  if (mode == ConformanceMode::kDynamic) MakeInputsDynamic(module.get());
  CompileOptions options;
  if (mode == ConformanceMode::kNoFold) options.optimization_level = 0;
  SetDispatches(dispatches, &options);
  BATON_ASSIGN_OR_RETURN(const Executable executable, Compile(std::move(module), options));
  BATON_ASSIGN_OR_RETURN(const std::string bytes, SerializeExecutable(executable));
  return ParseExecutable(bytes, absl::StrCat(test.name, ".baton"));
}

absl::Status RunConformanceCase(const ConformanceCase& test, const ConformanceOptions& options) {
  if (test.data_sets.empty()) return absl::InvalidArgumentError("has no test_data_set_* folder");
  BATON_ASSIGN_OR_RETURN(const VerifiedExecutable executable,
                         BuildConformanceProgram(test, options.mode, options.dispatches));
  std::vector<Tensor> first;
  if (options.dispatches.empty()) return RunDataSets(test, options, executable, std::nullopt, &first);
  for (const Dispatch dispatch : options.dispatches) {
    std::vector<Tensor> outputs;
    const absl::Status status = RunDataSets(test, options, executable, dispatch, &outputs);
    if (!status.ok()) return Annotate(status, absl::StrCat(DispatchName(dispatch), " code"));
    if (first.empty()) first = outputs;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (BitwiseEqual(outputs[i], first[i])) continue;
      return absl::FailedPreconditionError("register and stack code give outputs with different bits");
    }
  }
  return absl::OkStatus();
}

}  // namespace baton
