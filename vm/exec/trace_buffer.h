// TraceBuffer: the events of one worker while a session is traced. Internal to vm/exec.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "vm/exec/trace.h"

namespace baton {

// Threads: its worker's; another's while no strand is running.
class TraceBuffer {
 public:
  static constexpr size_t kMaxEvents = 1 << 19;

  TraceBuffer(int worker, int64_t start_ns) : worker_(worker), start_ns_(start_ns) {
    events_.reserve(kMaxEvents);
  }

  static int64_t ClockNs() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  }
  int64_t NowNs() const { return ClockNs() - start_ns_; }
  void Add(TraceEvent event) {
    event.worker = worker_;
    if (events_.size() < kMaxEvents) {
      events_.push_back(event);
    } else {
      ++num_lost_;
    }
  }

  const std::vector<TraceEvent>& events() const { return events_; }
  int64_t num_lost() const { return num_lost_; }

 private:
  const int worker_;
  const int64_t start_ns_;
  std::vector<TraceEvent> events_;
  int64_t num_lost_ = 0;
};

}  // namespace baton
