#include "compiler/passes/schedule_notes.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace baton {
namespace {

// Enough to read, and little beside any model.
constexpr int kMaxLines = 1000;
constexpr size_t kMaxNames = 4;

std::string TimeText(double ns) {
  if (ns >= 1e6) return absl::StrFormat("%.1f ms", ns / 1e6);
  if (ns >= 1e3) return absl::StrFormat("%.1f us", ns / 1e3);
  return absl::StrFormat("%.0f ns", ns);
}

const char* ReasonText(Refusal why) {
  switch (why) {
    case Refusal::kNothingBeside:
      return "nothing that is long enough can run beside it";
    case Refusal::kStays:
      return "stays, as the longest of its neighbours";
    case Refusal::kEffect:
      return "touches references or the outside";
    case Refusal::kFailure:
      return "may fail, as may what it would change places with";
    case Refusal::kTooLarge:
      return "needs too many values, or is part of too much that does";
  }
  return "";
}

std::string NameText(const ir::Region& region, int index, const char* end) {
  if (index < 0) return "the begin";
  if (index >= static_cast<int>(region.bindings.size())) return end;
  const ir::Var& var = *region.bindings[index].var;
  return absl::StrCat("%", var.name.empty() ? absl::StrCat("_", var.id) : var.name);
}

}  // namespace

ScheduleNotes::RegionNote ScheduleNotes::Describe(const ir::Region& region, const RegionGraph& graph,
                                                  const StrandChoice& choice) {
  RegionNote note;
  for (const Strand& strand : choice.strands) {
    const size_t count = strand.members.size();
    note.strands.push_back(absl::StrCat(
        "about ", TimeText(strand.ns), ", ", count, count == 1 ? " binding" : " bindings", " up to ",
        NameText(region, strand.roots.back(), ""), "; from ", NameText(region, strand.forked_after, ""),
        " until ", NameText(region, strand.awaited_before, "the end"), ", beside about ",
        TimeText(strand.ns_beside)));
  }
  std::map<Refusal, std::vector<int>> refused;
  for (const auto& [root, why] : choice.refused) refused[why].push_back(root);
  for (const auto& [why, roots] : refused) {
    std::vector<std::string> names;
    for (size_t i = 0; i < std::min(roots.size(), kMaxNames); ++i) {
      names.push_back(absl::StrCat(NameText(region, roots[i], ""), " (about ",
                                   TimeText(graph[roots[i]].subtree_ns), ")"));
    }
    if (roots.size() > kMaxNames) names.push_back(absl::StrCat(roots.size() - kMaxNames, " more"));
    note.others.push_back(absl::StrCat("not forked: ", absl::StrJoin(names, ", "), ": ", ReasonText(why)));
  }
  if (choice.num_small > 0) {
    note.others.push_back(absl::StrCat("too small: ", choice.num_small,
                                       choice.num_small == 1 ? " binding, about " : " bindings, about ",
                                       TimeText(choice.small_ns)));
  }
  return note;
}

void ScheduleNotes::Add(const ir::Function& function, const RegionNote& note,
                        const std::vector<std::string>& callees) {
  if (note.strands.empty() && note.others.empty()) return;
  if (functions_.empty() || functions_.back().function != &function) functions_.push_back({&function, {}});
  std::vector<std::string>& lines = functions_.back().lines;
  for (size_t i = 0; i < note.strands.size(); ++i) {
    lines.push_back(absl::StrCat("fork @", callees[i], ": ", note.strands[i]));
  }
  lines.insert(lines.end(), note.others.begin(), note.others.end());
}

void ScheduleNotes::Store(ir::Module* module) const {
  std::string text;
  int num_lines = 0;
  for (const FunctionNote& note : functions_) {
    absl::StrAppend(&text, "@", note.function->name, "\n");
    for (const std::string& line : note.lines) {
      if (++num_lines > kMaxLines) break;
      absl::StrAppend(&text, "  ", line, "\n");
    }
    if (num_lines > kMaxLines) {
      absl::StrAppend(&text, "  ... and more\n");
      break;
    }
  }
  if (!text.empty()) module->metadata().emplace_back("schedule", std::move(text));
}

}  // namespace baton
