// Runs pieces of work in processes of their own, several at a time, each with a limit on time and memory.
// Whatever a piece does to its process, be it a crash, is a result and not the end of the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace baton {

struct WorkerLimits {
  absl::Duration time = absl::Seconds(60);  // on the clock
  // Address space beyond what the process has when it starts: the system refuses the allocation that goes
  // above it, so that code which checks its allocations shows its own error. (Linux does not enforce limits
  // on resident memory.)
  int64_t memory_bytes = int64_t{4} << 30;
  // Address space on top of that which the work reserves and does not fill: large stacks.
  int64_t reserve_bytes = 0;
};

enum class WorkerEnd : uint8_t {
  kDone,    // the work returned
  kSignal,  // a signal ended it: WorkerResult::code
  kExit,    // it left the process: WorkerResult::code
  kTime,    // the limit on time
  kMemory,  // `new` found no memory
};

struct WorkerResult {
  WorkerEnd end = WorkerEnd::kDone;
  int code = 0;
  std::string output;  // what it said until its end
  double seconds = 0;
};

// Where work says what it has to say.
class WorkerOutput {
 public:
  explicit WorkerOutput(int descriptor) : descriptor_(descriptor) {}
  // Arrives even if the process ends right after.
  void Write(absl::string_view text);

 private:
  int descriptor_;
};

// Calls work(index, output) for each index below `count` in a process forked from this one, at most
// `num_jobs` at a time, and finished(index, result) here as each ends. REQUIRES: no other thread runs.
// Errors: ResourceExhausted when no process can be started; those running are awaited first.
absl::Status RunInWorkers(size_t count, int num_jobs, const WorkerLimits& limits,
                          absl::FunctionRef<void(size_t, WorkerOutput&)> work,
                          absl::FunctionRef<void(size_t, WorkerResult)> finished);

// "SIGSEGV"; "signal 99" for one without a name.
std::string SignalName(int signal);

}  // namespace baton
