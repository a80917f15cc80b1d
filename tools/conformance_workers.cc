#include "tools/conformance_workers.h"

#include "ops/registry.h"
#include "vm/core/status.h"

namespace baton {

absl::StatusOr<std::vector<ConformanceResult>> RunConformanceTests(
    const ConformanceRun& run, absl::FunctionRef<void(absl::Span<const ConformanceResult>)> on_test) {
  (void)AllOps();  // made once for all workers
  const size_t num_modes = run.modes.size(), count = run.tests.size() * num_modes;
  const auto work = [&](size_t index, WorkerOutput& output) {
    const auto say = [&](absl::string_view part) { output.Write(EncodePart(part)); };
    output.Write(EncodeResult(
        RunConformanceCase(run.tests[index / num_modes], run.modes[index % num_modes], run.options, say)));
  };
  std::vector<ConformanceResult> results(count);
  std::vector<bool> done(count);
  size_t next = 0;  // the first that is not there
  const auto finished = [&](size_t index, const WorkerResult& worker) {
    ConformanceResult& result = results[index];
    result = DecodeResult(worker, run.limits);
    result.name = run.tests[index / num_modes].name;
    result.mode = run.modes[index % num_modes];
    result.expected = run.expectations.Of(result.name, result.mode);
    done[index] = true;
    for (; next < count && done[next]; ++next) {
      if ((next + 1) % num_modes != 0) continue;
      on_test(absl::MakeConstSpan(results).subspan(next + 1 - num_modes, num_modes));
    }
  };
  BATON_RETURN_IF_ERROR(RunInWorkers(count, run.num_jobs, run.limits, work, finished));
  return results;
}

}  // namespace baton
