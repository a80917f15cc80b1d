// One program under one dispatch, ready to be invoked again and again on the same inputs.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/dispatch_programs.h"
#include "vm/bytecode/executable.h"
#include "vm/core/kernel.h"
#include "vm/core/value_tree.h"
#include "vm/exec/session.h"

namespace baton {

// Of one invocation: processor time of this process, which others that run do not lengthen, and by the clock.
struct Times {
  double processor_ns = 0;
  double clock_ns = 0;
};

class DispatchRunner {
 public:
  static absl::StatusOr<std::unique_ptr<DispatchRunner>> Make(const BenchProgram& program,
                                                              const VerifiedExecutable& executable,
                                                              const KernelResolver& resolver,
                                                              Dispatch dispatch);

  // One invocation.
  absl::Status Run();
  // Of the last invocation.
  std::vector<Value> results() const;
  // Of one invocation in a session of its own, which counts.
  absl::StatusOr<InvocationCounts> Count();
  // From the heap in one invocation, the mean of several; -1 where they cannot be counted.
  absl::StatusOr<double> CountAllocations();
  // The mean of `repeats` invocations.
  absl::StatusOr<Times> Time(int64_t repeats);

 private:
  explicit DispatchRunner(std::shared_ptr<const Program> program);
  absl::Status ReadInputs(const BenchProgram& program);
  absl::Status RunIn(Session& session);

  std::shared_ptr<const Program> program_;
  Session session_;
  bool tensors_only_ = true;
  std::vector<Tensor> tensor_inputs_, tensor_outputs_;
  std::vector<Value> inputs_, outputs_;
};

// Same structure, element types, shapes and bytes.
bool SameResults(absl::Span<const Value> a, absl::Span<const Value> b);

}  // namespace baton
