// The results of `baton conformance` for machines.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace baton {

enum class Outcome { kPassed, kFailed, kUnsupported };
// "passed", "failed", "unsupported".
absl::string_view OutcomeName(Outcome outcome);
Outcome OutcomeOf(const absl::Status& status);

struct ConformanceResult {
  std::string name;
  absl::Status status;
  double seconds = 0;
};

struct ConformanceCounts {
  int passed = 0, failed = 0, unsupported = 0;
};
ConformanceCounts CountOutcomes(const std::vector<ConformanceResult>& results);

std::string ConformanceJson(const std::vector<ConformanceResult>& results, absl::string_view mode,
                            absl::string_view dispatch);
// JUnit XML: unsupported tests are skipped ones.
std::string ConformanceJunit(const std::vector<ConformanceResult>& results, absl::string_view mode);

}  // namespace baton
