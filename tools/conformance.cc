// baton conformance: ONNX backend tests through compile, save, load, run.
#include <regex.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "tools/commands.h"
#include "tools/conformance_case.h"
#include "tools/conformance_report.h"
#include "tools/file_io.h"
#include "tools/input_options.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr char kExamples[] =
    "DIR holds model.onnx and test_data_set_N/{input,output}_K.pb, or folders that do, up to two levels "
    "below.\n"
    "Floats pass when |got - expected| <= atol + rtol * |expected|, NaN when both are; integers may differ "
    "by atol.\n"
    "Exit code 1 when a test failed; tests of what Baton does not support are counted apart.\n\n"
    "Examples:\n"
    "  baton conformance onnx/backend/test/data/node --jobs 4\n"
    "  baton conformance data/node --mode dynamic --filter '^test_reduce_' --junit results.xml";

struct Options {
  std::vector<std::string> folders;
  std::string mode = "static";
  std::string filter;
  int num_jobs = 1;
  double timeout_seconds = 60;
  std::string json, junit;
  Tolerance tolerance;
  std::vector<Dispatch> dispatches;
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

// Prints the results in the order of the tests, each as soon as those before it are there.
class Reporter {
 public:
  Reporter(std::vector<ConformanceResult>* results, Console* console)
      : results_(*results), done_(results->size()), console_(*console) {}

  void Finished(size_t index) {
    const std::lock_guard<std::mutex> lock(mutex_);
    done_[index] = true;
    ++num_done_;
    if (console_.interactive) console_.err << "\r\033[K" << std::flush;
    for (; next_ < results_.size() && done_[next_]; ++next_) {
      const ConformanceResult& result = results_[next_];
      if (result.status.ok()) continue;
      console_.out << OutcomeName(OutcomeOf(result.status)) << " " << result.name << ": "
                   << absl::StrReplaceAll(result.status.message(),
                                          {{":\n  ", ": "}, {"\n  ", "; "}, {"\n", "; "}})
                   << "\n";
    }
    console_.out.flush();
    if (console_.interactive) console_.err << num_done_ << "/" << results_.size() << "\r" << std::flush;
  }

 private:
  std::mutex mutex_;
  std::vector<ConformanceResult>& results_;
  std::vector<bool> done_;
  Console& console_;
  size_t next_ = 0;
  size_t num_done_ = 0;
};

std::vector<ConformanceResult> RunAll(const std::vector<ConformanceCase>& tests,
                                      const ConformanceOptions& options, int num_jobs, Console& console) {
  std::vector<ConformanceResult> results(tests.size());
  Reporter reporter(&results, &console);
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < tests.size(); i = next++) {
      const absl::Time start = absl::Now();
      results[i].name = tests[i].name;
      results[i].status = RunConformanceCase(tests[i], options);
      results[i].seconds = absl::ToDoubleSeconds(absl::Now() - start);
      reporter.Finished(i);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < std::min<int64_t>(num_jobs, tests.size()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  if (console.interactive) console.err << "\033[K" << std::flush;
  return results;
}

// "register,stack".
std::string DispatchText(const std::vector<Dispatch>& dispatches) {
  if (dispatches.empty()) return std::string(DispatchName(Dispatch::kRegister));
  return absl::StrJoin(dispatches, ",",
                       [](std::string* out, Dispatch d) { absl::StrAppend(out, DispatchName(d)); });
}

absl::StatusOr<ExitCode> RunConformance(const Options& options, Console& console) {
  ConformanceOptions case_options;
  BATON_ASSIGN_OR_RETURN(case_options.mode, ParseConformanceMode(options.mode));
  case_options.tolerance = options.tolerance;
  case_options.dispatches = options.dispatches;
  case_options.timeout = absl::Seconds(options.timeout_seconds);
  BATON_ASSIGN_OR_RETURN(const std::vector<ConformanceCase> tests, FindSelected(options));
  const std::vector<ConformanceResult> results = RunAll(tests, case_options, options.num_jobs, console);
  if (!options.json.empty())
    BATON_RETURN_IF_ERROR(
        WriteFile(options.json, ConformanceJson(results, options.mode, DispatchText(options.dispatches))));
  if (!options.junit.empty())
    BATON_RETURN_IF_ERROR(WriteFile(options.junit, ConformanceJunit(results, options.mode)));
  const ConformanceCounts counts = CountOutcomes(results);
  console.out << counts.passed << " passed, " << counts.failed << " failed, " << counts.unsupported
              << " unsupported\n";
  return counts.failed == 0 ? kExitOk : kExitFailed;
}

}  // namespace

void AddConformanceCommand(CLI::App* program, Command* command) {
  CLI::App* app = program->add_subcommand("conformance", "Run ONNX backend test folders");
  const auto options = std::make_shared<Options>();
  app->add_option("DIR", options->folders, "folders of tests")->type_name("FOLDER")->required();
  app->add_option("--mode", options->mode,
                  "static: as declared (default); dynamic: all input extents symbolic; nofold: -O0; reuse: "
                  "one session "
                  "over all data, twice")
      ->type_name("MODE")
      ->check(CLI::IsMember({"static", "dynamic", "nofold", "reuse"}).description(""));
  AddDispatchOption(app, &options->dispatches, /*several=*/true);
  app->add_option("--jobs", options->num_jobs, "tests at a time; default: 1")
      ->type_name("N")
      ->check(CLI::Range(1, 1024).description(""));
  app->add_option("--filter", options->filter, "only tests whose name holds this extended regular expression")
      ->type_name("RE");
  app->add_option("--json", options->json, "write the results as JSON")->type_name("FILE");
  app->add_option("--junit", options->junit, "write the results as JUnit XML")->type_name("FILE");
  app->add_option("--atol", options->tolerance.absolute, "absolute tolerance; default: 1e-7")
      ->type_name("A")
      ->check(CLI::NonNegativeNumber.description(""));
  app->add_option("--rtol", options->tolerance.relative, "relative tolerance; default: 1e-3")
      ->type_name("R")
      ->check(CLI::NonNegativeNumber.description(""));
  app->add_option("--timeout", options->timeout_seconds, "longest run of one test; default: 60")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber.description(""));
  app->footer(kExamples);
  app->callback([=] { *command = [=](Console& console) { return RunConformance(*options, console); }; });
}

}  // namespace baton
