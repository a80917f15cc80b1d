// What a trace says of a run as a whole: its work, its span (the longest chain of strands that wait for one
// another), and what each worker and each operator did. Used by `baton profile`.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "vm/bytecode/executable.h"
#include "vm/exec/trace.h"

namespace baton {

struct Interval {
  int64_t begin_ns = 0, end_ns = 0;
  int64_t length_ns() const { return end_ns - begin_ns; }
  friend bool operator==(const Interval&, const Interval&) = default;
};

struct WorkerUse {
  int64_t num_strands = 0;
  int64_t busy_ns = 0;         // running strands, not only waiting for others
  std::vector<Interval> idle;  // the rest of the run, in order
  int64_t idle_ns() const;
};

struct OperatorUse {
  std::string op;
  int64_t num_calls = 0;
  int64_t total_ns = 0;
};

struct TraceAnalysis {
  int64_t elapsed_ns = 0;  // from the first event to the last
  int64_t work_ns = 0;     // of all strands, without their waiting
  int64_t span_ns = 0;     // the time that any number of workers would take, if forking and moving were free
  int64_t num_shared_forks = 0;
  // What sharing costs, medians: from a fork to the begin of its strand; from when a strand has ended and is
  // awaited to when the waiting one goes on. 0 without shared forks.
  int64_t start_delay_ns = 0, finish_delay_ns = 0;
  std::vector<WorkerUse> workers;
  std::vector<OperatorUse> operators;  // that with most time first

  double parallelism_available() const;  // work / span; 1 for an empty trace
  double parallelism_reached() const;    // work / elapsed
};

// Events that contradict each other (an await of a strand that the trace has not) are taken as not there.
TraceAnalysis AnalyzeTrace(const Trace& trace, const Executable& executable);

}  // namespace baton
