#include "vm/exec/scheduler.h"

namespace baton {

std::shared_ptr<Scheduler> Scheduler::Create(const SchedulerOptions& options) {
  return std::shared_ptr<Scheduler>(new Scheduler(options));
}

Scheduler::~Scheduler() = default;

}  // namespace baton
