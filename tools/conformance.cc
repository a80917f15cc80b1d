// baton conformance: ONNX backend tests, from the options to the last line.
#include <regex.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/commands.h"
#include "tools/conformance_case.h"
#include "tools/conformance_report.h"
#include "tools/conformance_workers.h"
#include "tools/file_io.h"
#include "tools/input_options.h"
#include "tools/load_model.h"
#include "tools/parallel_options.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "DIR holds model.onnx and test_data_set_N/{input,output}_K.pb, or folders that do, up to two levels "
    "below.\n"
    "Floats pass when |got - expected| <= atol + rtol * |expected|, NaN when both are; integers may differ "
    "by atol.\n"
    "Each test has a process of its own in each mode: a crash is a result. A test passes that passes in all\n"
    "modes. Exit code 1 when a test failed; tests of what Baton does not support are counted apart.\n\n"
    "Examples:\n"
    "  baton conformance onnx/backend/test/data/node --jobs 4\n"
    "  baton conformance data/node --mode static,dynamic --filter '^test_reduce_' --junit results.xml\n"
    "  baton conformance data --expectations known.txt --write-expectations known.txt";

// The compiler's stack (vm/core/large_stack.h), and what the allocator sets aside for its thread.
constexpr int64_t kReservedBytes = (int64_t{4} << 30) + (int64_t{256} << 20);

struct Options {
  std::vector<std::string> folders;
  std::vector<std::string> modes = {"static"};
  std::string filter;
  int num_jobs = 1;
  double timeout_seconds = 60;
  int64_t memory_mib = 4096;
  std::string expectations, write_expectations;
  std::string json, junit;
  Tolerance tolerance;
  std::vector<Dispatch> dispatches;
  Forking forking = Forking::kWhereWorthwhile;
  ParallelOptions parallel;
  int64_t repeats = 1;
};

