#include "tools/conformance_run.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "compiler/compiler.h"
#include "compiler/import/onnx.h"
#include "compiler/import/onnx_test_data.h"
#include "serialize/reader.h"
#include "serialize/writer.h"
#include "tools/conformance_data.h"
#include "tools/file_io.h"
#include "tools/input_options.h"
#include "tools/load_model.h"
#include "vm/core/status.h"
#include "vm/exec/session.h"

namespace baton {
namespace {

namespace fs = std::filesystem;

CaseOutcome OutcomeOf(const absl::Status& status, Stage stage) {
  if (absl::IsUnimplemented(status)) return CaseOutcome::kUnsupported;
  if (absl::IsResourceExhausted(status)) return CaseOutcome::kMemory;
  return stage == Stage::kRun ? CaseOutcome::kRunError : CaseOutcome::kCompileError;
}

bool ErasesShapes(ConformanceMode mode) {
  return mode == ConformanceMode::kDynamic || mode == ConformanceMode::kReuse;
}

absl::StatusOr<std::unique_ptr<ir::Module>> ImportCase(const ConformanceCase& test, ConformanceMode mode) {
  if (!ErasesShapes(mode)) return ImportOnnxFile(test.model);
  const fs::path path(test.model);
  BATON_ASSIGN_OR_RETURN(std::string model, ReadFile(test.model));
  BATON_ASSIGN_OR_RETURN(model, EraseOnnxShapes(model, path.filename().string()));
  return ImportOnnx(model, path.filename().string(), (path.parent_path() / "").string());
}

absl::StatusOr<std::vector<Value>> Invoke(Session* session, const EntryPoint& entry,
                                          const std::vector<Value>& inputs, const Limits& limits) {
  if (!TakesTensorsOnly(entry)) return session->InvokeValues(entry.name, inputs, limits);
  // What most users call.
  std::vector<Tensor> tensors;
  for (const Value& input : inputs) tensors.push_back(input.tensor());
  BATON_ASSIGN_OR_RETURN(const std::vector<Tensor> outputs, session->Invoke(entry.name, tensors, limits));
  return std::vector<Value>(outputs.begin(), outputs.end());
}

// `tensor` with another leading extent: its slices, again from the first when they do not suffice.
absl::StatusOr<Tensor> WithLeadingExtent(const Tensor& tensor, int64_t extent) {
  std::vector<int64_t> dims(tensor->shape().begin(), tensor->shape().end());
  const int64_t old_bytes = tensor->num_bytes();
  const int64_t slice_bytes = dims[0] == 0 ? 0 : old_bytes / dims[0];
  dims[0] = extent;
  BATON_ASSIGN_OR_RETURN(Tensor result, Tensor::Allocate(tensor.dtype(), dims));
  auto* out = static_cast<char*>(result->data);
  if (old_bytes == 0) {
    std::memset(out, 0, static_cast<size_t>(result->num_bytes()));
    return result;
  }
  for (int64_t i = 0; i < extent; ++i) {
    std::memcpy(out + i * slice_bytes, static_cast<const char*>(tensor->data) + i * slice_bytes % old_bytes,
                static_cast<size_t>(slice_bytes));
  }
  return result;
}

// `sequence` with its last element once more, or without it.
Value WithOtherLength(const Value& sequence, int64_t change) {
  std::vector<Value> elements(sequence.fields().begin(), sequence.fields().end());
  if (change > 0) {
    elements.push_back(elements.back());
  } else {
    elements.pop_back();
  }
  return Value::Sequence(std::move(elements));
}

// The work on one test, and what it has come to so far.
class CaseRun {
 public:
  CaseRun(const ConformanceCase& test, ConformanceMode mode, const ConformanceOptions& options,
          const std::function<void(absl::string_view)>& on_part)
      : test_(test), options_(options), on_part_(on_part) {
    result_.name = test.name;
    result_.mode = mode;
  }

  ConformanceResult Run() {
    const absl::Status status = RunStages();
    EndStage();
    if (!status.ok()) {
      result_.outcome = OutcomeOf(status, stage_);
      result_.message = std::string(status.message());
    }
    return std::move(result_);
  }

