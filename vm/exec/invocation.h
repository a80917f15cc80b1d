// Invocation: what the strands of one invocation share: limits and why to stop. Internal to vm/exec.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "vm/exec/session.h"

namespace baton {

// Threads: safe, but for Begin.
class Invocation {
 public:
  // `parallel`: there are other workers. REQUIRES: no strand is running.
  void Begin(const Limits& limits, bool parallel, bool counting) {
    limits_ = limits;
    counting_ = counting;
    stopped_.store(false, std::memory_order_relaxed);
    steps_left_.store(std::max<int64_t>(limits.max_steps, 0), std::memory_order_relaxed);
    interruptible_ = parallel || limits.deadline != absl::InfiniteFuture() || limits.cancelled != nullptr;
  }
  // Strands fail from now on.
  void Stop() { stopped_.store(true, std::memory_order_relaxed); }

  const Limits& limits() const { return limits_; }
  bool counting() const { return counting_; }
  // Is Interruption to be asked now and then?
  bool interruptible() const { return interruptible_; }
  // Why the strand must not go on, or OK.
  absl::Status Interruption() const {
    if (stopped_.load(std::memory_order_relaxed))
      return absl::CancelledError("another part of the invocation has failed");
    if (limits_.cancelled != nullptr && limits_.cancelled->load(std::memory_order_relaxed))
      return absl::CancelledError("the invocation was cancelled");
    if (limits_.deadline != absl::InfiniteFuture() && absl::Now() >= limits_.deadline)
      return absl::DeadlineExceededError("the deadline of the invocation has passed");
    return absl::OkStatus();
  }

  // Up to `wanted` of the steps that are left; 0: there are none.
  int64_t TakeSteps(int64_t wanted) {
    int64_t left = steps_left_.load(std::memory_order_relaxed);
    int64_t taken = 0;
    do {
      taken = std::min(left, wanted);
    } while (!steps_left_.compare_exchange_weak(left, left - taken, std::memory_order_relaxed));
    return taken;
  }
  void GiveSteps(int64_t num_steps) { steps_left_.fetch_add(num_steps, std::memory_order_relaxed); }

 private:
  Limits limits_;
  bool counting_ = false;
  bool interruptible_ = false;
  std::atomic<bool> stopped_{false};
  std::atomic<int64_t> steps_left_{0};
};

// Errors that end an invocation wherever they occur, whatever else may fail.
inline bool IsLimit(const absl::Status& status) {
  return absl::IsCancelled(status) || absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

}  // namespace baton
