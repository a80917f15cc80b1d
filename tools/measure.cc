#include "tools/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "tools/allocation_counter.h"
#include "tools/conformance_data.h"
#include "vm/core/status.h"
#include "vm/exec/session.h"

namespace baton {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kMinRuns = 10;
constexpr int64_t kMaxRuns = 1000000;
constexpr int64_t kCountedRuns = 10;

using Invocation = std::function<absl::Status(Session& session)>;

struct Subject {
  Invocation invoke;
  std::function<std::vector<Value>()> outputs;  // of the last invocation
};

absl::Status CountWork(std::shared_ptr<const Program> program, const Invocation& invoke,
                       Measurement* measurement) {
  Session session(std::move(program));
  session.SetCounting(true);
  BATON_RETURN_IF_ERROR(invoke(session));
  measurement->instructions = session.counts().instructions;
  measurement->kernel_calls = session.counts().kernel_calls;
  measurement->forks = session.counts().forks;
  return absl::OkStatus();
}

// What differs from run to run: as a mean of some runs in the steady state.
absl::Status CountRuns(const Invocation& invoke, Session& session, Measurement* measurement) {
  absl::Status status;
  int64_t shared_forks = 0;
  StartCountingAllocations();
  for (int64_t i = 0; i < kCountedRuns && status.ok(); ++i) {
    status = invoke(session);
    shared_forks += session.counts().shared_forks;
    measurement->peak_memory_bytes =
        std::max(measurement->peak_memory_bytes, session.counts().peak_memory_bytes);
  }
  const int64_t allocations = StopCountingAllocations();
  const auto mean = [](int64_t count) { return static_cast<double>(count) / kCountedRuns; };
  measurement->allocations_per_run = CanCountAllocations() ? mean(allocations) : -1;
  measurement->shared_forks_per_run = mean(shared_forks);
  return status;
}

// `check` is called after each run, and not timed.
absl::StatusOr<std::vector<double>> Latencies(const std::function<absl::Status()>& run,
                                              const std::function<absl::Status()>& check,
                                              const MeasureOptions& options) {
  std::vector<double> latencies_us;
  latencies_us.reserve(options.num_runs > 0 ? options.num_runs : kMaxRuns);
  const Clock::time_point start = Clock::now();
  Clock::time_point before = start;
  const auto more = [&] {
    const auto count = static_cast<int64_t>(latencies_us.size());
    if (options.num_runs > 0) return count < options.num_runs;
    if (count < kMinRuns) return true;
    return count < kMaxRuns && std::chrono::duration<double>(before - start).count() < options.seconds;
  };
  while (more()) {
    before = Clock::now();
    BATON_RETURN_IF_ERROR(run());
    const Clock::time_point after = Clock::now();
    latencies_us.push_back(std::chrono::duration<double, std::micro>(after - before).count());
    BATON_RETURN_IF_ERROR(check());
  }
  return latencies_us;
}

}  // namespace

double Percentile(absl::Span<const double> sorted, double fraction) {
  const auto rank = static_cast<size_t>(std::ceil(fraction * static_cast<double>(sorted.size())));
  return sorted[std::clamp<size_t>(rank, 1, sorted.size()) - 1];
}

static absl::StatusOr<Measurement> MeasureInvocation(std::shared_ptr<const Program> program,
                                                     const Subject& subject, const MeasureOptions& options) {
  Measurement measurement;
  BATON_RETURN_IF_ERROR(CountWork(program, subject.invoke, &measurement));
  const std::vector<Value> expected = options.same_bits ? subject.outputs() : std::vector<Value>();
  Session session(program, Scheduler::Create(options.scheduler));
  const auto run = [&] { return subject.invoke(session); };
  const auto check = [&]() -> absl::Status {
    if (!options.same_bits || SameBits(subject.outputs(), expected)) return absl::OkStatus();
    return absl::InternalError(absl::StrCat("a run on ", options.scheduler.num_threads,
                                            " threads gives outputs with other bits than one thread"));
  };
  for (int64_t i = 0; i < options.num_warmup; ++i) BATON_RETURN_IF_ERROR(run());
  BATON_ASSIGN_OR_RETURN(std::vector<double> latencies_us, Latencies(run, check, options));
  BATON_RETURN_IF_ERROR(CountRuns(subject.invoke, session, &measurement));

  const double total_us = std::accumulate(latencies_us.begin(), latencies_us.end(), 0.0);
  std::sort(latencies_us.begin(), latencies_us.end());
  measurement.num_runs = static_cast<int64_t>(latencies_us.size());
  measurement.min_us = latencies_us.front();
  measurement.median_us = Percentile(latencies_us, 0.5);
  measurement.p90_us = Percentile(latencies_us, 0.9);
  measurement.p99_us = Percentile(latencies_us, 0.99);
  measurement.max_us = latencies_us.back();
  measurement.runs_per_second = total_us > 0 ? 1e6 * static_cast<double>(latencies_us.size()) / total_us : 0;
  return measurement;
}

absl::StatusOr<Measurement> Measure(std::shared_ptr<const Program> program, const std::string& entry,
                                    absl::Span<const Tensor> inputs, const MeasureOptions& options) {
  std::vector<Tensor> outputs(program->FindEntryPoint(entry)->outputs.size());
  const auto invoke = [&](Session& session) {
    return session.Invoke(entry, inputs, absl::MakeSpan(outputs));
  };
  const auto values = [&] { return std::vector<Value>(outputs.begin(), outputs.end()); };
  return MeasureInvocation(std::move(program), {invoke, values}, options);
}

absl::StatusOr<Measurement> MeasureValues(std::shared_ptr<const Program> program, const std::string& entry,
                                          absl::Span<const Value> inputs, const MeasureOptions& options) {
  std::vector<Value> outputs;
  const auto invoke = [&](Session& session) -> absl::Status {
    BATON_ASSIGN_OR_RETURN(outputs, session.InvokeValues(entry, inputs));
    return absl::OkStatus();
  };
  return MeasureInvocation(std::move(program), {invoke, [&] { return outputs; }}, options);
}

}  // namespace baton
