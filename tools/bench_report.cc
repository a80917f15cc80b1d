#include "tools/bench_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/json_output.h"

namespace baton {
namespace {

// "2", or "4/2": two kernels at a time that use two threads each.
std::string ThreadsText(const SchedulerOptions& scheduler) {
  if (scheduler.kernel_threads == 1) return absl::StrCat(scheduler.num_threads);
  return absl::StrCat(scheduler.num_threads, "/", scheduler.kernel_threads);
}

}  // namespace

void PrintBenchHeading(const MeasureOptions& options, int width, std::ostream& out) {
  out << absl::StreamFormat(
      "latency in microseconds; warm-up %d runs, then %s; threads/of each kernel\n", options.num_warmup,
      options.num_runs > 0 ? absl::StrCat(options.num_runs, " runs")
                           : absl::StrFormat("%g s, at least 10 runs", options.seconds));
  out << absl::StreamFormat("%-*s %-8s %7s %7s %9s %9s %9s %9s %9s %10s %8s %10s %8s %8s %8s\n", width,
                            "model", "dispatch", "threads", "runs", "min", "median", "p90", "p99", "max",
                            "runs/s", "mallocs", "instrs", "kernels", "forks", "shared");
}

void PrintBenchRow(const BenchRow& row, int width, std::ostream& out) {
  const Measurement& m = row.measurement;
  const std::string label = absl::StrCat(row.model, row.shapes.empty() ? "" : " ", row.shapes);
  const std::string allocations =
      m.allocations_per_run < 0 ? "-" : absl::StrFormat("%g", m.allocations_per_run);
  out << absl::StreamFormat("%-*s %-8s %7s %7d %9.1f %9.1f %9.1f %9.1f %9.1f %10.1f %8s %10d %8d %8d %8g\n",
                            width, label, DispatchName(row.dispatch), ThreadsText(row.scheduler), m.num_runs,
                            m.min_us, m.median_us, m.p90_us, m.p99_us, m.max_us, m.runs_per_second,
                            allocations, m.instructions, m.kernel_calls, m.forks, m.shared_forks_per_run)
      << std::flush;
}

std::string BenchJson(const MeasureOptions& options, const std::vector<BenchRow>& rows) {
  JsonOutput json;
  json.BeginObject();
  json.Field("warmup", options.num_warmup);
  json.Key("results");
  json.BeginArray();
  for (const BenchRow& row : rows) {
    const Measurement& m = row.measurement;
    json.BeginObject();
    json.Field("model", row.model);
    json.Field("shapes", row.shapes);
    json.Field("dispatch", DispatchName(row.dispatch));
    json.Field("threads", int64_t{row.scheduler.num_threads});
    json.Field("kernel_threads", int64_t{row.scheduler.kernel_threads});
    json.Field("runs", m.num_runs);
    json.Field("min_us", m.min_us);
    json.Field("median_us", m.median_us);
    json.Field("p90_us", m.p90_us);
    json.Field("p99_us", m.p99_us);
    json.Field("max_us", m.max_us);
    json.Field("runs_per_second", m.runs_per_second);
    json.Field("allocations_per_run", m.allocations_per_run);
    json.Field("instructions", m.instructions);
    json.Field("kernel_calls", m.kernel_calls);
    json.Field("forks", m.forks);
    json.Field("shared_forks_per_run", m.shared_forks_per_run);
    json.Field("peak_memory_bytes", m.peak_memory_bytes);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Finish();
}

}  // namespace baton
