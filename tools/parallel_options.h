// The options that say how many threads run a program: --threads and --kernel-threads, shared by the commands
// that run a model.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "vm/exec/scheduler.h"

namespace CLI {
class App;
}

namespace baton {

struct ParallelOptions {
  std::vector<int> threads = {1};
  int kernel_threads = 1;
};
// `several`: --threads takes a list.
void AddParallelOptions(CLI::App* command, ParallelOptions* options, bool several);

// What to make a Scheduler of, for each of --threads. Errors: UsageError when kernels would get more threads
// than there are.
absl::StatusOr<std::vector<SchedulerOptions>> SchedulersOf(const ParallelOptions& options, bool fork_always);
// The same for a command whose --threads is one number.
absl::StatusOr<SchedulerOptions> SchedulerOf(const ParallelOptions& options, bool fork_always);

}  // namespace baton