// A POSIX extended regular expression, found anywhere in a name.
class Filter {
 public:
  Filter() = default;
  ~Filter() {
    if (compiled_) regfree(&expression_);
  }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  absl::Status Compile(const std::string& text) {
    const int error = regcomp(&expression_, text.c_str(), REG_EXTENDED | REG_NOSUB);
    compiled_ = error == 0;
    if (compiled_) return absl::OkStatus();
    char message[256];
    regerror(error, &expression_, message, sizeof(message));
    return UsageError(absl::StrCat("--filter '", text, "': ", message));
  }
  bool Matches(const std::string& name) const {
    return !compiled_ || regexec(&expression_, name.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t expression_;
  bool compiled_ = false;
};

absl::StatusOr<std::vector<ConformanceCase>> FindSelected(const Options& options) {
  Filter filter;
  if (!options.filter.empty()) BATON_RETURN_IF_ERROR(filter.Compile(options.filter));
  std::vector<ConformanceCase> selected;
  for (const std::string& folder : options.folders) {
    BATON_ASSIGN_OR_RETURN(std::vector<ConformanceCase> cases, FindConformanceCases(folder));
    for (ConformanceCase& test : cases) {
      if (filter.Matches(test.name)) selected.push_back(std::move(test));
    }
  }
  if (selected.empty()) return UsageError(absl::StrCat("--filter '", options.filter, "' leaves no test"));
  return selected;
}

// What a run needs, from the options. Errors: UsageError, those of reading files.
absl::StatusOr<ConformanceRun> PrepareRun(const Options& options) {
  ConformanceRun run;
  for (const std::string& name : options.modes) {
    const std::optional<ConformanceMode> mode = ParseConformanceMode(name);
    if (!mode) return UsageError(absl::StrCat("no mode '", name, "'"));
    if (absl::c_linear_search(run.modes, *mode))
      return UsageError(absl::StrCat("mode ", name, " stands twice"));
    run.modes.push_back(*mode);
  }
  BATON_ASSIGN_OR_RETURN(run.tests, FindSelected(options));
  run.limits.time = absl::Seconds(options.timeout_seconds);
  run.limits.memory_bytes = options.memory_mib << 20;
  run.limits.reserve_bytes = kReservedBytes;
  BATON_ASSIGN_OR_RETURN(const std::vector<SchedulerOptions> schedulers,
                         SchedulersOf(options.parallel, options.forking == Forking::kAlways));
  run.options = {.dispatches = options.dispatches,
                 .tolerance = options.tolerance,
                 .memory_bytes = run.limits.memory_bytes,
                 .forking = options.forking,
                 .schedulers = schedulers,
                 .repeats = options.repeats};
  run.num_jobs = options.num_jobs;
  if (options.expectations.empty()) return run;
  BATON_ASSIGN_OR_RETURN(const std::string text, ReadFile(options.expectations));
  BATON_ASSIGN_OR_RETURN(run.expectations, Expectations::Parse(text, options.expectations));
  return run;
}

absl::StatusOr<std::vector<ConformanceResult>> RunAndTell(const ConformanceRun& run, bool tell_all,
                                                          Console& console) {
  console.out.flush();
  size_t num_done = 0;
  const auto tell = [&](absl::Span<const ConformanceResult> results) {
    if (console.interactive) console.err << "\r\033[K" << std::flush;
    console.out << DescribeTest(results, tell_all) << std::flush;
    if (console.interactive) console.err << ++num_done << "/" << run.tests.size() << "\r" << std::flush;
  };
  absl::StatusOr<std::vector<ConformanceResult>> results = RunConformanceTests(run, tell);
  if (console.interactive) console.err << "\033[K" << std::flush;
  return results;
}

// "register,stack".
std::string DispatchText(const std::vector<Dispatch>& dispatches) {
  if (dispatches.empty()) return std::string(DispatchName(Dispatch::kRegister));
  return absl::StrJoin(dispatches, ",",
                       [](std::string* out, Dispatch d) { absl::StrAppend(out, DispatchName(d)); });
}

absl::Status WriteReports(const Options& options, const ConformanceRun& run,
                          const std::vector<ConformanceResult>& results) {
  const std::string dispatch = DispatchText(options.dispatches);
  if (!options.json.empty())
    BATON_RETURN_IF_ERROR(WriteFile(options.json, ConformanceJson(results, run.modes, dispatch)));
  if (!options.junit.empty())
    BATON_RETURN_IF_ERROR(WriteFile(options.junit, ConformanceJunit(results, run.modes, dispatch)));
  if (!options.write_expectations.empty())
    BATON_RETURN_IF_ERROR(WriteFile(options.write_expectations, run.expectations.Updated(results)));
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> RunConformance(const Options& options, Console& console) {
  BATON_ASSIGN_OR_RETURN(const ConformanceRun run, PrepareRun(options));
  const bool expecting = !options.expectations.empty();
  BATON_ASSIGN_OR_RETURN(const std::vector<ConformanceResult> results,
                         RunAndTell(run, /*tell_all=*/!expecting, console));
  BATON_RETURN_IF_ERROR(WriteReports(options, run, results));
  for (const ConformanceMode mode : run.modes) {
    if (run.modes.size() == 1) break;
    console.out << ConformanceModeName(mode) << ": " << ToString(CountMode(results, mode)) << "\n";
  }
  const auto unexpected = absl::c_count_if(
      results, [](const ConformanceResult& result) { return result.outcome != result.expected; });
  if (expecting) console.out << unexpected << " not as " << options.expectations << " expects\n";
  const ConformanceCounts counts = CountTests(results, run.modes.size());
  console.out << ToString(counts) << "\n";
  return (expecting ? unexpected : counts.failed) == 0 ? kExitOk : kExitFailed;
}

void AddCompareOptions(CLI::App* app, Options* options) {
  app->add_option("--atol", options->tolerance.absolute, "absolute tolerance; default: 1e-7")
      ->type_name("A")
      ->check(CLI::NonNegativeNumber.description(""));
  app->add_option("--rtol", options->tolerance.relative, "relative tolerance; default: 1e-3")
      ->type_name("R")
      ->check(CLI::NonNegativeNumber.description(""));
}

void AddLimitOptions(CLI::App* app, Options* options) {
  app->add_option("--jobs", options->num_jobs, "tests at a time; default: 1")
      ->type_name("N")
      ->check(CLI::Range(1, 1024).description(""));
  app->add_option("--timeout", options->timeout_seconds, "longest time for one test in one mode; default: 60")
      ->type_name("SECONDS")
      ->check(CLI::Range(1e-3, 1e6).description(""));
  app->add_option("--memory", options->memory_mib, "most memory for one test in one mode; default: 4096")
      ->type_name("MIB")
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 30).description(""));
}

void AddReportOptions(CLI::App* app, Options* options) {
  app->add_option("--json", options->json, "write the results as JSON")->type_name("FILE");
  app->add_option("--junit", options->junit, "write the results as JUnit XML")->type_name("FILE");
  app->add_option("--expectations", options->expectations,
                  "what is expected of which test; exit code 0 when all is as expected")
      ->type_name("FILE");
  app->add_option("--write-expectations", options->write_expectations,
                  "write the expectations brought up to date; may be the same file")
      ->type_name("FILE");
}

}  // namespace

void AddConformanceCommand(CLI::App* program, Command* command) {
  CLI::App* app = program->add_subcommand("conformance", "Run ONNX backend test folders");
  const auto options = std::make_shared<Options>();
  app->add_option("DIR", options->folders, "folders of tests")->type_name("FOLDER")->required();
  app->add_option(
         "--mode", options->modes,
         "a list of: static: as declared (default); dynamic: no extent is known; nofold: -O0; reuse: "
         "as dynamic, one session over all data, twice, with other extents in between")
      ->type_name("MODES")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"static", "dynamic", "nofold", "reuse"}).description(""));
  AddDispatchOption(app, &options->dispatches, /*several=*/true);
  AddForkOptions(app, &options->forking);
  AddParallelOptions(app, &options->parallel, /*several=*/true);
  app->add_option("--repeat", options->repeats,
                  "runs of each data set, which must give the same bits; default: 1")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000).description(""));
  app->add_option("--filter", options->filter, "only tests whose name holds this extended regular expression")
      ->type_name("RE");
  AddCompareOptions(app, options.get());
  AddLimitOptions(app, options.get());
  AddReportOptions(app, options.get());
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunConformance(*options, console); }; });
}

}  // namespace baton
