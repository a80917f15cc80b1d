// Measures one entry point on one set of inputs: latencies, and in runs of their own heap allocations and
// instructions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "vm/core/tensor.h"
#include "vm/core/value_tree.h"
#include "vm/exec/program.h"
#include "vm/exec/scheduler.h"

namespace baton {

struct MeasureOptions {
  int64_t num_warmup = 10;
  int64_t num_runs = 0;  // 0: as many as fit into `seconds`, at least 10, at most 1000000
  double seconds = 1;
  SchedulerOptions scheduler;
  // Compares the outputs of each measured run, outside of the time taken, with those of one thread. A run
  // that gives other bits is an Internal error.
  bool same_bits = false;
};

struct Measurement {
  int64_t num_runs = 0;
  double min_us = 0, median_us = 0, p90_us = 0, p99_us = 0, max_us = 0;  // of one run
  double runs_per_second = 0;
  double allocations_per_run = 0;   // from the heap, once warm; -1 where they cannot be counted
  int64_t instructions = 0;         // of one run
  int64_t kernel_calls = 0;         // of one run
  int64_t forks = 0;                // of one run
  double shared_forks_per_run = 0;  // mean: which forks other threads get differs from run to run
  int64_t peak_memory_bytes = 0;    // the most of any run; of all threads
};

absl::StatusOr<Measurement> Measure(std::shared_ptr<const Program> program, const std::string& entry,
                                    absl::Span<const Tensor> inputs, const MeasureOptions& options);

// The same for an entry point of any types. Values are made and taken apart in each run.
absl::StatusOr<Measurement> MeasureValues(std::shared_ptr<const Program> program, const std::string& entry,
                                          absl::Span<const Value> inputs, const MeasureOptions& options);

// The value that `fraction` (in (0, 1]) of `sorted` does not exceed: the nearest rank. REQUIRES: not empty.
double Percentile(absl::Span<const double> sorted, double fraction);

}  // namespace baton
