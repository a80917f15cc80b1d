#include "vm/exec/scheduler.h"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <mutex>

#include "vm/exec/strand_scheduler.h"

namespace baton {
namespace {

// The thread sanitizer does not see that oneTBB orders what is before an enqueue before what is in the task
// (CMakeLists.txt); this it sees.
void OrderHandOver() {
#ifdef BATON_THREAD_SANITIZER
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
#endif
}

}  // namespace

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

void Scheduler::Send(StrandDoor* door) {
  door->Ref();
  OrderHandOver();
  impl_->arena.enqueue([door] {
    OrderHandOver();
    door->Work();
    door->Unref();
  });
}

}  // namespace baton
