// StrandScheduler: runs the strands of one session on the caller's thread and on workers that the Scheduler
// lends. A strand that waits is put aside with its frames, so nothing waits on a thread's stack and waiting
// nests to any depth. verification/futures.pml is a model of the protocol. Internal to vm/exec.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "vm/exec/future.h"
#include "vm/exec/heap_family.h"
#include "vm/exec/interpreter.h"
#include "vm/exec/invocation.h"
#include "vm/exec/scheduler.h"
#include "vm/exec/worker.h"

namespace baton {

class StrandScheduler;

// Counts of one invocation, of all its strands.
struct StrandCounts {
  int64_t instructions = 0;
  int64_t kernel_calls = 0;
  int64_t forks = 0;
  int64_t shared_forks = 0;
};

// How workers that are still to come find the session, if it is still there. Counted: by the session, and by
// who has been sent.
class StrandDoor {
 public:
  explicit StrandDoor(StrandScheduler* scheduler) : scheduler_(scheduler) {}
  void Ref();
  void Unref();
  // The calling thread works for the session until there is nothing for a while; not when the door is closed.
  void Work();
  // Returns when nobody is inside any more.
  void Close();

 private:
  ~StrandDoor() = default;
  // Null when it is closed.
  StrandScheduler* Enter();
  void Leave();

  std::mutex mutex_;  // guards the rest
  int refs_ = 1;
  std::condition_variable left_;
  StrandScheduler* scheduler_;
  int num_inside_ = 0;
};

// Threads: Begin, Run, End and the destructor are the caller's; the rest is safe.
class StrandScheduler final : public HeapFamily {
 public:
  // `scheduler` may be null: no workers.
  StrandScheduler(const LoadedProgram& program, std::shared_ptr<Scheduler> scheduler);
  ~StrandScheduler() override;

  // The worker of the calling thread, and the strand of the entry point.
  Worker& caller() { return *workers_[0]; }
  Interpreter& root() { return *root_; }

  // Opens an invocation: then root().Begin, Run, and once the results have been taken End.
  void Begin(const Limits& limits, bool counting);
  // Runs root() to its end, and all that it left running. Errors: the model's with a back trace, limits'.
  absl::Status Run();
  void End();
  // Of the last invocation.
  const StrandCounts& counts() const { return counts_; }
  // The sum of the workers' peaks: of one worker exactly, of several at most that.
  int64_t peak_bytes() const;
  // Objects that only cycles kept alive, of all invocations.
  int64_t num_collected() const;
  void FreeMemory();
  // Traces what follows; gives what was traced and stops. REQUIRES: no invocation is running.
  void StartTrace();
  Trace TakeTrace();

  // For strands.
  bool has_others() const { return max_workers_ > 0; }
  bool shares_all() const { return shares_all_; }
  // Is there a worker without work?
  bool is_hungry() const {
    return num_busy_.load(std::memory_order_relaxed) + num_queued_.load(std::memory_order_relaxed) <=
           max_workers_;
  }
  // Is there little in the queue?
  bool has_room() const { return num_queued_.load(std::memory_order_relaxed) < 4 * (max_workers_ + 1); }
  // A deferred future of `strand` may be run by any worker from now on. REQUIRES: MakeShareable, or the
  // strand does nothing until it is done.
  void Queue(FutureHeader* future, const Interpreter* strand);
  // Makes a queued future deferred again, without a place in a list; false when it is not queued any more.
  bool TakeBack(FutureHeader* future);
  bool DropShared(Object* future) override;

  // For a thread that was sent for: runs what there is until there is nothing for a while.
  void WorkUntilIdle();

 private:
  void WorkUntilDone();
  Worker& EnterWorker();
  void Execute(Worker& worker, Interpreter* strand);
  // Something to run, or null.
  Interpreter* Next(Worker& worker);
  Interpreter* Start(FutureHeader* future, Worker& worker);
  Interpreter* Suspend(Interpreter* strand, Worker& worker);
  Interpreter* Finish(Interpreter* strand, Worker& worker);
  void TakeOutcome(Interpreter* strand, FutureHeader* future);
  // These two REQUIRE mutex_.
  void Count(const Interpreter& strand);
  void WakeCaller() {
    if (caller_sleeps_) caller_wakes_.notify_one();
  }
  bool HasWork() const { return num_queued_.load(std::memory_order_relaxed) > 0; }
  bool IsDone() const { return root_done_.load(std::memory_order_acquire) && alone(); }
  bool CallerHasReason() const { return HasWork() || IsDone(); }

  const LoadedProgram& program_;
  const std::shared_ptr<Scheduler> scheduler_;
  const std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>();
  const int max_workers_;  // beside the caller
  const bool shares_all_;
  Invocation invocation_;
  std::vector<std::unique_ptr<Worker>> workers_;  // by index; 0: the caller
  std::unique_ptr<Interpreter> root_;
  StrandDoor* const door_;
  StrandCounts counts_;
  int invocations_until_trim_ = 0;

  std::atomic<int> num_busy_{0};    // workers that run a strand
  std::atomic<int> num_queued_{0};  // futures
  std::atomic<bool> root_done_{false};
  std::atomic<int64_t> num_strands_{0};  // that have a number in traces

  std::mutex mutex_;  // guards the rest
  std::condition_variable caller_wakes_;
  bool caller_sleeps_ = false;
  FutureLink queue_;                                   // oldest first
  std::vector<std::unique_ptr<Interpreter>> strands_;  // all but the root
  std::vector<Interpreter*> free_strands_;
  int num_workers_ = 0;                // that look for work, or have been sent for
  std::vector<Worker*> free_workers_;  // that no thread is
};

}  // namespace baton
