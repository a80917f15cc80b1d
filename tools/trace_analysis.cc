#include "tools/trace_analysis.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

namespace baton {
namespace {

// What happens to a strand at one moment.
struct Moment {
  // In the order in which things that have the same time happen: what enables before what is enabled.
  enum class Kind { kFork, kBegin, kAwaitBegin, kEnd, kAwaitEnd };
  int64_t time_ns = 0;
  Kind kind = Kind::kFork;
  int64_t strand = 0;
  int64_t other = -1;
  int worker = 0;
};

std::vector<Moment> MomentsInOrder(const Trace& trace) {
  std::set<int64_t> strands;
  for (const TraceEvent& event : trace.events) {
    if (event.kind == TraceEvent::Kind::kStrand) strands.insert(event.strand);
  }
  std::vector<Moment> moments;
  const auto add = [&](const TraceEvent& event, int64_t time_ns, Moment::Kind kind) {
    moments.push_back({time_ns, kind, event.strand, event.other, event.worker});
  };
  for (const TraceEvent& event : trace.events) {
    if (event.kind == TraceEvent::Kind::kKernel || strands.count(event.strand) == 0) continue;
    if (event.kind == TraceEvent::Kind::kStrand) {
      add(event, event.begin_ns, Moment::Kind::kBegin);
      add(event, event.end_ns, Moment::Kind::kEnd);
    } else if (strands.count(event.other) == 0) {
      continue;
    } else if (event.kind == TraceEvent::Kind::kFork) {
      add(event, event.begin_ns, Moment::Kind::kFork);
    } else {
      add(event, event.begin_ns, Moment::Kind::kAwaitBegin);
      add(event, event.end_ns, Moment::Kind::kAwaitEnd);
    }
  }
  std::stable_sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) {
    return std::pair(a.time_ns, a.kind) < std::pair(b.time_ns, b.kind);
  });
  return moments;
}

struct Ran {
  int worker;
  Interval interval;
};

// Goes through the moments in order. Each strand has a clock that runs as on a machine with a worker for
// every strand: it starts at the fork's, runs while the strand does, and jumps to that of what it awaits.
class Replay {
 public:
  void Step(const Moment& moment) {
    Strand& strand = strands_[moment.strand];
    Run(strand, moment);
    switch (moment.kind) {
      case Moment::Kind::kFork:
        strands_[moment.other].clock_ns = strand.clock_ns;
        break;
      case Moment::Kind::kBegin:
        strand.active = true;
        break;
      case Moment::Kind::kEnd:
        strand.active = false;
        break;
      case Moment::Kind::kAwaitBegin:
        ++strand.num_awaits;
        break;
      case Moment::Kind::kAwaitEnd:
        --strand.num_awaits;
        strand.clock_ns = std::max(strand.clock_ns, strands_[moment.other].clock_ns);
        break;
    }
  }

  int64_t work_ns() const { return work_ns_; }
  int64_t span_ns() const { return span_ns_; }
  std::vector<Ran> TakeRan() { return std::move(ran_); }

 private:
  struct Strand {
    int64_t clock_ns = 0;
    int64_t since_ns = 0;  // the moment before, by the trace's clock
    bool active = false;
    int num_awaits = 0;  // that it is in: an end and the next begin may share a moment
  };

  // What the strand has done since its moment before.
  void Run(Strand& strand, const Moment& moment) {
    const int64_t since_ns = std::exchange(strand.since_ns, moment.time_ns);
    if (!strand.active || strand.num_awaits > 0 || moment.time_ns <= since_ns) return;
    ran_.push_back({moment.worker, {since_ns, moment.time_ns}});
    strand.clock_ns += moment.time_ns - since_ns;
    work_ns_ += moment.time_ns - since_ns;
    span_ns_ = std::max(span_ns_, strand.clock_ns);
  }

  std::unordered_map<int64_t, Strand> strands_;
  int64_t work_ns_ = 0, span_ns_ = 0;
  std::vector<Ran> ran_;
};

// What [begin, end) has that `busy` has not. REQUIRES: busy is sorted.
std::vector<Interval> Gaps(const std::vector<Interval>& busy, Interval whole) {
  std::vector<Interval> gaps;
  int64_t covered_ns = whole.begin_ns;
  for (const Interval& interval : busy) {
    if (interval.begin_ns > covered_ns) gaps.push_back({covered_ns, interval.begin_ns});
    covered_ns = std::max(covered_ns, interval.end_ns);
  }
  if (whole.end_ns > covered_ns) gaps.push_back({covered_ns, whole.end_ns});
  return gaps;
}

