// dispatch_bench: what the choice between register code and stack code costs, program by program.
// docs/dispatch.md says what the figures mean.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bench/dispatch_measure.h"
#include "bench/dispatch_programs.h"
#include "bench/dispatch_report.h"
#include "bench/machine.h"
#include "bench/perf_counters.h"
#include "tools/file_io.h"
#include "vm/core/status.h"

namespace baton {
namespace {

struct Options {
  ProgramOptions programs = {BATON_SOURCE_DIR,
                             absl::StrCat(BATON_SOURCE_DIR, "/../shared/data/silero/silero_vad.onnx")};
  std::vector<std::string> only;
  SampleOptions samples;
  std::string json;
};

// Those named, or all, in the order of the list.
absl::StatusOr<std::vector<BenchProgram>> Choose(const Options& options) {
  std::vector<BenchProgram> all = DispatchPrograms(options.programs);
  if (options.only.empty()) return all;
  std::vector<BenchProgram> chosen;
  for (const std::string& name : options.only) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const BenchProgram& program) { return program.name == name; });
    if (found == all.end()) {
      const auto append_name = [](std::string* out, const BenchProgram& p) { out->append(p.name); };
      return absl::InvalidArgumentError(
          absl::StrCat("no program '", name, "'; there are: ", absl::StrJoin(all, ", ", append_name)));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

absl::Status RunBenchmark(const Options& options) {
  BATON_ASSIGN_OR_RETURN(const std::vector<BenchProgram> programs, Choose(options));
  PerfCounters counters;
  ReportHeader header{DescribeMachine(), options.samples, {}};
  if (!counters.available()) {
    header.notes = absl::StrCat("no cycles and branch misses: ", counters.reason(), "\n");
  }
  PrintHeader(header, std::cout);
  std::vector<ProgramFigures> figures;
  for (const BenchProgram& program : programs) {
    absl::StatusOr<ProgramFigures> measured = MeasureProgram(program, options.samples, counters);
    if (!measured.ok()) return Annotate(measured.status(), program.name);
    PrintProgram(*measured, std::cout);
    figures.push_back(*std::move(measured));
  }
  return options.json.empty() ? absl::OkStatus() : WriteFile(options.json, FiguresAsJson(header, figures));
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Measures register code and stack code in turns.");
  app.add_option("--only", options.only, "programs to measure; default: all")
      ->type_name("NAME,...")
      ->delimiter(',');
  CLI::Option* rounds = app.add_option("--rounds", options.samples.num_rounds, "samples of each; default: 21")
                            ->type_name("N")
                            ->check(CLI::Range(1, 10000).description(""));
  app.add_flag("--quick", options.programs.quick, "small programs and few samples, to see that all works");
  app.add_option("--silero", options.programs.silero, "silero_vad.onnx, beside its test_data_set_1")
      ->type_name("FILE");
  app.add_option("--json", options.json, "write the figures as JSON too")->type_name("FILE");
  CLI11_PARSE(app, argc, argv);
  if (options.programs.quick) {
    options.samples.sample_seconds = 0.002;
    if (rounds->count() == 0) options.samples.num_rounds = 3;
  }
  const absl::Status status = RunBenchmark(options);
  if (status.ok()) return 0;
  std::cerr << "dispatch_bench: " << status.message() << "\n";
  return 1;
}

}  // namespace
}  // namespace baton

int main(int argc, char** argv) {
  return baton::Main(argc, argv);
}
