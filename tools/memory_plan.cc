#include "tools/memory_plan.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "compiler/lower/memory_plan_text.h"
#include "tools/strong_components.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr size_t kMaxCandidates = 64;
constexpr int kMaxDepth = 1 << 20;

using Fields = std::vector<absl::string_view>;

// A field that is an integer in [0, end).
absl::StatusOr<int> ParseIndex(const Fields& fields, size_t index, size_t end) {
  int value = 0;
  if (index < fields.size() && absl::SimpleAtoi(fields[index], &value) && value >= 0 &&
      static_cast<size_t>(value) < end) {
    return value;
  }
  return absl::InvalidArgumentError(absl::StrCat("field ", index, " is no integer below ", end));
}

absl::StatusOr<PlanLine> ParseLine(const Fields& fields, size_t num_functions) {
  PlanLine line;
  BATON_ASSIGN_OR_RETURN(line.depth, ParseIndex(fields, 1, kMaxDepth));
  if (fields[0] == "arena" && fields.size() == 4) {
    BATON_ASSIGN_OR_RETURN(line.num_bytes, Dim::Parse(fields[2]));
    if (!absl::CUnescape(fields[3], &line.place)) return absl::InvalidArgumentError("the place is no text");
  } else if (fields[0] == "call" && fields.size() % 2 == 1) {
    line.kind = PlanLine::Kind::kCall;
    BATON_ASSIGN_OR_RETURN(line.callee, ParseIndex(fields, 2, num_functions));
    for (size_t i = 3; i + 1 < fields.size(); i += 2) {
      BATON_ASSIGN_OR_RETURN(Dim symbol, Dim::Parse(fields[i]));
      BATON_ASSIGN_OR_RETURN(Dim dim, Dim::Parse(fields[i + 1]));
      if (symbol.symbol().empty()) return absl::InvalidArgumentError("an argument is for no symbol");
      line.arguments.emplace_back(std::move(symbol), std::move(dim));
    }
  } else if (fields[0] == "closure" && fields.size() == 2) {
    line.kind = PlanLine::Kind::kClosure;
  } else {
    return absl::InvalidArgumentError("no such line");
  }
  return line;
}

DimAtomRef AtomOf(const Dim& symbol) {
  return symbol.terms()[0].factors[0];
}

// `dim` of `callee` in terms of its caller. By way of names that the caller has not, as both may use the
// same.
Dim InCaller(Dim dim, const std::string& callee, const PlanLine& call) {
  std::set<std::string> names;
  dim.VisitSymbols([&](absl::string_view name) { names.emplace(name); });
  for (const std::string& name : names) {
    for (const bool non_negative : {true, false}) {
      const Dim inner = Dim::Symbol(absl::StrCat(callee, ".", name), non_negative);
      dim = dim.Substitute(AtomOf(Dim::Symbol(name, non_negative)), inner);
    }
  }
  for (const auto& [symbol, value] : call.arguments) {
    for (const bool non_negative : {true, false}) {
      const Dim inner = Dim::Symbol(absl::StrCat(callee, ".", symbol.symbol()), non_negative);
      dim = dim.Substitute(AtomOf(inner), value);
    }
  }
  return dim;
}

bool NeverLarger(const Dim& a, const Dim& b) {
  const std::optional<int64_t> least = (b - a).LowerBound();
  return least.has_value() && *least >= 0;
}

// Adds what may be the largest.
void AddCandidate(const Dim& candidate, std::vector<Dim>* all) {
  const auto covers = [&](const Dim& known) { return NeverLarger(candidate, known); };
  if (std::any_of(all->begin(), all->end(), covers)) return;
  const auto is_covered = [&](const Dim& known) { return NeverLarger(known, candidate); };
  all->erase(std::remove_if(all->begin(), all->end(), is_covered), all->end());
  all->push_back(candidate);
}

void Join(const MemoryPeak& other, MemoryPeak* peak) {
  peak->calls_closures |= other.calls_closures;
  peak->is_too_complex |= other.is_too_complex;
  if (peak->recursive.empty()) peak->recursive = other.recursive;
  for (const Dim& candidate : other.candidates) {
    if (peak->is_too_complex) break;
    AddCandidate(candidate, &peak->candidates);
    peak->is_too_complex = candidate.is_opaque() || peak->candidates.size() > kMaxCandidates;
  }
  // The work stays in proportion to the plan.
  if (peak->is_too_complex) peak->candidates.clear();
}

class PeakFinder {
 public:
  PeakFinder(const std::map<int, FunctionPlan>& plans, const Executable& executable)
      : plans_(plans), executable_(executable) {}