Interval WholeOf(const Trace& trace) {
  if (trace.events.empty()) return {};
  Interval whole = {INT64_MAX, INT64_MIN};
  for (const TraceEvent& event : trace.events) {
    whole.begin_ns = std::min(whole.begin_ns, event.begin_ns);
    whole.end_ns = std::max(whole.end_ns, event.end_ns);
  }
  return whole;
}

int64_t Median(std::vector<int64_t> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void MeasureDelays(const Trace& trace, TraceAnalysis* analysis) {
  std::unordered_map<int64_t, Interval> strands;
  for (const TraceEvent& event : trace.events) {
    if (event.kind == TraceEvent::Kind::kStrand) strands[event.strand] = {event.begin_ns, event.end_ns};
  }
  std::vector<int64_t> starts, finishes;
  for (const TraceEvent& event : trace.events) {
    const auto strand = strands.find(event.other);
    if (strand == strands.end()) continue;
    if (event.kind == TraceEvent::Kind::kFork) starts.push_back(strand->second.begin_ns - event.begin_ns);
    if (event.kind == TraceEvent::Kind::kAwait)
      finishes.push_back(event.end_ns - std::max(event.begin_ns, strand->second.end_ns));
  }
  analysis->start_delay_ns = Median(std::move(starts));
  analysis->finish_delay_ns = Median(std::move(finishes));
}

std::vector<OperatorUse> OperatorsOf(const Trace& trace, const Executable& executable) {
  std::map<std::string, OperatorUse> by_name;
  for (const TraceEvent& event : trace.events) {
    if (event.kind != TraceEvent::Kind::kKernel) continue;
    const bool known = event.kernel >= 0 && static_cast<size_t>(event.kernel) < executable.kernels.size();
    const std::string op = known ? executable.kernels[event.kernel].op : "?";
    OperatorUse& use = by_name[op];
    use.op = op;
    ++use.num_calls;
    use.total_ns += event.end_ns - event.begin_ns;
  }
  std::vector<OperatorUse> operators;
  for (auto& [name, use] : by_name) operators.push_back(std::move(use));
  std::stable_sort(operators.begin(), operators.end(),
                   [](const OperatorUse& a, const OperatorUse& b) { return a.total_ns > b.total_ns; });
  return operators;
}

std::vector<WorkerUse> WorkersOf(const Trace& trace, const std::vector<Ran>& ran) {
  int num_workers = std::max(trace.num_workers, 1);
  for (const TraceEvent& event : trace.events) num_workers = std::max(num_workers, event.worker + 1);
  std::vector<WorkerUse> uses(num_workers);
  std::vector<std::vector<Interval>> busy(num_workers);
  for (const auto& [worker, interval] : ran) {
    busy[worker].push_back(interval);
    uses[worker].busy_ns += interval.length_ns();
  }
  for (const TraceEvent& event : trace.events) {
    if (event.kind == TraceEvent::Kind::kStrand) ++uses[event.worker].num_strands;
  }
  const Interval whole = WholeOf(trace);
  for (int i = 0; i < num_workers; ++i) {
    std::sort(busy[i].begin(), busy[i].end(),
              [](const Interval& a, const Interval& b) { return a.begin_ns < b.begin_ns; });
    uses[i].idle = Gaps(busy[i], whole);
  }
  return uses;
}

}  // namespace

int64_t WorkerUse::idle_ns() const {
  int64_t total_ns = 0;
  for (const Interval& interval : idle) total_ns += interval.length_ns();
  return total_ns;
}

double TraceAnalysis::parallelism_available() const {
  return span_ns > 0 ? static_cast<double>(work_ns) / static_cast<double>(span_ns) : 1;
}
double TraceAnalysis::parallelism_reached() const {
  return elapsed_ns > 0 ? static_cast<double>(work_ns) / static_cast<double>(elapsed_ns) : 1;
}

TraceAnalysis AnalyzeTrace(const Trace& trace, const Executable& executable) {
  TraceAnalysis analysis;
  Replay replay;
  for (const Moment& moment : MomentsInOrder(trace)) {
    replay.Step(moment);
    if (moment.kind == Moment::Kind::kFork) ++analysis.num_shared_forks;
  }
  analysis.elapsed_ns = WholeOf(trace).length_ns();
  analysis.work_ns = replay.work_ns();
  analysis.span_ns = replay.span_ns();
  MeasureDelays(trace, &analysis);
  analysis.workers = WorkersOf(trace, replay.TakeRan());
  analysis.operators = OperatorsOf(trace, executable);
  return analysis;
}

}  // namespace baton
