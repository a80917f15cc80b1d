#include "tools/trace_json.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "tools/json_output.h"

namespace baton {
namespace {

constexpr int64_t kProcess = 1;

// Names of what an event's indices mean; "?" for those out of range.
class Names {
 public:
  explicit Names(const Executable& executable) : executable_(executable) {}
  std::string Of(const TraceEvent& event) const {
    switch (event.kind) {
      case TraceEvent::Kind::kStrand:
        return Function(event);
      case TraceEvent::Kind::kKernel:
        return Has(event.kernel, executable_.kernels.size()) ? executable_.kernels[event.kernel].op : "?";
      case TraceEvent::Kind::kFork:
        return "fork";
      case TraceEvent::Kind::kAwait:
        return "await";
    }
    return "?";
  }
  std::string Function(const TraceEvent& event) const {
    return Has(event.function, executable_.functions.size()) ? executable_.functions[event.function].name
                                                             : "?";
  }
  // Empty when it is not known.
  std::string Place(const TraceEvent& event) const {
    return Has(event.location, executable_.locations.size())
               ? executable_.locations[event.location].ToString()
               : "";
  }

 private:
  static bool Has(int32_t index, size_t count) { return index >= 0 && static_cast<size_t>(index) < count; }
  const Executable& executable_;
};

const char* CategoryOf(TraceEvent::Kind kind) {
  switch (kind) {
    case TraceEvent::Kind::kStrand:
      return "strand";
    case TraceEvent::Kind::kKernel:
      return "kernel";
    case TraceEvent::Kind::kFork:
      return "fork";
    case TraceEvent::Kind::kAwait:
      return "await";
  }
  return "?";
}

class TraceWriter {
 public:
  TraceWriter(const Trace& trace, const Executable& executable) : trace_(trace), names_(executable) {}

  std::string Write(const TraceAnalysis& analysis) {
    json_.BeginObject();
    json_.Field("displayTimeUnit", "ns");
    json_.Key("traceEvents");
    json_.BeginArray();
    for (size_t worker = 0; worker < analysis.workers.size(); ++worker) {
      WriteRow(static_cast<int64_t>(worker));
      for (const Interval& idle : analysis.workers[worker].idle)
        WriteIdle(static_cast<int64_t>(worker), idle);
    }
    for (const TraceEvent& event : trace_.events) {
      if (event.kind != TraceEvent::Kind::kFork) WriteSlice(event);
    }
    WriteArrows();
    json_.EndArray();
    json_.EndObject();
    return json_.Finish();
  }

 private:
  // The fields that every event has; `phase` is the format's letter for its kind.
  void BeginEvent(absl::string_view phase, absl::string_view name, int64_t worker) {
    json_.BeginObject();
    json_.Field("ph", phase);
    json_.Field("name", name);
    json_.Field("pid", kProcess);
    json_.Field("tid", worker);
  }
  void Time(absl::string_view key, int64_t ns) { json_.Field(key, static_cast<double>(ns) / 1000); }

  void WriteRow(int64_t worker) {
    BeginEvent("M", "thread_name", worker);
    json_.Key("args");
    json_.BeginObject();
    json_.Field("name", worker == 0 ? std::string("caller") : absl::StrCat("worker ", worker));
    json_.EndObject();
    json_.EndObject();
  }

  void WriteIdle(int64_t worker, const Interval& idle) {
    BeginEvent("X", "idle", worker);
    json_.Field("cat", "idle");
    Time("ts", idle.begin_ns);
    Time("dur", idle.length_ns());
    json_.EndObject();
  }

  void WriteSlice(const TraceEvent& event) {
    BeginEvent("X", names_.Of(event), event.worker);
    json_.Field("cat", CategoryOf(event.kind));
    Time("ts", event.begin_ns);
    Time("dur", event.end_ns - event.begin_ns);
    json_.Key("args");
    json_.BeginObject();
    json_.Field("strand", event.strand);
    if (event.other >= 0) json_.Field("awaits", event.other);
    if (event.kind != TraceEvent::Kind::kStrand) json_.Field("function", names_.Function(event));
    if (const std::string place = names_.Place(event); !place.empty()) json_.Field("place", place);
    json_.EndObject();
    json_.EndObject();
  }

  // From a fork over the begin of its strand to the end of its await. Each end lies within a slice of its
  // row, which is what it is drawn from.
  void WriteArrows() {
    std::set<int64_t> forked, strands;
    for (const TraceEvent& event : trace_.events) {
      if (event.kind == TraceEvent::Kind::kStrand) strands.insert(event.strand);
      if (event.kind == TraceEvent::Kind::kFork) forked.insert(event.other);
    }
    const auto drawn = [&](int64_t strand) {
      return strands.count(strand) != 0 && forked.count(strand) != 0;
    };
    for (const TraceEvent& event : trace_.events) {
      if (event.kind == TraceEvent::Kind::kFork && drawn(event.other)) {
        WriteArrow("s", event.worker, event.begin_ns, event.other);
      } else if (event.kind == TraceEvent::Kind::kStrand && drawn(event.strand)) {
        WriteArrow("t", event.worker, event.begin_ns, event.strand);
      } else if (event.kind == TraceEvent::Kind::kAwait && drawn(event.other)) {
        WriteArrow("f", event.worker, event.end_ns, event.other);
      }
    }
  }

  void WriteArrow(absl::string_view phase, int64_t worker, int64_t ns, int64_t strand) {
    BeginEvent(phase, "future", worker);
    json_.Field("cat", "future");
    json_.Field("id", strand);
    Time("ts", ns);
    if (phase == "f") json_.Field("bp", "e");  // drawn to the slice around it, not to the next one
    json_.EndObject();
  }

  const Trace& trace_;
  Names names_;
  JsonOutput json_{/*indent=*/0};
};

}  // namespace

std::string TraceJson(const Trace& trace, const TraceAnalysis& analysis, const Executable& executable) {
  return TraceWriter(trace, executable).Write(analysis);
}

}  // namespace baton
