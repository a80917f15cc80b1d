// Runs conformance tests in all modes asked for, each test and mode in a process of its own.
#pragma once

#include <functional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "tools/conformance_case.h"
#include "tools/conformance_expectations.h"
#include "tools/conformance_result.h"
#include "tools/conformance_run.h"
#include "tools/worker_pool.h"

namespace baton {

struct ConformanceRun {
  std::vector<ConformanceCase> tests;
  std::vector<ConformanceMode> modes;
  ConformanceOptions options;
  WorkerLimits limits;
  int num_jobs = 1;
  Expectations expectations;
};

// The results of all modes of the first test, then of the second, ... `on_test(results)` hears those of each
// test in that order, as soon as they and those before them are there. REQUIRES: as RunInWorkers. Errors:
// those of RunInWorkers.
absl::StatusOr<std::vector<ConformanceResult>> RunConformanceTests(
    const ConformanceRun& run, absl::FunctionRef<void(absl::Span<const ConformanceResult>)> on_test);

}  // namespace baton