 private:
  // An error is an outcome; another outcome that is not kPassed stands in result_.
  absl::Status RunStages() {
    if (test_.data_sets.empty()) return absl::InvalidArgumentError("has no test_data_set_* folder");
    BATON_ASSIGN_OR_RETURN(const VerifiedExecutable executable, Build());
    std::vector<std::vector<Value>> first;
    const size_t num_codes = std::max<size_t>(options_.dispatches.size(), 1);
    const size_t num_schedulers = std::max<size_t>(options_.schedulers.size(), 1);
    for (size_t i = 0; i < num_codes * num_schedulers && passed(); ++i) {
      if (!options_.dispatches.empty()) dispatch_ = options_.dispatches[i / num_schedulers];
      if (!options_.schedulers.empty())
        scheduler_ = Scheduler::Create(options_.schedulers[i % num_schedulers]);
      outputs_.clear();
      const absl::Status status = RunDataSets(executable);
      if (!status.ok()) return dispatch_ ? Annotate(status, CodeName()) : status;
      if (i == 0) first = outputs_;
      CheckSameBits(first, i % num_schedulers == 0
                               ? "register and stack code give outputs with different bits"
                               : absl::StrCat("on ", scheduler_->options().num_threads,
                                              " threads the outputs have other bits"));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<VerifiedExecutable> Build() {
    BeginStage(Stage::kImport);
    BATON_ASSIGN_OR_RETURN(std::unique_ptr<ir::Module> module, ImportCase(test_, result_.mode));
    BeginStage(Stage::kCompile);
    CompileOptions options;
    if (result_.mode == ConformanceMode::kNoFold) options.optimization_level = 0;
    SetDispatches(options_.dispatches, &options);
    options.forking = options_.forking;
    BATON_ASSIGN_OR_RETURN(const Executable executable, Compile(std::move(module), options));
    BeginStage(Stage::kLoad);
    BATON_ASSIGN_OR_RETURN(const std::string bytes, SerializeExecutable(executable));
    return ParseExecutable(bytes, absl::StrCat(test_.name, ".baton"));
  }

  absl::Status RunDataSets(const VerifiedExecutable& executable) {
    BeginStage(Stage::kLoad);
    BATON_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program, BindProgram(executable, dispatch_));
    BATON_ASSIGN_OR_RETURN(const EntryPoint* entry, FindEntry(*program, "main"));
    BeginStage(Stage::kRun);
    std::vector<DataSet> data_sets;
    for (const std::string& folder : test_.data_sets) {
      absl::StatusOr<DataSet> data = ReadDataSet(folder, *entry);
      if (!data.ok()) return Annotate(data.status(), fs::path(folder).filename().string());
      data_sets.push_back(*std::move(data));
    }
    if (result_.mode == ConformanceMode::kReuse) return RunAgain(program, *entry, data_sets);
    for (const DataSet& data : data_sets) {
      Session session(program, scheduler_);
      BATON_RETURN_IF_ERROR(RunDataSet(&session, *entry, data));
    }
    return absl::OkStatus();
  }

  // All data in one session, twice, with runs in between that leave it in other states.
  absl::Status RunAgain(const std::shared_ptr<const Program>& program, const EntryPoint& entry,
                        const std::vector<DataSet>& data_sets) {
    Session session(program, scheduler_);
    for (const DataSet& data : data_sets) {
      BATON_RETURN_IF_ERROR(RunDataSet(&session, entry, data));
      BATON_RETURN_IF_ERROR(RunOtherExtents(&session, entry, data));
    }
    const std::vector<std::vector<Value>> first = std::move(outputs_);
    outputs_.clear();
    for (const DataSet& data : data_sets) BATON_RETURN_IF_ERROR(RunDataSet(&session, entry, data));
    CheckSameBits(first, "run again after runs with other extents, it gives other bits");
    return absl::OkStatus();
  }

  absl::Status RunOtherExtents(Session* session, const EntryPoint& entry, const DataSet& data) {
    BATON_ASSIGN_OR_RETURN(const auto variants, WithOtherExtents(data.inputs));
    for (const std::vector<Value>& inputs : variants) {
      BeginPart(absl::StrCat(data.name, " with other extents"));
      // A value or an error: not every model takes any extent.
      (void)Invoke(session, entry, inputs, limits());
    }
    return absl::OkStatus();
  }

  absl::Status RunDataSet(Session* session, const EntryPoint& entry, const DataSet& data) {
    if (!passed()) return absl::OkStatus();
    BeginPart(data.name);
    absl::StatusOr<std::vector<Value>> got = Invoke(session, entry, data.inputs, limits());
    if (!got.ok()) return Annotate(got.status(), data.name);
    for (int64_t i = 1; i < options_.repeats && passed(); ++i) {
      BATON_ASSIGN_OR_RETURN(const std::vector<Value> again, Invoke(session, entry, data.inputs, limits()));
      if (SameBits(again, *got)) continue;
      result_.outcome = CaseOutcome::kWrongValue;
      result_.message = absl::StrCat("run ", i + 1, " gives other bits than the first; ", data.name);
      return absl::OkStatus();
    }
    const Comparison same = CompareOutputs(*got, data.outputs, entry.outputs, options_.tolerance);
    outputs_.push_back(*std::move(got));
    if (same.outcome == CaseOutcome::kPassed) return absl::OkStatus();
    result_.outcome = same.outcome;
    result_.message = absl::StrCat(same.message, "; ", data.name);
    if (dispatch_) absl::StrAppend(&result_.message, "; ", CodeName());
    return absl::OkStatus();
  }

  void CheckSameBits(const std::vector<std::vector<Value>>& first, absl::string_view otherwise) {
    for (size_t i = 0; passed() && i < outputs_.size(); ++i) {
      if (SameBits(outputs_[i], first[i])) continue;
      result_.outcome = CaseOutcome::kWrongValue;
      result_.message = std::string(otherwise);
    }
  }

  Limits limits() const {
    Limits limits;
    limits.max_memory_bytes = options_.memory_bytes;
    return limits;
  }
  bool passed() const { return result_.outcome == CaseOutcome::kPassed; }

  // REQUIRES: dispatch_.
  std::string CodeName() const { return absl::StrCat(DispatchName(*dispatch_), " code"); }
  void BeginStage(Stage stage) {
    EndStage();
    stage_ = stage;
    stage_start_ = absl::Now();
    if (on_part_) on_part_(StageName(stage));
  }
  void EndStage() {
    if (stage_start_)
      result_.stage_seconds[static_cast<size_t>(stage_)] +=
          absl::ToDoubleSeconds(absl::Now() - *stage_start_);
    stage_start_.reset();
  }
  void BeginPart(absl::string_view data) {
    if (on_part_) on_part_(absl::StrCat("run ", dispatch_ ? CodeName() + ", " : "", data));
  }

  const ConformanceCase& test_;
  const ConformanceOptions& options_;
  const std::function<void(absl::string_view)>& on_part_;
  ConformanceResult result_;
  std::shared_ptr<Scheduler> scheduler_;
  std::optional<Dispatch> dispatch_;
  std::vector<std::vector<Value>> outputs_;  // of the runs with the test's data
  Stage stage_ = Stage::kImport;
  std::optional<absl::Time> stage_start_;
};

}  // namespace

ConformanceResult RunConformanceCase(const ConformanceCase& test, ConformanceMode mode,
                                     const ConformanceOptions& options,
                                     const std::function<void(absl::string_view part)>& on_part) {
  return CaseRun(test, mode, options, on_part).Run();
}

absl::StatusOr<std::vector<std::vector<Value>>> WithOtherExtents(const std::vector<Value>& inputs) {
  std::vector<std::vector<Value>> variants;
  for (const int64_t change : {int64_t{1}, int64_t{-1}}) {
    std::vector<Value> changed = inputs;
    bool any = false;
    for (Value& input : changed) {
      if (input.is_sequence() && !input.fields().empty()) {
        input = WithOtherLength(input, change);
        any = true;
      }
      if (!input.is_tensor() || input.tensor()->rank == 0) continue;
      const int64_t extent = input.tensor()->shape()[0] + change;
      if (extent < 0) continue;
      BATON_ASSIGN_OR_RETURN(input, WithLeadingExtent(input.tensor(), extent));
      any = true;
    }
    if (any) variants.push_back(std::move(changed));
  }
  return variants;
}

}  // namespace baton
