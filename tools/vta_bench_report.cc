#include "tools/vta_bench_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/json_output.h"

namespace baton {
namespace {

std::string BoundText(const std::optional<double>& bound, bool is_cost) {
  if (!bound.has_value()) return "-";
  return absl::StrCat(is_cost ? "<= " : ">= ", *bound);
}

std::string VerdictText(const VtaContractItem& item) {
  if (!item.must.has_value() && !item.goal.has_value()) return "";
  if (!item.Keeps(item.must)) return "misses MUST";
  return item.Keeps(item.goal) ? "" : "misses the goal";
}

void Bound(absl::string_view key, const std::optional<double>& bound, JsonOutput& json) {
  if (bound.has_value()) json.Field(key, *bound);
}

void ContractJson(const std::vector<VtaContractItem>& items, JsonOutput& json) {
  json.Key("contract");
  json.BeginArray();
  for (const VtaContractItem& item : items) {
    json.BeginObject();
    json.Field("name", item.name);
    json.Field("unit", item.unit);
    Bound("upstream", item.upstream, json);
    Bound("must", item.must, json);
    Bound("goal", item.goal, json);
    json.Field("value", item.value);
    json.EndObject();
  }
  json.EndArray();
}

void RunJson(const VtaBenchRun& run, JsonOutput& json) {
  json.BeginObject();
  json.Field("name", run.name);
  json.Field("count", int64_t{run.count});
  json.Field("contexts", int64_t{run.contexts});
  json.Field("macs", static_cast<int64_t>(run.macs));
  json.Field("gemm_steps", static_cast<int64_t>(run.gemm_steps));
  json.Field("cycles", static_cast<int64_t>(run.cycles));
  json.Field("predicted_cycles", static_cast<int64_t>(run.predicted_cycles));
  json.Field("instructions", static_cast<int64_t>(run.num_instructions));
  json.Field("uops", static_cast<int64_t>(run.num_uops));
  json.Field("tiling", run.tiling);
  json.Key("counters");
  json.BeginObject();
  for (const vta::CounterInfo& counter : vta::AllCounters()) {
    json.Field(counter.name, static_cast<int64_t>(run.counters.*counter.member));
  }
  json.EndObject();
  json.EndObject();
}

void SweepJson(absl::string_view key, const std::vector<VtaSweepPoint>& points, JsonOutput& json) {
  json.Key(key);
  json.BeginArray();
  for (const VtaSweepPoint& point : points) {
    json.BeginObject();
    json.Field("bus_bytes", int64_t{point.bus_bytes});
    json.Field("read_latency", int64_t{point.read_latency});
    json.Field("contexts", int64_t{point.contexts});
    json.Field("utilisation", point.utilisation);
    json.EndObject();
  }
  json.EndArray();
}

}  // namespace

void PrintVtaContract(const std::vector<VtaContractItem>& items, std::ostream& out) {
  out << absl::StreamFormat("%-42s %-15s %9s %9s %9s %9s\n", "item", "unit", "upstream", "MUST", "goal",
                            "measured");
  for (const VtaContractItem& item : items) {
    const std::string upstream = item.upstream.has_value() ? absl::StrCat(*item.upstream) : "-";
    out << absl::StreamFormat("%-42s %-15s %9s %9s %9s %9.3f %s\n", item.name, item.unit, upstream,
                              BoundText(item.must, item.is_cost), BoundText(item.goal, item.is_cost),
                              item.value, VerdictText(item));
  }
}

void PrintVtaRuns(const std::vector<VtaBenchRun>& runs, std::ostream& out) {
  out << absl::StreamFormat("%-24s %5s %8s %9s %9s %9s %8s %7s %7s  %s\n", "program", "times", "contexts",
                            "steps", "cycles", "predicted", "busy %", "error %", "instrs", "tiling");
  for (const VtaBenchRun& run : runs) {
    out << absl::StreamFormat("%-24s %5d %8d %9d %9d %9d %8.2f %+7.2f %7d  %s\n", run.name, run.count,
                              run.contexts, run.gemm_steps, run.cycles, run.predicted_cycles,
                              100 * run.utilisation(), 100 * run.prediction_error(), run.num_instructions,
                              run.tiling);
  }
}

void PrintVtaSweep(const std::vector<VtaSweepPoint>& points, std::ostream& out) {
  out << absl::StreamFormat("%9s %9s %9s %9s\n", "bus bytes", "latency", "contexts", "busy %");
  for (const VtaSweepPoint& point : points) {
    out << absl::StreamFormat("%9d %9d %9d %9.2f\n", point.bus_bytes, point.read_latency, point.contexts,
                              100 * point.utilisation);
  }
}

std::string VtaBenchJson(const VtaBenchResults& results) {
  JsonOutput json;
  json.BeginObject();
  json.Field("config", results.machine.config);
  json.Field("chip", results.machine.on_chip ? "rtl" : "none");
  json.Field("macs_per_cycle", int64_t{vta::FindConfig(results.machine.config)->config.macs_per_cycle()});
  json.Field("bus_bytes", int64_t{results.machine.timing.bus_bytes});
  json.Field("read_latency", int64_t{results.machine.timing.read_latency});
  ContractJson(results.contract, json);
  json.Key("runs");
  json.BeginArray();
  for (const VtaBenchRun& run : results.runs) RunJson(run, json);
  json.EndArray();
  SweepJson("latency_sweep", results.latency_sweep, json);
  SweepJson("bus_sweep", results.bus_sweep, json);
  json.EndObject();
  return json.Finish();
}

}  // namespace baton
