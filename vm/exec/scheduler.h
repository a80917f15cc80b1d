// Scheduler: the threads that run what programs fork. One serves any number of Sessions. PUBLIC.
#pragma once

#include <memory>

namespace baton {

class StrandDoor;

struct SchedulerOptions {
  // The thread that calls Invoke is one of them; the others are workers. 1: a fork runs when it is awaited.
  int num_threads = 1;
  // How many threads a kernel may use inside itself, of the same budget: num_threads / kernel_threads strands
  // run at once. Above 1, libraries may add in another order, so that results differ in the last bits.
  int kernel_threads = 1;
  // Offers every fork to other workers, however small. For tests.
  bool fork_always = false;
};

// Threads: safe. Workers sleep while there is nothing to do. They are oneTBB's, of an arena of their own.
class Scheduler {
 public:
  static std::shared_ptr<Scheduler> Create(const SchedulerOptions& options);
  ~Scheduler();
  const SchedulerOptions& options() const { return options_; }
  // Strands that run at once, beside that of the calling thread.
  int num_workers() const;

 private:
  friend class StrandScheduler;
  struct Impl;
  explicit Scheduler(const SchedulerOptions& options);
  // Lets a worker look for work behind the door.
  void Send(StrandDoor* door);

  const SchedulerOptions options_;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace baton
