// baton bench: how long a program takes, what it allocates and executes.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tools/bench_inputs.h"
#include "tools/commands.h"
#include "tools/file_io.h"
#include "tools/input_options.h"
#include "tools/json_output.h"
#include "tools/load_model.h"
#include "tools/measure.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "Inputs that are not given are random, the same at every call: floats in [-1, 1), integers 0 or 1.\n\n"
    "Examples:\n"
    "  baton bench model.baton --shapes batch=1,8 --shapes seq=64,512\n"
    "  baton bench vad.baton --set sr=16000 --input input=x.npy --seconds 5\n"
    "  baton bench a.baton b.baton --repeat 1000 --json results.json";

struct Options {
  std::vector<std::string> models;
  InputOptions inputs;
  std::vector<std::string> shapes;
  ModelOptions model_options;
  std::string entry = "main";
  MeasureOptions measure;
  std::string json;
};

struct Row {
  std::string model;
  std::string shapes;
  Dispatch dispatch = Dispatch::kRegister;
  Measurement measurement;
};

std::string ShapesText(const Combination& combination) {
  return absl::StrJoin(combination, ",", [](std::string* out, const std::pair<std::string, int64_t>& value) {
    absl::StrAppend(out, value.first, "=", value.second);
  });
}

// Measures one model in all combinations; rows are printed by `emit` as they come.
absl::Status BenchModel(const Options& options, const std::string& model, const ModelOptions& model_options,
                        const std::vector<Combination>& combinations, Console& console,
                        const std::function<void(Row)>& emit) {
  BATON_ASSIGN_OR_RETURN(const std::shared_ptr<const Program> program,
                         LoadProgramFor(model, options.entry, model_options));
  BATON_ASSIGN_OR_RETURN(const EntryPoint* entry, FindEntry(*program, options.entry));
  if (!TakesTensorsOnly(*entry)) {
    BATON_ASSIGN_OR_RETURN(const std::vector<Value> inputs,
                           ReadValues(options.inputs, *entry, program->executable().type_definitions));
    BATON_RETURN_IF_ERROR(CheckNoneMissing(*entry, inputs));
    Row row = {model, "", program->dispatch(), {}};
    BATON_ASSIGN_OR_RETURN(row.measurement, MeasureValues(program, options.entry, inputs, options.measure));
    emit(std::move(row));
    return absl::OkStatus();
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
    Row row = {model, ShapesText(combination), program->dispatch(), {}};
    if (console.interactive) {
      console.err << "measuring " << model << " " << row.shapes << "\r" << std::flush;
    }
    BATON_ASSIGN_OR_RETURN(row.measurement, Measure(program, options.entry, inputs, options.measure));
    if (console.interactive) console.err << "\033[K";
    emit(std::move(row));
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

void PrintRow(const Row& row, int width, std::ostream& out) {
  const Measurement& m = row.measurement;
  const std::string label = absl::StrCat(row.model, row.shapes.empty() ? "" : " ", row.shapes);
  const std::string allocations =
      m.allocations_per_run < 0 ? "-" : absl::StrFormat("%g", m.allocations_per_run);
  out << absl::StreamFormat("%-*s %-8s %7d %9.1f %9.1f %9.1f %9.1f %9.1f %10.1f %8s %10d %8d\n", width, label,
                            DispatchName(row.dispatch), m.num_runs, m.min_us, m.median_us, m.p90_us, m.p99_us,
                            m.max_us, m.runs_per_second, allocations, m.instructions, m.kernel_calls)
      << std::flush;
}

void PrintHeading(const Options& options, int width, std::ostream& out) {
  out << absl::StreamFormat(
      "latency in microseconds; warm-up %d runs, then %s; 1 thread\n", options.measure.num_warmup,
      options.measure.num_runs > 0 ? absl::StrCat(options.measure.num_runs, " runs")
                                   : absl::StrFormat("%g s, at least 10 runs", options.measure.seconds));
  out << absl::StreamFormat("%-*s %-8s %7s %9s %9s %9s %9s %9s %10s %8s %10s %8s\n", width, "model",
                            "dispatch", "runs", "min", "median", "p90", "p99", "max", "runs/s", "mallocs",
                            "instrs", "kernels");
}

std::string RowsAsJson(const Options& options, const std::vector<Row>& rows) {
  JsonOutput json;
  json.BeginObject();
  json.Field("warmup", options.measure.num_warmup);
  json.Key("results");
  json.BeginArray();
  for (const Row& row : rows) {
    const Measurement& m = row.measurement;
    json.BeginObject();
    json.Field("model", row.model);
    json.Field("shapes", row.shapes);
    json.Field("dispatch", DispatchName(row.dispatch));
    json.Field("threads", int64_t{1});
    json.Field("runs", m.num_runs);
    json.Field("min_us", m.min_us);
    json.Field("median_us", m.median_us);
    json.Field("p90_us", m.p90_us);
    json.Field("p99_us", m.p99_us);
    json.Field("max_us", m.max_us);
    json.Field("runs_per_second", m.runs_per_second);
    json.Field("allocations_per_run", m.allocations_per_run);
    json.Field("instructions", m.instructions);
    json.Field("kernel_calls", m.kernel_calls);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Finish();
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
  std::vector<Row> rows;
  const auto emit = [&](Row row) {
    if (table && rows.empty()) PrintHeading(options, static_cast<int>(width), console.out);
    if (table) PrintRow(row, static_cast<int>(width), console.out);
    rows.push_back(std::move(row));
  };
  for (const std::string& model : options.models) {
    for (const ModelOptions& model_options : OneForEachDispatch(options.model_options))
      BATON_RETURN_IF_ERROR(BenchModel(options, model, model_options, combinations, console, emit));
  }
  if (!table) console.out << RowsAsJson(options, rows);
  if (table && !options.json.empty())
    BATON_RETURN_IF_ERROR(WriteFile(options.json, RowsAsJson(options, rows)));
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
  AddThreadsOption(app);
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
  AddDispatchOption(app, &options->model_options.dispatches, /*several=*/true);
  app->add_option("--json", options->json, "write the results as JSON; - prints them instead of the table")
      ->type_name("FILE");
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunBench(*options, console); }; });
}

}  // namespace baton
