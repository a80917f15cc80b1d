#include "tools/vta_report.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/json_output.h"

namespace baton {
namespace {

using vta::Counters;

double Percent(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

struct Row {
  const char* name;
  uint64_t Counters::*counter;
};

// Each engine: its cycles at work, then what it waited for. Rows of 0 are not printed.
constexpr Row kCycles[] = {
    {"fetch", &Counters::fetch_busy_cycles},
    {"  waits for memory", &Counters::fetch_memory_stall_cycles},
    {"  compute queue empty", &Counters::fetch_starved_cycles},
    {"load", &Counters::load_busy_cycles},
    {"  waits for memory", &Counters::load_memory_stall_cycles},
    {"  waits for compute", &Counters::load_g2l_stall_cycles},
    {"compute", &Counters::compute_busy_cycles},
    {"  gemm", &Counters::gemm_busy_cycles},
    {"  alu", &Counters::alu_busy_cycles},
    {"  waits for memory", &Counters::compute_memory_stall_cycles},
    {"  waits for load", &Counters::compute_l2g_stall_cycles},
    {"  waits for store", &Counters::compute_s2g_stall_cycles},
    {"  waits for a hazard", &Counters::compute_hazard_stall_cycles},
    {"store", &Counters::store_busy_cycles},
    {"  waits for memory", &Counters::store_memory_stall_cycles},
    {"  waits for compute", &Counters::store_g2s_stall_cycles},
};

constexpr Row kBytes[] = {
    {"instructions", &Counters::fetch_bytes_read}, {"micro-ops", &Counters::uop_bytes_read},
    {"activations", &Counters::inp_bytes_read},    {"weights", &Counters::wgt_bytes_read},
    {"accumulators", &Counters::acc_bytes_read},   {"results", &Counters::out_bytes_written},
};

void WriteWaiting(const vta::RunResult& result, JsonOutput& json) {
  json.Key("waiting");
  json.BeginArray();
  for (const vta::WaitingQueue& waiting : result.waiting) {
    json.BeginObject();
    json.Field("queue", vta::QueueName(waiting.queue));
    json.Key("tokens");
    json.BeginArray();
    for (const vta::TokenQueue token : waiting.tokens) json.String(vta::TokenQueueName(token));
    json.EndArray();
    json.Field("instruction", int64_t{waiting.instruction_index});
    json.EndObject();
  }
  json.EndArray();
}

void WriteTrap(const vta::Trap& trap, JsonOutput& json) {
  json.Key("trap");
  json.BeginObject();
  json.Field("instruction", int64_t{trap.instruction_index});
  json.Field("field", trap.field);
  json.Field("rule", trap.rule);
  json.EndObject();
}

class TimelineWriter {
 public:
  std::string Write(const vta::Config& config, const std::vector<vta::Word>& words,
                    const std::vector<vta::InstructionRecord>& records) {
    json_.BeginObject();
    json_.Field("displayTimeUnit", "ns");
    json_.Key("traceEvents");
    json_.BeginArray();
    for (const vta::Queue queue : {vta::Queue::kLoad, vta::Queue::kCompute, vta::Queue::kStore})
      WriteRow(queue);
    for (const vta::InstructionRecord& record : records) {
      const std::string text =
          record.index < words.size() ? vta::Disassemble(config, words[record.index]) : "?";
      if (record.begin > record.wait_begin) {
        BeginSlice("wait", "wait", record.queue, record.wait_begin, record.begin);
        EndSlice(record, text);
      }
      BeginSlice(text.substr(0, text.find(' ')), "instruction", record.queue, record.begin, record.end);
      EndSlice(record, text);
    }
    json_.EndArray();
    json_.EndObject();
    return json_.Finish();
  }

 private:
  void BeginEvent(absl::string_view phase, absl::string_view name, vta::Queue queue) {
    json_.BeginObject();
    json_.Field("ph", phase);
    json_.Field("name", name);
    json_.Field("pid", int64_t{1});
    json_.Field("tid", int64_t{static_cast<int>(queue)});
  }

  void WriteRow(vta::Queue queue) {
    BeginEvent("M", "thread_name", queue);
    json_.Key("args");
    json_.BeginObject();
    json_.Field("name", vta::QueueName(queue));
    json_.EndObject();
    json_.EndObject();
  }

  void BeginSlice(absl::string_view name, absl::string_view category, vta::Queue queue, uint64_t begin,
                  uint64_t end) {
    BeginEvent("X", name, queue);
    json_.Field("cat", category);
    json_.Field("ts", static_cast<int64_t>(begin));
    json_.Field("dur", static_cast<int64_t>(end - begin));
  }

  void EndSlice(const vta::InstructionRecord& record, absl::string_view text) {
    json_.Key("args");
    json_.BeginObject();
    json_.Field("index", int64_t{record.index});
    json_.Field("instruction", text);
    json_.Field("steps", static_cast<int64_t>(record.steps));
    json_.EndObject();
    json_.EndObject();
  }

  JsonOutput json_{/*indent=*/0};
};

}  // namespace

std::string DescribeVtaRun(const vta::Config& config, const vta::RunResult& result,
                           const VtaComparison& comparison) {
  std::string text = vta::DescribeResult(config, result);
  if (result.outcome != vta::Outcome::kFinished) return text;
  if (!comparison.difference.has_value()) {
    absl::StrAppend(&text, "; ", comparison.num_bytes, " bytes as expected");
    return text;
  }
  const vta::Difference& difference = *comparison.difference;
  absl::StrAppendFormat(&text, "; %d of %d bytes differ, the first at 0x%x: found 0x%02x, expected 0x%02x",
                        difference.num_different, comparison.num_bytes, difference.address, difference.found,
                        difference.expected);
  return text;
}

void PrintVtaProfile(const vta::Config& config, const Counters& counters, std::ostream& out) {
  out << absl::StrFormat("%-24s%14d\n", "cycles", counters.cycles);
  out << absl::StrFormat("%-24s%14d%8.1f %% of %d MAC a cycle\n", "gemm steps", counters.gemm_steps,
                         Percent(counters.gemm_steps, counters.cycles), config.macs_per_cycle());
  out << absl::StrFormat("%-24s%14d%8.1f %%\n", "reset steps", counters.reset_steps,
                         Percent(counters.reset_steps, counters.cycles));
  out << absl::StrFormat("%-24s%14d%8.1f %%\n", "alu steps", counters.alu_steps,
                         Percent(counters.alu_steps, counters.cycles));
  out << "\ncycles of                              share of all\n";
  for (const Row& row : kCycles) {
    const uint64_t cycles = counters.*row.counter;
    if (cycles == 0) continue;
    out << absl::StrFormat("%-24s%14d%8.1f %%\n", row.name, cycles, Percent(cycles, counters.cycles));
  }
  out << "\nbytes of                                 a cycle\n";
  for (const Row& row : kBytes) {
    const uint64_t bytes = counters.*row.counter;
    const double per_cycle =
        counters.cycles == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(counters.cycles);
    out << absl::StrFormat("%-24s%14d%8.2f\n", row.name, bytes, per_cycle);
  }
}

std::string VtaRunJson(const vta::Config& config, const vta::RunResult& result,
                       const VtaComparison& comparison) {
  JsonOutput json;
  json.BeginObject();
  json.Field("outcome", vta::OutcomeName(result.outcome));
  json.Field("description", DescribeVtaRun(config, result, comparison));
  json.Field("bytes_compared", static_cast<int64_t>(comparison.num_bytes));
  json.Field("bytes_different", comparison.difference.has_value()
                                    ? static_cast<int64_t>(comparison.difference->num_different)
                                    : int64_t{0});
  json.Field("gemm_utilisation", Percent(result.counters.gemm_steps, result.counters.cycles) / 100);
  if (result.outcome == vta::Outcome::kDeadlock) WriteWaiting(result, json);
  if (result.outcome == vta::Outcome::kTrap) WriteTrap(result.trap, json);
  json.Key("counters");
  json.BeginObject();
  for (const vta::CounterInfo& info : vta::AllCounters()) {
    json.Field(info.name, static_cast<int64_t>(result.counters.*info.member));
  }
  json.EndObject();
  json.EndObject();
  return json.Finish();
}

std::string VtaTraceJson(const vta::Config& config, const std::vector<vta::Word>& words,
                         const std::vector<vta::InstructionRecord>& records) {
  return TimelineWriter().Write(config, words, records);
}

}  // namespace baton
