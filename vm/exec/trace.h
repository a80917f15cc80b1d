// Trace: what each worker did during invocations, event by event; from Session::StartTrace to
// Session::TakeTrace. What is made of it: tools/trace_analysis.h. PUBLIC.
#pragma once

#include <cstdint>
#include <vector>

namespace baton {

// A strand is what runs one shared fork, or (strand 0) the invocation itself. While it awaits others its
// worker runs something else; it may go on on another worker.
struct TraceEvent {
  enum class Kind : uint8_t {
    kStrand,  // a run of a strand: from its begin or where it went on to its end or where it had to wait
    kKernel,  // a kernel call
    kFork,    // when the fork that `other` runs was offered to others: an instant. Others are left out
    kAwait,   // from asking for what `other` gives to having it; not of forks that ran inline
  };
  Kind kind = Kind::kStrand;
  int32_t worker = 0;     // 0: the thread that invokes
  int64_t begin_ns = 0;   // since StartTrace, by one clock for all workers
  int64_t end_ns = 0;     // kFork: as begin_ns
  int64_t strand = 0;     // that did it; kStrand: the strand itself. Unique in a trace
  int64_t other = -1;     // kFork, kAwait: the strand that was forked, or is awaited
  int32_t function = -1;  // kStrand: what it runs, else what did it; an index into the executable's functions
  int32_t kernel = -1;    // kKernel: an index into its kernels
  int32_t location = -1;  // an index into its locations
};

struct Trace {
  std::vector<TraceEvent> events;  // in no order
  int num_workers = 1;
  int64_t num_lost = 0;  // events for which a worker's buffer had no room
};

}  // namespace baton
