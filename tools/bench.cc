// baton bench: how long a program takes, what it allocates and executes.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/bench_inputs.h"
#include "tools/bench_report.h"
#include "tools/commands.h"
#include "tools/file_io.h"
#include "tools/input_options.h"
#include "tools/load_model.h"
#include "tools/measure.h"
#include "tools/parallel_options.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Inputs that are not given are random, the same at every call: floats in [-1, 1), integers 0 or 1.\n\n"
    "Examples:\n"
    "  baton bench model.baton --shapes batch=1,8 --shapes seq=64,512\n"
    "  baton bench vad.baton --set sr=16000 --input input=x.npy --seconds 5\n"
    "  baton bench wide.baton --threads 1,2,4\n"
    "  baton bench a.baton b.baton --repeat 1000 --json results.json";

struct Options {
  std::vector<std::string> models;
  InputOptions inputs;
  std::vector<std::string> shapes;
  ModelOptions model_options;
  ParallelOptions parallel;
  std::string entry = "main";
  MeasureOptions measure;
  std::string json;
};

std::string ShapesText(const Combination& combination) {
  return absl::StrJoin(combination, ",", [](std::string* out, const std::pair<std::string, int64_t>& value) {
    absl::StrAppend(out, value.first, "=", value.second);
  });
}

using Emit = std::function<void(BenchRow)>;

// One row for each of --threads.
absl::Status BenchSchedulers(const Options& options, BenchRow row, const Emit& emit,
                             absl::FunctionRef<absl::StatusOr<Measurement>(const MeasureOptions&)> measure) {
  BATON_ASSIGN_OR_RETURN(const std::vector<SchedulerOptions> schedulers,
                         SchedulersOf(options.parallel, options.model_options.forking == Forking::kAlways));
  MeasureOptions measure_options = options.measure;
  for (const SchedulerOptions& scheduler : schedulers) {
    row.scheduler = measure_options.scheduler = scheduler;
    BATON_ASSIGN_OR_RETURN(row.measurement, measure(measure_options));
    emit(row);
  }
  return absl::OkStatus();
}

// Measures one model in all combinations; rows are printed by `emit` as they come.
absl::Status BenchModel(const Options& options, const std::string& model, const ModelOptions& model_options,
                        const std::vector<Combination>& combinations, Console& console, const Emit& emit) {
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program,
                         LoadProgramFor(model, options.entry, model_options));
  BATON_ASSIGN_OR_RETURN(const EntryPoint* entry, FindEntry(*program, options.entry));
  BenchRow row = {model, "", program->dispatch(), {}, {}};
  if (!TakesTensorsOnly(*entry)) {
    BATON_ASSIGN_OR_RETURN(const std::vector<Value> inputs,
                           ReadValues(options.inputs, *entry, program->executable().type_definitions));
    BATON_RETURN_IF_ERROR(CheckNoneMissing(*entry, inputs));
    return BenchSchedulers(options, row, emit, [&](const MeasureOptions& measure) {
      return MeasureValues(program, options.entry, inputs, measure);
    });
  }
  BATON_ASSIGN_OR_RETURN(const std::vector<Tensor> given, ReadInputs(options.inputs, *entry));
  bool told = false;
  for (const Combination& combination : combinations) {
    std::vector<Tensor> inputs = given;
    BATON_ASSIGN_OR_RETURN(const std::vector<std::string> ones,
                           FillRandomInputs(*entry, combination, &inputs));
    if (!ones.empty() && !told) {
      console.err << "baton: " << model << ": took 1 for " << absl::StrJoin(ones, ", ")
                  << " (see --shapes)\n";
      told = true;
    }
    row.shapes = ShapesText(combination);
    if (console.interactive) {
      console.err << "measuring " << model << " " << row.shapes << "\r" << std::flush;
    }
    BATON_RETURN_IF_ERROR(BenchSchedulers(options, row, emit, [&](const MeasureOptions& measure) {
      return Measure(program, options.entry, inputs, measure);
    }));
    if (console.interactive) console.err << "\033[K";
  }
  return absl::OkStatus();
}

std::vector<ModelOptions> OneForEachDispatch(const ModelOptions& options) {
  if (options.dispatches.empty()) return {options};
  std::vector<ModelOptions> result;
  for (const Dispatch dispatch : options.dispatches) {
    result.push_back(options);
    result.back().dispatches = {dispatch};
  }
  return result;
}

absl::StatusOr<ExitCode> RunBench(const Options& options, Console& console) {
  BATON_ASSIGN_OR_RETURN(const std::vector<ShapeSweep> sweeps, ParseShapeSweeps(options.shapes));
  BATON_ASSIGN_OR_RETURN(const std::vector<Combination> combinations, Combine(sweeps));
  size_t width = 0;
  for (const std::string& model : options.models) {
    for (const Combination& combination : combinations) {
      width = std::max(width, model.size() + 1 + ShapesText(combination).size());
    }
  }
  const bool table = options.json != "-";
  std::vector<BenchRow> rows;
  const auto emit = [&](BenchRow row) {
    if (table && rows.empty()) PrintBenchHeading(options.measure, static_cast<int>(width), console.out);
    if (table) PrintBenchRow(row, static_cast<int>(width), console.out);
    rows.push_back(std::move(row));
  };
  for (const std::string& model : options.models) {
    for (const ModelOptions& model_options : OneForEachDispatch(options.model_options))
      BATON_RETURN_IF_ERROR(BenchModel(options, model, model_options, combinations, console, emit));
  }
  if (!table) console.out << BenchJson(options.measure, rows);
  if (table && !options.json.empty())
    BATON_RETURN_IF_ERROR(WriteFile(options.json, BenchJson(options.measure, rows)));
  return kExitOk;
}

}  // namespace

void AddBenchCommand(CLI::App* program, Command* command) {
  CLI::App* app = program->add_subcommand("bench", "Measure latency, allocations and instructions");
  const auto options = std::make_shared<Options>();
  app->add_option("M", options->models, ".baton files, or models, which are compiled first")
      ->type_name("FILE")
      ->required();
  AddInputOptions(app, &options->inputs);
  AddForkOptions(app, &options->model_options.forking);
  AddRelayOptions(app, &options->model_options);
  AddRepeatedOption(app, "--shapes", &options->shapes, "NAME=D,...",
                    "extents of a symbolic dimension to measure; several options combine");
  app->add_option("--entry", options->entry, "the entry point; default: main")->type_name("NAME");
  AddParallelOptions(app, &options->parallel, /*several=*/true);
  app->add_option("--warmup", options->measure.num_warmup, "runs before measuring; default: 10")
      ->type_name("N")
      ->check(CLI::Range(0, 1000000).description(""));
  CLI::Option* repeat = app->add_option("--repeat", options->measure.num_runs, "runs to measure")
                            ->type_name("N")
                            ->check(CLI::Range(1, 10000000).description(""));
  app->add_option("--seconds", options->measure.seconds, "how long to measure; default: 1")
      ->type_name("S")
      ->check(CLI::Range(0.0, 86400.0).description(""))
      ->excludes(repeat);
  app->add_flag("--same-bits", options->measure.same_bits,
                "fail when a measured run gives other bits than a run on one thread");
  AddDispatchOption(app, &options->model_options.dispatches, /*several=*/true);
  app->add_option("--json", options->json, "write the results as JSON; - prints them instead of the table")
      ->type_name("FILE");
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunBench(*options, console); }; });
}

}  // namespace baton
