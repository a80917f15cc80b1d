#include "tools/conformance_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tools/json_output.h"

namespace baton {
namespace {

// Text for an XML attribute. What XML cannot hold becomes '?'.
std::string XmlText(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += c >= 0x20 && c < 0x7F ? c : '?';
    }
  }
  return out;
}

void Count(Verdict verdict, ConformanceCounts* counts) {
  switch (verdict) {
    case Verdict::kPassed:
      ++counts->passed;
      return;
    case Verdict::kFailed:
      ++counts->failed;
      return;
    case Verdict::kUnsupported:
      ++counts->unsupported;
      return;
  }
}

// The verdict on a test from its results in all modes.
Verdict VerdictOn(absl::Span<const ConformanceResult> results) {
  Verdict verdict = Verdict::kPassed;
  for (const ConformanceResult& result : results) {
    const Verdict one = VerdictOf(result.outcome);
    if (one == Verdict::kFailed) return one;
    if (one == Verdict::kUnsupported) verdict = one;
  }
  return verdict;
}

// One line; `modes` are those in which the test had this result, of `num_modes`.
std::string Describe(const ConformanceResult& result, const std::vector<ConformanceMode>& modes,
                     size_t num_modes) {
  std::vector<std::string> notes;
  const Verdict verdict = VerdictOf(result.outcome);
  if (verdict == Verdict::kFailed) notes.emplace_back(OutcomeName(result.outcome));
  if (modes.size() < num_modes) notes.push_back(absl::StrCat("in ", ModeNames(modes)));
  if (result.outcome != result.expected && result.expected != CaseOutcome::kPassed)
    notes.push_back(absl::StrCat("expected ", OutcomeName(result.expected)));
  std::string line = absl::StrCat(VerdictName(verdict), " ", result.name);
  if (!notes.empty()) absl::StrAppend(&line, " (", absl::StrJoin(notes, "; "), ")");
  if (!result.message.empty()) {
    absl::StrAppend(&line, ": ",
                    absl::StrReplaceAll(result.message, {{":\n  ", ": "}, {"\n  ", "; "}, {"\n", "; "}}));
  }
  return line + "\n";
}

void WriteResult(const ConformanceResult& result, JsonOutput* json) {
  json->BeginObject();
  json->Field("name", result.name);
  json->Field("mode", ConformanceModeName(result.mode));
  json->Field("outcome", VerdictName(VerdictOf(result.outcome)));
  json->Field("class", OutcomeName(result.outcome));
  json->Field("expected", OutcomeName(result.expected));
  json->Field("seconds", result.seconds);
  json->Key("stages");
  json->BeginObject();
  for (const Stage stage : kStages)
    json->Field(StageName(stage), result.stage_seconds[static_cast<size_t>(stage)]);
  json->EndObject();
  if (!result.message.empty()) json->Field("message", result.message);
  json->EndObject();
}

std::string JunitCase(const ConformanceResult& result) {
  std::string xml = absl::StrFormat("<testcase classname=\"%s\" name=\"%s\" time=\"%.6f\"",
                                    ConformanceModeName(result.mode), XmlText(result.name), result.seconds);
  const Verdict verdict = VerdictOf(result.outcome);
  if (verdict == Verdict::kPassed) return xml + "/>\n";
  absl::StrAppend(&xml, ">",
                  verdict == Verdict::kFailed
                      ? absl::StrCat("<failure type=\"", OutcomeName(result.outcome), "\"")
                      : "<skipped",
                  " message=\"", XmlText(result.message), "\"/></testcase>\n");
  return xml;
}

}  // namespace

std::string ToString(const ConformanceCounts& counts) {
  return absl::StrCat(counts.passed, " passed, ", counts.failed, " failed, ", counts.unsupported,
                      " unsupported");
}

std::string ModeNames(absl::Span<const ConformanceMode> modes) {
  return absl::StrJoin(modes, ",", [](std::string* out, ConformanceMode mode) {
    absl::StrAppend(out, ConformanceModeName(mode));
  });
}

ConformanceCounts CountMode(absl::Span<const ConformanceResult> results, ConformanceMode mode) {
  ConformanceCounts counts;
  for (const ConformanceResult& result : results) {
    if (result.mode == mode) Count(VerdictOf(result.outcome), &counts);
  }
  return counts;
}

ConformanceCounts CountTests(absl::Span<const ConformanceResult> results, size_t num_modes) {
  ConformanceCounts counts;
  for (size_t i = 0; i < results.size(); i += num_modes)
    Count(VerdictOn(results.subspan(i, num_modes)), &counts);
  return counts;
}

std::string DescribeTest(absl::Span<const ConformanceResult> results, bool all) {
  std::string text;
  std::vector<bool> described(results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    const ConformanceResult& result = results[i];
    const bool tell = all ? result.outcome != CaseOutcome::kPassed : result.outcome != result.expected;
    if (!tell || described[i]) continue;
    std::vector<ConformanceMode> modes;
    for (size_t j = i; j < results.size(); ++j) {
      const ConformanceResult& other = results[j];
      if (other.outcome != result.outcome || other.message != result.message ||
          other.expected != result.expected) {
        continue;
      }
      described[j] = true;
      modes.push_back(other.mode);
    }
    text += Describe(result, modes, results.size());
  }
  return text;
}

std::string ConformanceJson(absl::Span<const ConformanceResult> results,
                            const std::vector<ConformanceMode>& modes, absl::string_view dispatch) {
  const ConformanceCounts counts = CountTests(results, modes.size());
  JsonOutput json;
  json.BeginObject();
  json.Field("mode", ModeNames(modes));
  json.Field("dispatch", dispatch);
  json.Field("passed", int64_t{counts.passed});
  json.Field("failed", int64_t{counts.failed});
  json.Field("unsupported", int64_t{counts.unsupported});
  json.Key("tests");
  json.BeginArray();
  for (const ConformanceResult& result : results) WriteResult(result, &json);
  json.EndArray();
  json.EndObject();
  return json.Finish();
}

std::string ConformanceJunit(absl::Span<const ConformanceResult> results,
                             const std::vector<ConformanceMode>& modes, absl::string_view dispatch) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const ConformanceMode mode : modes) {
    const ConformanceCounts counts = CountMode(results, mode);
    absl::StrAppend(&xml, "<testsuite name=\"baton conformance ", ConformanceModeName(mode), "\" tests=\"",
                    counts.passed + counts.failed + counts.unsupported, "\" failures=\"", counts.failed,
                    "\" skipped=\"", counts.unsupported,
                    "\">\n<properties><property name=\"dispatch\" value=\"", XmlText(dispatch),
                    "\"/></properties>\n");
    for (const ConformanceResult& result : results) {
      if (result.mode == mode) xml += JunitCase(result);
    }
    xml += "</testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

}  // namespace baton
