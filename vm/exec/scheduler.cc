#include "vm/exec/scheduler.h"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <utility>

#include "vm/exec/strand_scheduler.h"

namespace baton {

struct Scheduler::Impl {
  explicit Impl(int num_workers)
      : allowed(tbb::global_control::max_allowed_parallelism,
                std::max(static_cast<size_t>(num_workers) + 1,
                         tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism))),
        arena(num_workers, /*reserved_for_masters=*/0) {}

  // oneTBB has no more threads than the machine unless told so.
  tbb::global_control allowed;
  tbb::task_arena arena;
};

Scheduler::Scheduler(const SchedulerOptions& options)
    : options_(options), impl_(std::make_unique<Impl>(std::max(num_workers(), 1))) {}

int Scheduler::num_workers() const {
  return std::max(options_.num_threads / std::max(options_.kernel_threads, 1), 1) - 1;
}

std::shared_ptr<Scheduler> Scheduler::Create(const SchedulerOptions& options) {
  return std::shared_ptr<Scheduler>(new Scheduler(options));
}

Scheduler::~Scheduler() = default;

void Scheduler::Send(std::shared_ptr<StrandDoor> door) {
  impl_->arena.enqueue([door = std::move(door)] {
    StrandScheduler* const scheduler = door->Enter();
    if (scheduler == nullptr) return;
    scheduler->WorkUntilIdle();
    door->Leave();
  });
}

}  // namespace baton
