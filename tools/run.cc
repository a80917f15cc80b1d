// baton run: one invocation of a program, or a whole stream of them.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "tools/commands.h"
#include "tools/input_options.h"
#include "tools/load_model.h"
#include "tools/parallel_options.h"
#include "tools/run_outputs.h"
#include "tools/stream_options.h"
#include "vm/core/status.h"
#include "vm/exec/session.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  baton run model.baton                              prints the inputs it needs\n"
    "  baton run model.baton --input x=x.npy --set n=3 --output y=y.npy\n"
    "  baton run model.onnx --input inputs.npz --json\n"
    "  baton run tree_lstm.rly --params tree_lstm.params --set tree='Node(Leaf(17), Leaf(3))'\n"
    "  baton run vad.baton --scan input=speech.wav --chunk 512 --context 64 \\\n"
    "      --carry stateN=state --set sr=16000 --output output=probs.npy";

struct Options {
  std::string model;
  ModelOptions model_options;
  InputOptions inputs;
  StreamOptions stream;
  ParallelOptions parallel;
  std::vector<std::string> outputs;
  std::string entry = "main";
  std::string max_memory;
  double timeout_seconds = 0;  // 0: none
  int64_t max_depth = Limits().max_depth;
  bool json = false;
};

// "512", "64K", "2G" in bytes.
absl::StatusOr<int64_t> ParseByteCount(absl::string_view text) {
  constexpr absl::string_view kUnits = "KMG";
  absl::string_view digits = text;
  int shift = 0;
  if (const size_t unit = text.empty() ? kUnits.npos : kUnits.find(text.back()); unit != kUnits.npos) {
    shift = 10 * static_cast<int>(unit + 1);
    digits.remove_suffix(1);
  }
  int64_t count = 0;
  if (!absl::SimpleAtoi(digits, &count) || count <= 0 || count > (INT64_MAX >> shift)) {
    return UsageError(absl::StrCat("--max-memory '", text, "': expected bytes, as 1000000, 512K, 64M or 2G"));
  }
  return count << shift;
}

absl::StatusOr<std::vector<Tensor>> RunWholeStream(const Options& options, const Limits& limits,
                                                   StreamPlan plan, Session* session, Console& console) {
  const auto step = [&](absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs) {
    return session->Invoke(options.entry, inputs, outputs, limits);
  };
  BATON_ASSIGN_OR_RETURN(StreamResult result, RunStream(std::move(plan), step));
  console.err << absl::StreamFormat("baton: %d chunks in %.1f ms, %.1f us per chunk (median)\n",
                                    result.num_chunks, result.total_us / 1000, result.median_us);
  return std::move(result.outputs);
}

// One invocation of an entry point with data or tuples among its inputs and outputs.
absl::Status RunValues(const Options& options, const Limits& limits, const EntryPoint& entry,
                       const OutputPlan& plan, Session* session, Console& console) {
  if (!options.stream.scan.empty()) {
    return UsageError("--scan: the entry point takes or gives more than tensors");
  }
  BATON_ASSIGN_OR_RETURN(const std::vector<Value> inputs,
                         ReadValues(options.inputs, entry, session->program().executable().type_definitions));
  BATON_RETURN_IF_ERROR(CheckNoneMissing(entry, inputs));
  BATON_ASSIGN_OR_RETURN(const std::vector<Value> outputs,
                         session->InvokeValues(options.entry, inputs, limits));
  return EmitValues(plan, entry, outputs, options.json, console.out);
}

bool NothingGiven(const Options& options) {
  return options.inputs.files.empty() && options.inputs.values.empty() && options.stream.scan.empty();
}

absl::StatusOr<ExitCode> RunRun(const Options& options, Console& console) {
  Limits limits;
  limits.max_depth = options.max_depth;
  if (!options.max_memory.empty()) {
    BATON_ASSIGN_OR_RETURN(limits.max_memory_bytes, ParseByteCount(options.max_memory));
  }
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program,
                         LoadProgramFor(options.model, options.entry, options.model_options));
  BATON_ASSIGN_OR_RETURN(const EntryPoint* entry, FindEntry(*program, options.entry));
  if (NothingGiven(options) && !entry->inputs.empty()) {
    console.out << "usage: baton run " << options.model << " --input NAME=FILE | --set NAME=VALUE ...\n"
                << Signature(*entry);
    return UsageError(absl::StrCat("'", entry->name, "' needs ", entry->inputs.size(), " input(s)"));
  }
  BATON_ASSIGN_OR_RETURN(OutputPlan output_plan, MakeOutputPlan(options.outputs, *entry));
  BATON_ASSIGN_OR_RETURN(const SchedulerOptions scheduler,
                         SchedulerOf(options.parallel, options.model_options.forking == Forking::kAlways));
  Session session(program, Scheduler::Create(scheduler));
  if (options.timeout_seconds > 0) limits.deadline = absl::Now() + absl::Seconds(options.timeout_seconds);
  if (!TakesTensorsOnly(*entry)) {
    BATON_RETURN_IF_ERROR(RunValues(options, limits, *entry, output_plan, &session, console));
    return kExitOk;
  }
  BATON_ASSIGN_OR_RETURN(std::vector<Tensor> inputs, ReadInputs(options.inputs, *entry));
  std::vector<Tensor> outputs;
  if (!options.stream.scan.empty()) {
    BATON_ASSIGN_OR_RETURN(StreamPlan plan, MakeStreamPlan(options.stream, *entry, std::move(inputs)));
    // A state is of interest only to those who ask for it.
    for (const auto& [output, input] : plan.carries) output_plan.hidden[output] = true;
    BATON_ASSIGN_OR_RETURN(outputs, RunWholeStream(options, limits, std::move(plan), &session, console));
  } else {
    BATON_RETURN_IF_ERROR(CheckNoneMissing(*entry, inputs));
    BATON_ASSIGN_OR_RETURN(outputs, session.Invoke(options.entry, inputs, limits));
  }
  BATON_RETURN_IF_ERROR(EmitOutputs(output_plan, *entry, outputs, options.json, console.out));
  return kExitOk;
}

}  // namespace

void AddRunCommand(CLI::App* program, Command* command) {
  CLI::App* app = program->add_subcommand("run", "Run a program once, or over a recording");
  const auto options = std::make_shared<Options>();
  app->add_option("M", options->model, "a .baton file, or a model, which is compiled first")
      ->type_name("FILE")
      ->required();
  AddInputOptions(app, &options->inputs);
  AddForkOptions(app, &options->model_options.forking);
  AddRelayOptions(app, &options->model_options);
  AddRepeatedOption(app, "--output", &options->outputs, "NAME=FILE",
                    "write an output to .npy or .npz instead of printing it; FILE.npz alone takes all");
  app->add_option("--entry", options->entry, "the entry point; default: main")->type_name("NAME");
  AddStreamOptions(app, &options->stream);
  AddParallelOptions(app, &options->parallel, /*several=*/false);
  AddDispatchOption(app, &options->model_options.dispatches, /*several=*/false);
  app->add_option("--max-depth", options->max_depth, "limit of nested calls")
      ->type_name("N")
      ->check(CLI::PositiveNumber.description(""));
  app->add_option("--max-memory", options->max_memory, "limit of the session's memory")
      ->type_name("BYTES[K|M|G]");
  app->add_option("--timeout", options->timeout_seconds, "give up after this long")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber.description(""));
  app->add_flag("--json", options->json, "print the results as JSON");
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunRun(*options, console); }; });
}

}  // namespace baton