  std::map<int, MemoryPeak> Run() {
    std::vector<std::vector<int>> callees(executable_.functions.size());
    for (const auto& [function, lines] : plans_) {
      for (const PlanLine& line : lines) {
        if (line.kind == PlanLine::Kind::kCall) callees[function].push_back(line.callee);
      }
    }
    for (const std::vector<int>& component : StrongComponents(callees)) SetPeaks(component);
    return std::move(peaks_);
  }

 private:
  // Of functions that call each other in circles, or of one. Circles add up when a call is made while an
  // arena is open. Depths grow at arenas only.
  void SetPeaks(const std::vector<int>& component) {
    const std::set<int> members(component.begin(), component.end());
    MemoryPeak whole;
    for (const int function : component) {
      const auto plan = plans_.find(function);
      if (plan == plans_.end()) continue;
      for (const PlanLine& line : plan->second) {
        const bool in_circle = line.kind == PlanLine::Kind::kCall && members.count(line.callee) != 0;
        if (in_circle && line.depth > 0) whole.recursive = executable_.functions[line.callee].name;
      }
      Join(PeakOf(plan->second), &whole);
    }
    for (const int function : component) {
      if (plans_.count(function) != 0) peaks_[function] = whole;
    }
  }

  // From the last line to the first: what has been found at each depth is of the next line above with less.
  MemoryPeak PeakOf(const FunctionPlan& lines) const {
    std::map<int, MemoryPeak> inside;
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
      MemoryPeak peak;
      if (line->kind == PlanLine::Kind::kClosure) {
        peak.calls_closures = true;
      } else if (line->kind == PlanLine::Kind::kCall) {
        peak = PeakOfCall(*line);
      } else {
        for (auto deeper = inside.upper_bound(line->depth); deeper != inside.end();
             deeper = inside.erase(deeper))
          Join(deeper->second, &peak);
        if (peak.candidates.empty()) peak.candidates.emplace_back(0);
        for (Dim& candidate : peak.candidates) candidate = candidate + line->num_bytes;
      }
      Join(peak, &inside[line->depth]);
    }
    MemoryPeak whole;
    for (const auto& [depth, peak] : inside) Join(peak, &whole);
    return whole;
  }

  // Nothing for functions without a plan and, as they are in the making, for those of the same component.
  MemoryPeak PeakOfCall(const PlanLine& call) const {
    const auto callee = peaks_.find(call.callee);
    if (callee == peaks_.end()) return MemoryPeak();
    MemoryPeak peak = callee->second;
    for (Dim& candidate : peak.candidates)
      candidate = InCaller(std::move(candidate), executable_.functions[call.callee].name, call);
    return peak;
  }

  const std::map<int, FunctionPlan>& plans_;
  const Executable& executable_;
  std::map<int, MemoryPeak> peaks_;
};

}  // namespace

absl::StatusOr<std::map<int, FunctionPlan>> ReadMemoryPlan(const Executable& executable) {
  std::map<int, FunctionPlan> plans;
  FunctionPlan* current = nullptr;
  for (const auto& [key, text] : executable.metadata) {
    if (key != kMemoryPlanKey) continue;
    int number = 0;
    for (const absl::string_view row : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      ++number;
      const Fields fields = absl::StrSplit(row, '\t');
      const std::string where = absl::StrCat("memory plan, line ", number);
      if (fields[0] == "function") {
        const absl::StatusOr<int> index = ParseIndex(fields, 1, executable.functions.size());
        if (!index.ok()) return Annotate(index.status(), where);
        current = &plans[*index];
        continue;
      }
      absl::StatusOr<PlanLine> line = ParseLine(fields, executable.functions.size());
      if (!line.ok()) return Annotate(line.status(), where);
      if (current == nullptr)
        return absl::InvalidArgumentError(absl::StrCat(where, ": belongs to no function"));
      current->push_back(*std::move(line));
    }
  }
  return plans;
}

std::string MemoryPeak::ToString() const {
  if (candidates.empty()) return "0";
  if (candidates.size() == 1) return candidates[0].ToString();
  return absl::StrCat(
      "max(",
      absl::StrJoin(candidates, ", ", [](std::string* out, const Dim& dim) { out->append(dim.ToString()); }),
      ")");
}

absl::StatusOr<int64_t> MemoryPeak::Evaluate(const Combination& values) const {
  const auto value_of = [&](absl::string_view symbol) -> std::optional<int64_t> {
    for (const auto& [name, value] : values) {
      if (name == symbol) return value;
    }
    return std::nullopt;
  };
  int64_t largest = 0;
  for (const Dim& candidate : candidates) {
    BATON_ASSIGN_OR_RETURN(const int64_t value, candidate.Evaluate(value_of));
    largest = std::max(largest, value);
  }
  return largest;
}

std::map<int, MemoryPeak> MemoryPeaks(const std::map<int, FunctionPlan>& plans,
                                      const Executable& executable) {
  return PeakFinder(plans, executable).Run();
}

}  // namespace baton
