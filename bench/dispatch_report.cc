#include "bench/dispatch_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/json_output.h"

namespace baton {
namespace {

// A program that had less of its processor was disturbed by others.
constexpr double kQuietShare = 0.97;

// Three significant digits and more, without an exponent: "0.123", "12.3", "1235".
std::string Number(double value) {
  const int digits = value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0;
  return absl::StrFormat("%.*f", digits, value);
}

std::string RatioText(absl::string_view name, const Spread& ratio) {
  return absl::StrFormat("%s %.2f [%.2f..%.2f]", name, ratio.median, ratio.min, ratio.max);
}

std::string SpreadText(const Spread& spread, double unit) {
  return absl::StrFormat("%s [%s..%s]", Number(spread.median / unit), Number(spread.min / unit),
                         Number(spread.max / unit));
}

void PrintRow(absl::string_view dispatch, const std::vector<std::string>& cells, std::ostream& out) {
  static constexpr int kWidths[] = {11, 7, 26, 8, 8, 8, 20, 8, 8, 8, 9};
  std::string line = absl::StrFormat("  %-8s", dispatch);
  for (size_t i = 0; i < cells.size(); ++i) absl::StrAppendFormat(&line, " %*s", kWidths[i], cells[i]);
  out << line << "\n";
}

double PerInstruction(const DispatchFigures& figures, double value) {
  return figures.instructions == 0 ? 0 : value / static_cast<double>(figures.instructions);
}

void PrintDispatch(absl::string_view name, const BenchProgram& program, const DispatchFigures& figures,
                   std::ostream& out) {
  std::string cycles = "-", processor = "-", misses = "-";
  if (figures.counters.has_value()) {
    cycles = Number(PerInstruction(figures, figures.counters->cycles));
    processor = Number(PerInstruction(figures, figures.counters->processor_instructions));
    misses = Number(PerInstruction(figures, 1000 * figures.counters->branch_misses));
  }
  PrintRow(
      name,
      {absl::StrCat(figures.instructions), absl::StrCat(figures.code_bytes),
       SpreadText(figures.latency_ns, 1e3), Number(PerInstruction(figures, figures.latency_ns.median)),
       Number(figures.latency_ns.median / static_cast<double>(program.num_units)),
       figures.kernel_calls == 0 ? "-" : absl::StrCat(figures.kernel_calls),
       figures.overhead_ns.has_value() ? SpreadText(*figures.overhead_ns, 1) : "-",
       figures.allocations < 0 ? "-" : absl::StrFormat("%g", figures.allocations), cycles, processor, misses},
      out);
}

void WriteSpread(absl::string_view name, const Spread& spread, JsonOutput* json) {
  json->Key(name);
  json->BeginObject();
  json->Field("median", spread.median);
  json->Field("min", spread.min);
  json->Field("max", spread.max);
  json->EndObject();
}

void WriteDispatch(absl::string_view name, const BenchProgram& program, const DispatchFigures& figures,
                   JsonOutput* json) {
  json->Key(name);
  json->BeginObject();
  json->Field("code_bytes", figures.code_bytes);
  json->Field("instructions", figures.instructions);
  json->Field("kernel_calls", figures.kernel_calls);
  if (figures.allocations >= 0) json->Field("allocations", figures.allocations);
  WriteSpread("latency_ns", figures.latency_ns, json);
  json->Field("processor_share", figures.processor_share);
  json->Field("ns_per_instruction", PerInstruction(figures, figures.latency_ns.median));
  json->Field("ns_per_unit", figures.latency_ns.median / static_cast<double>(program.num_units));
  if (figures.overhead_ns.has_value()) WriteSpread("overhead_ns_per_kernel", *figures.overhead_ns, json);
  if (figures.counters.has_value()) {
    json->Field("cycles", figures.counters->cycles);
    json->Field("processor_instructions", figures.counters->processor_instructions);
    json->Field("branch_misses", figures.counters->branch_misses);
  }
  json->EndObject();
}

void WriteProgram(const ProgramFigures& figures, JsonOutput* json) {
  const BenchProgram& program = figures.program;
  json->BeginObject();
  json->Field("name", program.name);
  json->Field("description", program.description);
  if (!figures.skipped.empty()) {
    json->Field("skipped", figures.skipped);
    json->EndObject();
    return;
  }
  json->Field("unit", program.unit);
  json->Field("num_units", program.num_units);
  WriteDispatch("register", program, figures.by_register, json);
  WriteDispatch("stack", program, figures.by_stack, json);
  WriteSpread("stack_by_register", figures.stack_by_register, json);
  if (!figures.lua_skipped.empty()) json->Field("lua_skipped", figures.lua_skipped);
  if (figures.lua_ns.has_value()) {
    WriteSpread("lua_ns", *figures.lua_ns, json);
    WriteSpread("register_by_lua", *figures.register_by_lua, json);
    WriteSpread("stack_by_lua", *figures.stack_by_lua, json);
  }
  json->EndObject();
}

}  // namespace

void PrintHeader(const ReportHeader& header, std::ostream& out) {
  for (const auto& [name, value] : header.machine) out << name << ": " << value << "\n";
  out << absl::StreamFormat(
             "%d rounds, samples of about %g ms; processor time, median [min..max] of one invocation\n",
             header.samples.num_rounds, header.samples.sample_seconds * 1e3)
      << header.notes << "\n";
  PrintRow("",
           {"instrs", "bytes", "latency, us", "ns/instr", "ns/unit", "kernels", "overhead, ns/kernel",
            "mallocs", "cyc/ins", "cpu/ins", "miss/1000"},
           out);
}

void PrintProgram(const ProgramFigures& figures, std::ostream& out) {
  const BenchProgram& program = figures.program;
  out << program.name << ": " << program.description;
  if (!figures.skipped.empty()) {
    out << "; skipped: " << figures.skipped << "\n" << std::flush;
    return;
  }
  out << "; unit: " << program.unit << "\n";
  PrintDispatch("register", program, figures.by_register, out);
  PrintDispatch("stack", program, figures.by_stack, out);
  std::string ratios = RatioText("stack/register", figures.stack_by_register);
  if (figures.lua_ns.has_value()) {
    const double per_unit = figures.lua_ns->median / static_cast<double>(program.num_units);
    PrintRow("lua5.4", {"", "", SpreadText(*figures.lua_ns, 1e3), "", Number(per_unit)}, out);
    absl::StrAppend(&ratios, ", ", RatioText("register/Lua", *figures.register_by_lua), ", ",
                    RatioText("stack/Lua", *figures.stack_by_lua));
  }
  const double share = std::min(figures.by_register.processor_share, figures.by_stack.processor_share);
  if (share < kQuietShare)
    absl::StrAppendFormat(&ratios, "; BUSY: had %.0f %% of the processor", 100 * share);
  if (!figures.lua_skipped.empty()) absl::StrAppend(&ratios, "; Lua skipped: ", figures.lua_skipped);
  out << "  " << ratios << "\n" << std::flush;
}

std::string FiguresAsJson(const ReportHeader& header, const std::vector<ProgramFigures>& programs) {
  JsonOutput json;
  json.BeginObject();
  json.Key("machine");
  json.BeginObject();
  for (const auto& [name, value] : header.machine) json.Field(name, absl::string_view(value));
  json.EndObject();
  json.Field("rounds", int64_t{header.samples.num_rounds});
  json.Field("sample_seconds", header.samples.sample_seconds);
  json.Field("notes", header.notes);
  json.Key("programs");
  json.BeginArray();
  for (const ProgramFigures& figures : programs) WriteProgram(figures, &json);
  json.EndArray();
  json.EndObject();
  return json.Finish();
}

}  // namespace baton
