// The results of `baton conformance`: counted, and for machines.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/conformance_result.h"

namespace baton {

struct ConformanceCounts {
  int passed = 0, failed = 0, unsupported = 0;
};
// "1 passed, 2 failed, 3 unsupported".
std::string ToString(const ConformanceCounts& counts);

// Of the results in one mode.
ConformanceCounts CountMode(absl::Span<const ConformanceResult> results, ConformanceMode mode);
// Each test once: passed when it passed in every mode, failed when it failed in one. `results` holds those of
// all modes of the first test, then of the second, ...
ConformanceCounts CountTests(absl::Span<const ConformanceResult> results, size_t num_modes);

// Lines for people about one test, from its results in all modes: "failed test_a (crash in dynamic):
// SIGSEGV". Without `all` only what is not as expected, and what that was.
std::string DescribeTest(absl::Span<const ConformanceResult> results, bool all);

std::string ConformanceJson(absl::Span<const ConformanceResult> results,
                            const std::vector<ConformanceMode>& modes, absl::string_view dispatch);
// JUnit XML, a suite for each mode: unsupported tests are skipped ones.
std::string ConformanceJunit(absl::Span<const ConformanceResult> results,
                             const std::vector<ConformanceMode>& modes, absl::string_view dispatch);
// "static,reuse".
std::string ModeNames(absl::Span<const ConformanceMode> modes);

}  // namespace baton
