#include "tools/trace_summary.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace baton {
namespace {

double Ms(int64_t ns) {
  return static_cast<double>(ns) / 1e6;
}
double Percent(int64_t part, int64_t whole) {
  return whole > 0 ? 100 * static_cast<double>(part) / static_cast<double>(whole) : 0;
}

void PrintTotals(const TraceAnalysis& analysis, std::ostream& out) {
  out << absl::StreamFormat("elapsed      %10.3f ms on %d threads\n", Ms(analysis.elapsed_ns),
                            analysis.workers.size());
  out << absl::StreamFormat("work         %10.3f ms, of all strands\n", Ms(analysis.work_ns));
  out << absl::StreamFormat("span         %10.3f ms, the longest chain of what waits for one another\n",
                            Ms(analysis.span_ns));
  out << absl::StreamFormat("parallelism  %10.2f available (work / span), %.2f reached (work / elapsed)\n",
                            analysis.parallelism_available(), analysis.parallelism_reached());
  out << absl::StreamFormat("forks        %10d shared", analysis.num_shared_forks);
  if (analysis.num_shared_forks > 0) {
    out << absl::StreamFormat("; medians: %.2f us from fork to start, %.2f us from end to what waits",
                              static_cast<double>(analysis.start_delay_ns) / 1e3,
                              static_cast<double>(analysis.finish_delay_ns) / 1e3);
  }
  out << "\n";
}

void PrintWorkers(const TraceAnalysis& analysis, std::ostream& out) {
  out << "\nthread     strands     busy ms     idle ms   idle\n";
  for (size_t i = 0; i < analysis.workers.size(); ++i) {
    const WorkerUse& worker = analysis.workers[i];
    out << absl::StreamFormat("%-8s %9d %11.3f %11.3f %5.1f%%\n",
                              i == 0 ? std::string("caller") : absl::StrFormat("worker %d", i),
                              worker.num_strands, Ms(worker.busy_ns), Ms(worker.idle_ns()),
                              Percent(worker.idle_ns(), analysis.elapsed_ns));
  }
}

void PrintKernels(const TraceAnalysis& analysis, std::ostream& out) {
  size_t width = 8;
  for (const OperatorUse& use : analysis.operators) width = std::max(width, use.op.size());
  out << absl::StreamFormat("\n%-*s     calls    total ms     mean us   work\n", static_cast<int>(width),
                            "kernel");
  int64_t kernels_ns = 0;
  const auto line = [&](const std::string& name, int64_t calls, int64_t ns) {
    out << absl::StreamFormat("%-*s %9d %11.3f %11.3f %5.1f%%\n", static_cast<int>(width), name, calls,
                              Ms(ns),
                              calls > 0 ? static_cast<double>(ns) / 1e3 / static_cast<double>(calls) : 0,
                              Percent(ns, analysis.work_ns));
  };
  for (const OperatorUse& use : analysis.operators) {
    line(use.op, use.num_calls, use.total_ns);
    kernels_ns += use.total_ns;
  }
  const int64_t rest_ns = std::max<int64_t>(analysis.work_ns - kernels_ns, 0);
  out << absl::StreamFormat("%-*s %9s %11.3f %11s %5.1f%%\n", static_cast<int>(width), "(other)", "",
                            Ms(rest_ns), "", Percent(rest_ns, analysis.work_ns));
}

}  // namespace

void PrintTraceSummary(const TraceAnalysis& analysis, std::ostream& out) {
  PrintTotals(analysis, out);
  PrintWorkers(analysis, out);
  PrintKernels(analysis, out);
}

}  // namespace baton
