#include "tools/parallel_options.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "tools/exit_codes.h"
#include "vm/core/status.h"

namespace baton {

void AddParallelOptions(CLI::App* command, ParallelOptions* options, bool several) {
  CLI::Option* threads =
      command
          ->add_option("--threads", options->threads,
                       several ? "threads that run what the program forks; several are measured in turn; "
                                 "default: 1"
                               : "threads that run what the program forks; default: 1")
          ->type_name(several ? "N,..." : "N")
          ->check(CLI::Range(1, 1024).description(""));
  // One argument, so that what follows it is the model.
  threads->allow_extra_args(false);
  if (several) {
    threads->delimiter(',');
  } else {
    threads->expected(1);
  }
  command
      ->add_option("--kernel-threads", options->kernel_threads,
                   "of these, threads that each kernel may use inside itself; above 1, results differ in the "
                   "last bits; default: 1")
      ->type_name("K")
      ->check(CLI::Range(1, 1024).description(""));
}

absl::StatusOr<std::vector<SchedulerOptions>> SchedulersOf(const ParallelOptions& options, bool fork_always) {
  std::vector<SchedulerOptions> schedulers;
  for (const int num_threads : options.threads) {
    if (options.kernel_threads > num_threads) {
      return UsageError(absl::StrCat("--kernel-threads ", options.kernel_threads, ": more than the ",
                                     num_threads, " of --threads"));
    }
    schedulers.push_back({num_threads, options.kernel_threads, fork_always});
  }
  return schedulers;
}

absl::StatusOr<SchedulerOptions> SchedulerOf(const ParallelOptions& options, bool fork_always) {
  BATON_ASSIGN_OR_RETURN(const std::vector<SchedulerOptions> schedulers, SchedulersOf(options, fork_always));
  return schedulers.front();
}

}  // namespace baton
