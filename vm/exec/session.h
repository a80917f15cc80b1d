// Session: what one thread needs to run a Program: frames, arena, memory pool, kernel states. PUBLIC.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "vm/core/tensor.h"
#include "vm/core/value_tree.h"
#include "vm/exec/program.h"
#include "vm/exec/scheduler.h"
#include "vm/exec/trace.h"

namespace baton {

// 8 GiB, or three quarters of the machine's memory where that is less: a model that asks for too much gets an
// error before the system runs out. Threads: safe.
int64_t DefaultMemoryLimit();

// Limits of one invocation. Each ends in an error value that leaves the session usable.
struct Limits {
  int64_t max_memory_bytes = DefaultMemoryLimit();  // tensors, objects, arena, frames: ResourceExhausted
  int64_t max_depth = 1 << 20;                      // nested calls: ResourceExhausted, names the function
  int64_t max_steps = INT64_MAX;                    // back edges, calls and kernel calls: ResourceExhausted
  absl::Time deadline =
      absl::InfiniteFuture();  // DeadlineExceeded, checked at back edges, calls and kernel calls
  const std::atomic<bool>* cancelled = nullptr;  // Cancelled, checked at the same places; may be null
};

// Counts of one invocation, free of charge.
struct InvocationCounts {
  int64_t instructions =
      0;  // only counted when built with BATON_COUNT_INSTRUCTIONS or asked for by SetCounting
  int64_t kernel_calls = 0;
  int64_t forks = 0;         // evaluated
  int64_t shared_forks = 0;  // of these, run as strands of their own, on whichever worker
  int64_t peak_memory_bytes = 0;
  int64_t collected_objects = 0;  // that only a cycle of references kept alive
};

// Cheap to make. Threads: one invocation at a time; many Sessions over one Program run at once.
class Session {
 public:
  // Without a scheduler it runs on the calling thread alone.
  explicit Session(std::shared_ptr<const Program> program, std::shared_ptr<Scheduler> scheduler = nullptr);
  ~Session();
  Session(Session&&) noexcept;

  // Runs an entry point that takes and gives tensors only. `inputs` and `outputs` are in the order of the
  // entry point's signature; outputs are overwritten. A second invocation with the same shapes allocates
  // nothing from the heap, provided that the outputs of the first have been dropped or overwritten by then.
  // Outputs stay valid after the session is gone. Errors: NotFound for an unknown entry; InvalidArgument when
  // an input does not fit the signature (names the input, its type and what was expected); the limits'
  // errors; errors of the model with a back trace of source locations.
  absl::Status Invoke(absl::string_view entry, absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs,
                      const Limits& limits = {});
  // The same, for callers to whom an allocation does not matter.
  absl::StatusOr<std::vector<Tensor>> Invoke(absl::string_view entry, absl::Span<const Tensor> inputs,
                                             const Limits& limits = {});

  // The same for entry points of any types: data and tuples of tensors too. Allocates; results that are or
  // share memory with inputs are copied. Errors also name the part: "input 'tree': Node.0: is Leaf with 2
  // fields, expected 1".
  absl::StatusOr<std::vector<Value>> InvokeValues(absl::string_view entry, absl::Span<const Value> inputs,
                                                  const Limits& limits = {});

  // Counts instructions from now on (slower). Kernel calls are always counted.
  void SetCounting(bool on);
  const InvocationCounts& counts() const;
  // Traces invocations from now on (slower); then gives what was traced since, and stops.
  void StartTrace();
  Trace TakeTrace();
  // Gives back memory that is kept for the next invocations.
  void ReleaseMemory();
  const Program& program() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace baton
