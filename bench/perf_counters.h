// The processor's own counters for the calling thread, user mode only, where the system permits (Linux perf
// events).
#pragma once

#include <cstdint>
#include <string>

namespace baton {

// Threads: counts the thread that made it.
class PerfCounters {
 public:
  PerfCounters();
  ~PerfCounters();
  PerfCounters(const PerfCounters&) = delete;
  PerfCounters& operator=(const PerfCounters&) = delete;

  bool available() const { return cycles_ >= 0; }
  // Why not: "perf events: Permission denied".
  const std::string& reason() const { return reason_; }

  struct Counts {
    int64_t cycles = 0;
    int64_t instructions = 0;  // of the processor
    int64_t branch_misses = 0;
  };
  void Start();
  // Since Start. Zeros where not available.
  Counts Stop();

 private:
  int cycles_ = -1;  // file descriptors; the first leads the group
  int instructions_ = -1;
  int branch_misses_ = -1;
  std::string reason_;
};

}  // namespace baton
