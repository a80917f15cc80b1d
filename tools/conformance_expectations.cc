#include "tools/conformance_expectations.h"

#include <fnmatch.h>

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr absl::string_view kAllModes = "*";
constexpr size_t kMaxReason = 120;

// Takes the first word off `text`.
std::string TakeWord(absl::string_view* text) {
  *text = absl::StripLeadingAsciiWhitespace(*text);
  const size_t end = std::min(text->find_first_of(" \t"), text->size());
  std::string word(text->substr(0, end));
  text->remove_prefix(end);
  return word;
}

absl::StatusOr<std::vector<ConformanceMode>> ParseModes(absl::string_view text) {
  if (text == kAllModes)
    return std::vector<ConformanceMode>(kConformanceModes.begin(), kConformanceModes.end());
  std::vector<ConformanceMode> modes;
  for (absl::string_view name : absl::StrSplit(text, ',')) {
    const std::optional<ConformanceMode> mode = ParseConformanceMode(name);
    if (!mode) return absl::InvalidArgumentError(absl::StrCat("no mode '", name, "'"));
    modes.push_back(*mode);
  }
  return modes;
}

std::string ModesText(const std::vector<ConformanceMode>& modes) {
  if (modes.size() == kConformanceModes.size()) return std::string(kAllModes);
  return absl::StrJoin(modes, ",", [](std::string* out, ConformanceMode mode) {
    absl::StrAppend(out, ConformanceModeName(mode));
  });
}

// `text` in one line and not too long.
std::string Shortened(absl::string_view text) {
  std::string line = absl::StrJoin(absl::StrSplit(text, absl::ByAnyChar(" \n\t"), absl::SkipEmpty()), " ");
  if (line.size() <= kMaxReason) return line;
  return absl::StrCat(line.substr(0, kMaxReason), "...");
}

}  // namespace

absl::StatusOr<Expectations::Expectation> Expectations::ParseLine(absl::string_view text) {
  Expectation line;
  line.pattern = TakeWord(&text);
  BATON_ASSIGN_OR_RETURN(line.modes, ParseModes(TakeWord(&text)));
  const std::string outcome = TakeWord(&text);
  const std::optional<CaseOutcome> parsed = ParseOutcome(outcome);
  if (!parsed) return absl::InvalidArgumentError(absl::StrCat("no outcome '", outcome, "'"));
  line.outcome = *parsed;
  line.reason = std::string(absl::StripAsciiWhitespace(text));
  if (line.reason.empty()) return absl::InvalidArgumentError("has no reason");
  return line;
}

absl::StatusOr<Expectations> Expectations::Parse(absl::string_view text, absl::string_view name) {
  Expectations expectations;
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  for (size_t i = 0; i < lines.size(); ++i) {
    Line line = {std::string(lines[i]), std::nullopt};
    const absl::string_view content = absl::StripAsciiWhitespace(lines[i]);
    if (!content.empty() && content[0] != '#') {
      absl::StatusOr<Expectation> parsed = ParseLine(content);
      if (!parsed.ok()) {
        return absl::InvalidArgumentError(absl::StrCat(name, ":", i + 1, ": ", parsed.status().message(),
                                                       "; expected: PATTERN MODES OUTCOME REASON"));
      }
      line.expectation = *std::move(parsed);
    }
    expectations.lines_.push_back(std::move(line));
  }
  return expectations;
}

const Expectations::Line* Expectations::Find(absl::string_view test, ConformanceMode mode) const {
  const std::string name(test);
  for (const Line& line : lines_) {
    if (!line.expectation) continue;
    const Expectation& expected = *line.expectation;
    const auto& modes = expected.modes;
    if (std::find(modes.begin(), modes.end(), mode) != modes.end() &&
        fnmatch(expected.pattern.c_str(), name.c_str(), 0) == 0) {
      return &line;
    }
  }
  return nullptr;
}

CaseOutcome Expectations::Of(absl::string_view test, ConformanceMode mode) const {
  const Line* line = Find(test, mode);
  return line == nullptr ? CaseOutcome::kPassed : line->expectation->outcome;
}

std::string Expectations::ToText(const Expectation& expectation) {
  return absl::StrCat(expectation.pattern, "  ", ModesText(expectation.modes), "  ",
                      OutcomeName(expectation.outcome), "  ", expectation.reason, "\n");
}

std::string Expectations::Updated(absl::Span<const ConformanceResult> results) const {
  // What the tests of each line came to; nullopt when they differ.
  std::map<const Line*, std::optional<CaseOutcome>> outcomes;
  for (const ConformanceResult& result : results) {
    const auto found = outcomes.emplace(Find(result.name, result.mode), result.outcome).first;
    if (found->second != result.outcome) found->second = std::nullopt;
  }
  std::string text;
  std::set<const Line*> dropped = {nullptr};
  for (const Line& line : lines_) {
    const auto found = outcomes.find(&line);
    if (found == outcomes.end() || found->second == line.expectation->outcome) {
      absl::StrAppend(&text, line.text, "\n");
    } else if (found->second && found->second != CaseOutcome::kPassed) {
      Expectation changed = *line.expectation;
      changed.outcome = *found->second;
      text += ToText(changed);
    } else {
      dropped.insert(&line);
    }
  }
  for (const Expectation& added : ForTestsOf(dropped, results)) text += ToText(added);
  return text;
}

std::vector<Expectations::Expectation> Expectations::ForTestsOf(
    const std::set<const Line*>& lines, absl::Span<const ConformanceResult> results) const {
  std::vector<Expectation> added;
  for (const ConformanceResult& result : results) {
    const Line* line = Find(result.name, result.mode);
    if (result.outcome == CaseOutcome::kPassed || lines.count(line) == 0) continue;
    const bool same = line != nullptr && result.outcome == line->expectation->outcome;
    const std::string reason = same ? line->expectation->reason : Shortened(result.message);
    if (added.empty() || added.back().pattern != result.name || added.back().outcome != result.outcome) {
      added.push_back({result.name, {}, result.outcome, reason});
    }
    added.back().modes.push_back(result.mode);
  }
  return added;
}

}  // namespace baton
