#include "tools/stream_options.h"

#include <CLI/CLI.hpp>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "tools/exit_codes.h"
#include "tools/input_options.h"
#include "tools/symbol_values.h"
#include "tools/tensor_io.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int64_t kMaxSamples = int64_t{1} << 30;  // of a window's parts

absl::Status ReadRecording(const StreamOptions& options, const EntryPoint& entry, StreamPlan* plan) {
  BATON_ASSIGN_OR_RETURN(const auto assignment, SplitAssignment("--scan", options.scan));
  const auto& [name, file] = assignment;
  BATON_ASSIGN_OR_RETURN(plan->scan_input, FindParameter(entry.inputs, "input", name));
  BATON_ASSIGN_OR_RETURN(Tensor recording, ReadTensor(file, name));
  const Shape& shape = entry.inputs[plan->scan_input].type.tensor().shape;
  if (recording->rank == 1 && shape.has_rank() && shape.rank() == 2) recording = AddLeadingAxis(recording);
  BATON_RETURN_IF_ERROR(SetInput(entry, plan->scan_input, recording, &plan->inputs));
  plan->recording = std::move(recording);
  return absl::OkStatus();
}

// The extents of symbols by the first window.
SymbolValues WindowSymbols(const StreamPlan& plan, const EntryPoint& entry) {
  std::vector<int64_t> dims(plan.recording.shape().begin(), plan.recording.shape().end());
  if (!dims.empty()) dims.back() = plan.context + plan.chunk;
  SymbolValues symbols;
  symbols.Learn(entry.inputs[plan.scan_input].type.tensor().shape, dims);
  return symbols;
}

absl::StatusOr<Tensor> Zeros(const Parameter& input, const SymbolValues& symbols, int64_t batch) {
  const absl::StatusOr<std::vector<int64_t>> dims = symbols.Resolve(input.type.tensor().shape, batch);
  if (!dims.ok()) {
    return UsageError(absl::StrCat("input '", input.name, "' has no known extents (", input.type.ToString(),
                                   "): give its first value with --init"));
  }
  BATON_ASSIGN_OR_RETURN(Tensor zeros, Tensor::Allocate(input.type.tensor().dtype, *dims));
  if (zeros.num_elements() > 0) std::memset(zeros->data, 0, zeros->num_bytes());
  return zeros;
}

absl::Status AddCarries(const StreamOptions& options, const EntryPoint& entry, StreamPlan* plan) {
  for (const std::string& text : options.carries) {
    BATON_ASSIGN_OR_RETURN(const auto assignment, SplitAssignment("--carry", text));
    BATON_ASSIGN_OR_RETURN(const int output, FindParameter(entry.outputs, "output", assignment.first));
    BATON_ASSIGN_OR_RETURN(const int input, FindParameter(entry.inputs, "input", assignment.second));
    for (const auto& [other_output, other_input] : plan->carries) {
      if (other_input == input)
        return UsageError(absl::StrCat("--carry: input '", assignment.second, "' is given twice"));
    }
    const DType from = entry.outputs[output].type.tensor().dtype,
                to = entry.inputs[input].type.tensor().dtype;
    if (from != to) {
      return UsageError(
          absl::StrCat("--carry ", text, ": the output is ", DTypeName(from), ", the input ", DTypeName(to)));
    }
    plan->carries.emplace_back(output, input);
  }
  return absl::OkStatus();
}

absl::Status SetFirstValues(const StreamOptions& options, const EntryPoint& entry, StreamPlan* plan) {
  std::vector<Tensor> initial(entry.inputs.size());
  for (const std::string& text : options.initial) {
    BATON_ASSIGN_OR_RETURN(const auto assignment, SplitAssignment("--init", text));
    BATON_ASSIGN_OR_RETURN(const int input, FindParameter(entry.inputs, "input", assignment.first));
    BATON_ASSIGN_OR_RETURN(Tensor value, ReadTensor(assignment.second, assignment.first));
    BATON_RETURN_IF_ERROR(SetInput(entry, input, std::move(value), &initial));
  }
  const SymbolValues symbols = WindowSymbols(*plan, entry);
  const int64_t batch = plan->recording->rank >= 2 ? plan->recording.shape()[0] : 1;
  for (const auto& [output, input] : plan->carries) {
    if (!initial[input]) {
      BATON_ASSIGN_OR_RETURN(initial[input], Zeros(entry.inputs[input], symbols, batch));
    }
    BATON_RETURN_IF_ERROR(SetInput(entry, input, std::move(initial[input]), &plan->inputs));
  }
  for (size_t i = 0; i < initial.size(); ++i) {
    if (initial[i]) {
      return UsageError(
          absl::StrCat("--init: input '", entry.inputs[i].name, "' is not carried; use --input"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddStreamOptions(CLI::App* command, StreamOptions* options) {
  CLI::Option* scan =
      command
          ->add_option("--scan", options->scan,
                       "feed a whole recording to an input, chunk by chunk along its last axis")
          ->type_name("NAME=FILE");
  CLI::Option* chunk = command->add_option("--chunk", options->chunk, "new samples per step")
                           ->type_name("N")
                           ->check(CLI::Range(int64_t{1}, kMaxSamples).description(""))
                           ->needs(scan);
  scan->needs(chunk);
  command->add_option("--context", options->context, "samples of before that each step sees again")
      ->type_name("N")
      ->check(CLI::Range(int64_t{0}, kMaxSamples).description(""))
      ->needs(scan);
  AddRepeatedOption(command, "--carry", &options->carries, "OUT=IN",
                    "feed an output back into an input at the next step; zeros at first");
  AddRepeatedOption(command, "--init", &options->initial, "NAME=FILE", "the first value of a carried input");
  command->get_option("--carry")->needs(scan);
  command->get_option("--init")->needs(scan);
}

absl::StatusOr<StreamPlan> MakeStreamPlan(const StreamOptions& options, const EntryPoint& entry,
                                          std::vector<Tensor> inputs) {
  StreamPlan plan;
  plan.inputs = std::move(inputs);
  plan.chunk = options.chunk;
  plan.context = options.context;
  plan.num_outputs = static_cast<int>(entry.outputs.size());
  BATON_RETURN_IF_ERROR(ReadRecording(options, entry, &plan));
  BATON_RETURN_IF_ERROR(AddCarries(options, entry, &plan));
  BATON_RETURN_IF_ERROR(SetFirstValues(options, entry, &plan));
  BATON_RETURN_IF_ERROR(CheckNoneMissing(entry, plan.inputs));
  return plan;
}

}  // namespace baton
