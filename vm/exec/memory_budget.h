// MemoryBudget: the memory limit of one session, of which the pools of its workers take what they use.
// Internal to vm/exec.
#pragma once

#include <atomic>
#include <cstdint>

namespace baton {

// Threads: safe, but for Begin.
class MemoryBudget {
 public:
  // Sets the limit of the next invocation. REQUIRES: no invocation is running.
  void Begin(int64_t limit_bytes) { limit_bytes_ = limit_bytes; }

  // False when the limit leaves no room.
  bool Take(int64_t num_bytes) {
    int64_t taken = taken_bytes_.load(std::memory_order_relaxed);
    do {
      if (num_bytes > limit_bytes_ - taken) return false;
    } while (!taken_bytes_.compare_exchange_weak(taken, taken + num_bytes, std::memory_order_relaxed));
    return true;
  }
  void Give(int64_t num_bytes) { taken_bytes_.fetch_sub(num_bytes, std::memory_order_relaxed); }

  int64_t limit_bytes() const { return limit_bytes_; }
  int64_t taken_bytes() const { return taken_bytes_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> taken_bytes_{0};
  int64_t limit_bytes_ = INT64_MAX;
};

}  // namespace baton
