#include "tools/conformance_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
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

}  // namespace

absl::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      return "passed";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kUnsupported:
      return "unsupported";
  }
  return "";
}

Outcome OutcomeOf(const absl::Status& status) {
  if (status.ok()) return Outcome::kPassed;
  return absl::IsUnimplemented(status) ? Outcome::kUnsupported : Outcome::kFailed;
}

ConformanceCounts CountOutcomes(const std::vector<ConformanceResult>& results) {
  ConformanceCounts counts;
  for (const ConformanceResult& result : results) {
    switch (OutcomeOf(result.status)) {
      case Outcome::kPassed:
        ++counts.passed;
        break;
      case Outcome::kFailed:
        ++counts.failed;
        break;
      case Outcome::kUnsupported:
        ++counts.unsupported;
        break;
    }
  }
  return counts;
}

std::string ConformanceJson(const std::vector<ConformanceResult>& results, absl::string_view mode,
                            absl::string_view dispatch) {
  const ConformanceCounts counts = CountOutcomes(results);
  JsonOutput json;
  json.BeginObject();
  json.Field("mode", mode);
  json.Field("dispatch", dispatch);
  json.Field("passed", int64_t{counts.passed});
  json.Field("failed", int64_t{counts.failed});
  json.Field("unsupported", int64_t{counts.unsupported});
  json.Key("tests");
  json.BeginArray();
  for (const ConformanceResult& result : results) {
    json.BeginObject();
    json.Field("name", result.name);
    json.Field("outcome", OutcomeName(OutcomeOf(result.status)));
    json.Field("seconds", result.seconds);
    if (!result.status.ok()) json.Field("message", result.status.message());
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Finish();
}

std::string ConformanceJunit(const std::vector<ConformanceResult>& results, absl::string_view mode) {
  const ConformanceCounts counts = CountOutcomes(results);
  std::string xml = absl::StrCat(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"baton conformance ",
      XmlText(mode), "\" tests=\"", results.size(), "\" failures=\"", counts.failed, "\" skipped=\"",
      counts.unsupported, "\">\n");
  for (const ConformanceResult& result : results) {
    absl::StrAppendFormat(&xml, "<testcase classname=\"%s\" name=\"%s\" time=\"%.6f\"", XmlText(mode),
                          XmlText(result.name), result.seconds);
    const Outcome outcome = OutcomeOf(result.status);
    if (outcome == Outcome::kPassed) {
      xml += "/>\n";
      continue;
    }
    absl::StrAppend(&xml, "><", outcome == Outcome::kFailed ? "failure" : "skipped", " message=\"",
                    XmlText(result.status.message()), "\"/></testcase>\n");
  }
  return xml + "</testsuite>\n</testsuites>\n";
}

}  // namespace baton
