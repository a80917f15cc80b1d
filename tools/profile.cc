// baton profile: what each thread does during one run: work, span, idle time, time by operator.
#include <CLI/CLI.hpp>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/bench_inputs.h"
#include "tools/commands.h"
#include "tools/file_io.h"
#include "tools/input_options.h"
#include "tools/load_model.h"
#include "tools/parallel_options.h"
#include "tools/trace_json.h"
#include "tools/trace_summary.h"
#include "vm/core/status.h"
#include "vm/exec/session.h"
#include "vm/exec/trace.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "One run is recorded, after some to warm up. Inputs that are not given are random, as for baton "
    "bench.\n\n"
    "Examples:\n"
    "  baton profile wide.baton --threads 2\n"
    "  baton profile tree_lstm.rly --params tree_lstm.params --input tree=tree_0.rly --threads 2 --trace "
    "t.json\n"
    "and open t.json in ui.perfetto.dev or chrome://tracing";

struct Options {
  std::string model;
  ModelOptions model_options;
  InputOptions inputs;
  std::vector<std::string> shapes;
  ParallelOptions parallel;
  std::string entry = "main";
  int64_t num_warmup = 10;
  std::string trace;
};

using Invocation = std::function<absl::Status(Session& session)>;

absl::StatusOr<Trace> RecordRun(Session& session, const Invocation& invoke, int64_t num_warmup) {
  for (int64_t i = 0; i < num_warmup; ++i) BATON_RETURN_IF_ERROR(invoke(session));
  session.StartTrace();
  const absl::Status status = invoke(session);
  Trace trace = session.TakeTrace();
  if (!status.ok()) return status;
  return trace;
}

absl::StatusOr<Combination> OneCombination(const std::vector<std::string>& shapes) {
  BATON_ASSIGN_OR_RETURN(const std::vector<ShapeSweep> sweeps, ParseShapeSweeps(shapes));
  BATON_ASSIGN_OR_RETURN(const std::vector<Combination> combinations, Combine(sweeps));
  if (combinations.size() != 1) return UsageError("--shapes: one extent for each dimension is profiled");
  return combinations.front();
}

// A run on what the options give. The result owns the inputs.
absl::StatusOr<Invocation> MakeInvocation(const Options& options, const Program& program, Console& console) {
  BATON_ASSIGN_OR_RETURN(const Combination combination, OneCombination(options.shapes));
  BATON_ASSIGN_OR_RETURN(const EntryPoint* entry, FindEntry(program, options.entry));
  if (!TakesTensorsOnly(*entry)) {
    BATON_ASSIGN_OR_RETURN(std::vector<Value> values,
                           ReadValues(options.inputs, *entry, program.executable().type_definitions));
    BATON_RETURN_IF_ERROR(CheckNoneMissing(*entry, values));
    return [name = entry->name, values = std::move(values)](Session& session) {
      return session.InvokeValues(name, values).status();
    };
  }
  BATON_ASSIGN_OR_RETURN(std::vector<Tensor> inputs, ReadInputs(options.inputs, *entry));
  BATON_ASSIGN_OR_RETURN(const std::vector<std::string> ones, FillRandomInputs(*entry, combination, &inputs));
  if (!ones.empty()) console.err << "baton: took 1 for " << absl::StrJoin(ones, ", ") << " (see --shapes)\n";
  auto outputs = std::make_shared<std::vector<Tensor>>(entry->outputs.size());
  return [name = entry->name, inputs = std::move(inputs), outputs](Session& session) {
    return session.Invoke(name, inputs, absl::MakeSpan(*outputs));
  };
}

absl::StatusOr<ExitCode> RunProfile(const Options& options, Console& console) {
  BATON_ASSIGN_OR_RETURN(const SchedulerOptions scheduler,
                         SchedulerOf(options.parallel, options.model_options.forking == Forking::kAlways));
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program,
                         LoadProgramFor(options.model, options.entry, options.model_options));
  BATON_ASSIGN_OR_RETURN(const Invocation invoke, MakeInvocation(options, *program, console));
  Session session(program, Scheduler::Create(scheduler));
  BATON_ASSIGN_OR_RETURN(const Trace trace, RecordRun(session, invoke, options.num_warmup));
  const TraceAnalysis analysis = AnalyzeTrace(trace, program->executable());
  PrintTraceSummary(analysis, console.out);
  if (trace.num_lost > 0)
    console.err << "baton: " << trace.num_lost << " events did not fit and are missing\n";
  if (!options.trace.empty())
    BATON_RETURN_IF_ERROR(WriteFile(options.trace, TraceJson(trace, analysis, program->executable())));
  return kExitOk;
}

}  // namespace

void AddProfileCommand(CLI::App* program, Command* command) {
  CLI::App* app = program->add_subcommand("profile", "Show what each thread does during a run");
  const auto options = std::make_shared<Options>();
  app->add_option("M", options->model, "a .baton file, or a model, which is compiled first")
      ->type_name("FILE")
      ->required();
  AddInputOptions(app, &options->inputs);
  AddRelayOptions(app, &options->model_options);
  AddForkOptions(app, &options->model_options.forking);
  AddRepeatedOption(app, "--shapes", &options->shapes, "NAME=D", "the extent of a symbolic dimension");
  app->add_option("--entry", options->entry, "the entry point; default: main")->type_name("NAME");
  AddParallelOptions(app, &options->parallel, /*several=*/false);
  AddDispatchOption(app, &options->model_options.dispatches, /*several=*/false);
  app->add_option("--warmup", options->num_warmup, "runs before the one that is recorded; default: 10")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000).description(""));
  app->add_option("--trace", options->trace, "write all events as JSON for Perfetto")->type_name("FILE");
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunProfile(*options, console); }; });
}

}  // namespace baton
