// What can come of a conformance test, and how a worker process hands it to the runner.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/worker_pool.h"

namespace baton {

enum class ConformanceMode : uint8_t {
  kStatic,   // as the model declares itself
  kDynamic,  // no shape but the inputs' ranks is known
  kNoFold,   // as declared, optimization level 0
  kReuse,    // as dynamic, one session for all data, again and between runs with other extents
};
inline constexpr std::array<ConformanceMode, 4> kConformanceModes = {
    ConformanceMode::kStatic, ConformanceMode::kDynamic, ConformanceMode::kNoFold, ConformanceMode::kReuse};
// "static", "dynamic", "nofold", "reuse".
absl::string_view ConformanceModeName(ConformanceMode mode);
std::optional<ConformanceMode> ParseConformanceMode(absl::string_view name);

// Classes of outcomes, each with one name everywhere: "wrong-value".
enum class CaseOutcome : uint8_t {
  kPassed,
  kWrongValue,
  kWrongType,     // element type, shape or structure
  kCompileError,  // refused by the importer, the compiler or the reader of programs
  kRunError,      // the test data are unreadable, or the run ended in an error
  kCrash,
  kTimeout,
  kMemory,
  kUnsupported,  // Baton says that it does not support the model
};
inline constexpr int kNumCaseOutcomes = 9;
absl::string_view OutcomeName(CaseOutcome outcome);
std::optional<CaseOutcome> ParseOutcome(absl::string_view name);

// The three kinds of outcomes that are counted.
enum class Verdict : uint8_t { kPassed, kFailed, kUnsupported };
Verdict VerdictOf(CaseOutcome outcome);
// "passed", "failed", "unsupported".
absl::string_view VerdictName(Verdict verdict);

enum class Stage : uint8_t { kImport, kCompile, kLoad, kRun };
inline constexpr std::array<Stage, 4> kStages = {Stage::kImport, Stage::kCompile, Stage::kLoad, Stage::kRun};
// "import", "compile", "load", "run".
absl::string_view StageName(Stage stage);

struct ConformanceResult {
  std::string name;
  ConformanceMode mode = ConformanceMode::kStatic;
  CaseOutcome outcome = CaseOutcome::kPassed;
  CaseOutcome expected = CaseOutcome::kPassed;  // the caller's to fill in, as name and mode
  std::string message;                          // empty when passed
  double seconds = 0;                           // of the worker process
  std::array<double, kStages.size()> stage_seconds = {};
};

// What a worker process says, line by line: which part of the work begins, then the result.
std::string EncodePart(absl::string_view part);
std::string EncodeResult(const ConformanceResult& result);
// The result that the process came to; how it ended when it came to none. `limits` stand in messages.
ConformanceResult DecodeResult(const WorkerResult& worker, const WorkerLimits& limits);

}  // namespace baton
