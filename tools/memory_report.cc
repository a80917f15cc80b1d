#include "tools/memory_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/memory_plan.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Deep lines are not shifted further, so that text stays in proportion to the plan.
std::string Indent(int depth) {
  return std::string(2 * (static_cast<size_t>(std::min(depth, 40)) + 1), ' ');
}

bool HasArena(const FunctionPlan& lines) {
  return std::any_of(lines.begin(), lines.end(),
                     [](const PlanLine& line) { return line.kind == PlanLine::Kind::kArena; });
}

std::string LineText(const PlanLine& line, const Executable& executable) {
  switch (line.kind) {
    case PlanLine::Kind::kArena:
      return absl::StrCat("arena of ", line.num_bytes.ToString(), " bytes",
                          line.place.empty() ? "" : ", from ", line.place);
    case PlanLine::Kind::kClosure:
      return "calls a closure";
    case PlanLine::Kind::kCall:
      break;
  }
  const auto append = [](std::string* out, const std::pair<Dim, Dim>& argument) {
    absl::StrAppend(out, argument.first.ToString(), " = ", argument.second.ToString());
  };
  return absl::StrCat("calls ", executable.functions[line.callee].name,
                      line.arguments.empty() ? "" : " with ", absl::StrJoin(line.arguments, ", ", append));
}

std::string CombinationText(const Combination& combination) {
  return absl::StrJoin(combination, ", ", [](std::string* out, const std::pair<std::string, int64_t>& value) {
    absl::StrAppend(out, value.first, " = ", value.second);
  });
}

void PrintPeak(const std::string& entry, const MemoryPeak& peak, const std::vector<Combination>& combinations,
               std::ostream& out) {
  out << "peak of " << entry << ": ";
  if (!peak.recursive.empty()) {
    out << "not bounded, " << peak.recursive << " calls itself while its arena is open\n";
    return;
  }
  if (peak.is_too_complex) {
    out << "depends on the dimensions in too many ways\n";
    return;
  }
  out << peak.ToString() << " bytes" << (peak.calls_closures ? ", and what closures take" : "") << "\n";
  for (const Combination& combination : combinations) {
    if (combination.empty()) continue;
    const absl::StatusOr<int64_t> value = peak.Evaluate(combination);
    out << "  " << CombinationText(combination) << ": "
        << (value.ok() ? absl::StrCat(*value, " bytes") : std::string(value.status().message())) << "\n";
  }
}

}  // namespace

absl::Status PrintMemoryPlan(const Executable& executable, const std::vector<Combination>& combinations,
                             std::ostream& out) {
  absl::StatusOr<std::map<int, FunctionPlan>> plans = ReadMemoryPlan(executable);
  BATON_RETURN_IF_ERROR(plans.status());
  if (plans->empty()) {
    out << "no arenas are planned: all tensors come from the session's pool\n";
    return absl::OkStatus();
  }
  out << "arenas, each open while those inside it are; other tensors come from the session's pool\n";
  for (const auto& [function, lines] : *plans) {
    if (!HasArena(lines)) continue;
    out << "function " << executable.functions[function].name << "\n";
    for (const PlanLine& line : lines) out << Indent(line.depth) << LineText(line, executable) << "\n";
  }
  const std::map<int, MemoryPeak> peaks = MemoryPeaks(*plans, executable);
  for (const EntryPoint& entry : executable.entry_points) {
    const auto peak = peaks.find(entry.function);
    PrintPeak(entry.name, peak == peaks.end() ? MemoryPeak() : peak->second, combinations, out);
  }
  return absl::OkStatus();
}

}  // namespace baton
