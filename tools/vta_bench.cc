// baton vta bench: how busy programs keep the accelerator, beside what the specification demands.
#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tools/file_io.h"
#include "tools/vta_bench_report.h"
#include "tools/vta_chip.h"
#include "tools/vta_commands.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "The RTL is exact to the cycle: every call prints the same. Each program's results are compared with the "
    "model chip's.\n\n"
    "Examples:\n"
    "  baton vta bench\n"
    "  baton vta bench --table\n"
    "  baton vta bench --sweep --json vta.json && python3 bench/vta_plots.py vta.json vta.svg\n"
    "  baton vta bench --chip none --latency 100";

constexpr uint32_t kLatencies[] = {1, 8, 16, 32, 64, 100, 200, 400};
constexpr uint32_t kBuses[] = {8, 16, 32, 64};

struct Options {
  std::string chip = "rtl";
  VtaBenchMachine machine;
  bool table = false;
  bool sweep = false;
  std::string json;
};

absl::StatusOr<std::vector<VtaBenchRun>> RunPrograms(const VtaBenchMachine& machine) {
  std::vector<VtaBenchRun> runs;
  for (const uint32_t contexts : {2u, 1u}) {
    BATON_ASSIGN_OR_RETURN(const std::vector<VtaBenchRun> layers, RunResNet18(machine, contexts));
    runs.insert(runs.end(), layers.begin(), layers.end());
  }
  for (const bool initial : {false, true}) {
    BATON_ASSIGN_OR_RETURN(VtaBenchRun run, RunBlockedGemm(machine, initial));
    runs.push_back(std::move(run));
  }
  return runs;
}

absl::Status AddPoint(const VtaBenchMachine& machine, uint32_t contexts, std::vector<VtaSweepPoint>& points) {
  BATON_ASSIGN_OR_RETURN(const std::vector<VtaBenchRun> runs, RunResNet18(machine, contexts));
  points.push_back({machine.timing.bus_bytes, machine.timing.read_latency, contexts, UtilisationOf(runs)});
  return absl::OkStatus();
}

absl::Status Sweep(Console& console, VtaBenchResults& results) {
  for (const uint32_t contexts : {2u, 1u}) {
    VtaBenchMachine machine = results.machine;
    for (const uint32_t latency : kLatencies) {
      if (console.interactive) console.err << "latency " << latency << "\033[K\r" << std::flush;
      machine.timing.read_latency = latency;
      BATON_RETURN_IF_ERROR(AddPoint(machine, contexts, results.latency_sweep));
    }
    machine = results.machine;
    for (const uint32_t bus_bytes : kBuses) {
      machine.timing.bus_bytes = bus_bytes;
      const absl::Status status = AddPoint(machine, contexts, results.bus_sweep);
      // Each width needs an RTL of its own, and not all are built.
      if (absl::IsInvalidArgument(status)) {
        if (contexts == 2) console.err << "baton: left out: " << status.message() << "\n";
      } else {
        BATON_RETURN_IF_ERROR(status);
      }
    }
  }
  if (console.interactive) console.err << "\033[K";
  return absl::OkStatus();
}

void Print(const VtaBenchResults& results, Console& console) {
  const vta::Machine& timing = results.machine.timing;
  console.out << (results.machine.on_chip ? "RTL chip" : "cost model") << ", configuration "
              << results.machine.config << ", bus of " << timing.bus_bytes << " bytes, latency "
              << timing.read_latency << "\n\n";
  if (!results.contract.empty()) PrintVtaContract(results.contract, console.out);
  if (!results.runs.empty()) PrintVtaRuns(results.runs, console.out);
  for (const std::vector<VtaSweepPoint>* points : {&results.latency_sweep, &results.bus_sweep}) {
    if (points->empty()) continue;
    console.out << "\nResNet-18 C2-C11:\n";
    PrintVtaSweep(*points, console.out);
  }
}

absl::StatusOr<ExitCode> RunVtaBench(const Options& options, Console& console) {
  if (options.chip != "rtl" && options.chip != "none") {
    return UsageError(absl::StrCat("--chip: found ", options.chip, ", expected rtl or none"));
  }
  VtaBenchResults results;
  results.machine = options.machine;
  results.machine.on_chip = options.chip == "rtl";
  const bool all = !options.json.empty();
  if (options.table || all) {
    BATON_ASSIGN_OR_RETURN(results.contract, MeasureContract(results.machine));
  }
  if (!options.table || all) {
    BATON_ASSIGN_OR_RETURN(results.runs, RunPrograms(results.machine));
  }
  if (options.sweep) BATON_RETURN_IF_ERROR(Sweep(console, results));
  if (options.json == "-") {
    console.out << VtaBenchJson(results);
    return kExitOk;
  }
  Print(results, console);
  if (all) BATON_RETURN_IF_ERROR(WriteFile(options.json, VtaBenchJson(results)));
  return kExitOk;
}

}  // namespace

void AddVtaBenchCommand(CLI::App* vta, Command* command) {
  CLI::App* app = vta->add_subcommand("bench", "Measure how busy programs keep the accelerator");
  const auto options = std::make_shared<Options>();
  app->add_option("--chip", options->chip, "rtl: to the cycle; none: only the cost model; default: rtl")
      ->type_name("NAME");
  app->add_option("--config", options->machine.config, "the configuration; default: default")
      ->type_name("NAME");
  app->add_option("--latency", options->machine.timing.read_latency, "of memory, in cycles; default: 16")
      ->type_name("N")
      ->check(CLI::Range(1, 10000).description(""));
  app->add_option("--bus", options->machine.timing.bus_bytes, "of memory, in bytes a cycle; default: 8")
      ->type_name("N")
      ->check(CLI::IsMember({8, 16, 32, 64}).description(""));
  app->add_flag("--table", options->table, "the items of the specification's performance contract");
  app->add_flag("--sweep", options->sweep,
                "ResNet-18 at latencies from 1 to 400 and buses of 8 to 64 bytes, too");
  app->add_option("--json", options->json, "write all as JSON; - prints it instead of the tables")
      ->type_name("FILE");
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunVtaBench(*options, console); }; });
}

}  // namespace baton
