// Measures one program under both dispatches: compiles it once, checks that both give the same bits, and
// takes samples in turns, so that whatever slows the machine down meets all alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/dispatch_programs.h"
#include "bench/perf_counters.h"

namespace baton {

struct Spread {
  double median = 0, min = 0, max = 0;
};
// REQUIRES: not empty.
Spread SpreadOf(std::vector<double> samples);

// Of one invocation, medians.
struct CounterFigures {
  double cycles = 0, processor_instructions = 0, branch_misses = 0;
};

struct DispatchFigures {
  int64_t code_bytes = 0;      // of all functions
  int64_t instructions = 0;    // executed by one invocation
  int64_t kernel_calls = 0;    // of one invocation
  double allocations = -1;     // from the heap, of one invocation once warm; -1: not counted
  Spread latency_ns;           // of one invocation: processor time
  double processor_share = 1;  // of the time by the clock: 1 on a quiet machine, for a program of one thread
  // Time of one invocation whose kernels compute nothing (hollow_kernels.h) by the number of its kernel
  // calls. None: no kernel calls, or the way of the program depends on what kernels compute.
  std::optional<Spread> overhead_ns;
  std::optional<CounterFigures> counters;  // none: not available
};

struct ProgramFigures {
  BenchProgram program;
  std::string skipped;  // why; empty: it was not
  DispatchFigures by_register, by_stack;
  Spread stack_by_register;  // of latencies, round by round
  std::string lua_skipped;   // why; empty: it was not, or there is no such program
  std::optional<Spread> lua_ns;
  std::optional<Spread> register_by_lua, stack_by_lua;
};

struct SampleOptions {
  int num_rounds = 21;
  double sample_seconds = 0.02;  // a sample is as many invocations as fit, at least one
};

// Errors: what is wrong with the program; Internal when the encodings' results differ, or Lua's.
absl::StatusOr<ProgramFigures> MeasureProgram(const BenchProgram& program, const SampleOptions& options,
                                              PerfCounters& counters);

}  // namespace baton
