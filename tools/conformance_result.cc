#include "tools/conformance_result.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace baton {
namespace {

constexpr absl::string_view kModeNames[] = {"static", "dynamic", "nofold", "reuse"};
constexpr absl::string_view kOutcomeNames[kNumCaseOutcomes] = {"passed",        "wrong-value", "wrong-type",
                                                               "compile-error", "run-error",   "crash",
                                                               "timeout",       "memory",      "unsupported"};
constexpr absl::string_view kVerdictNames[] = {"passed", "failed", "unsupported"};
constexpr absl::string_view kStageNames[] = {"import", "compile", "load", "run"};
constexpr absl::string_view kPartPrefix = "part ", kResultPrefix = "result ";

// The enumerator whose name is `name`.
template <typename Enum, size_t N>
std::optional<Enum> ParseName(const absl::string_view (&names)[N], absl::string_view name) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

std::string LimitText(const WorkerLimits& limits) {
  return absl::StrCat(limits.memory_bytes >> 20, " MiB");
}

// How a process ended that did not come to a result.
void DescribeEnd(const WorkerResult& worker, const WorkerLimits& limits, ConformanceResult* result) {
  switch (worker.end) {
    case WorkerEnd::kDone:
      result->outcome = CaseOutcome::kCrash;
      result->message = "ended without a result";
      return;
    case WorkerEnd::kExit:
      result->outcome = CaseOutcome::kCrash;
      result->message = absl::StrCat("left the process with exit code ", worker.code);
      return;
    case WorkerEnd::kSignal:
      result->outcome = CaseOutcome::kCrash;
      result->message = SignalName(worker.code);
      return;
    case WorkerEnd::kTime:
      result->outcome = CaseOutcome::kTimeout;
      result->message = absl::StrCat("took longer than ", absl::FormatDuration(limits.time));
      return;
    case WorkerEnd::kMemory:
      result->outcome = CaseOutcome::kMemory;
      result->message = absl::StrCat("needs more memory than ", LimitText(limits));
      return;
  }
}

// The field, or null.
const rapidjson::Value* Field(const rapidjson::Document& json, const char* name) {
  return json.HasMember(name) ? &json[name] : nullptr;
}

// False when `text` is no result.
bool ParseResult(absl::string_view text, ConformanceResult* result) {
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  if (json.HasParseError() || !json.IsObject()) return false;
  const rapidjson::Value *outcome = Field(json, "outcome"), *message = Field(json, "message"),
                         *seconds = Field(json, "seconds");
  if (outcome == nullptr || !outcome->IsString() || message == nullptr || !message->IsString() ||
      seconds == nullptr || !seconds->IsArray() || seconds->Size() != kStages.size()) {
    return false;
  }
  const std::optional<CaseOutcome> parsed = ParseOutcome(outcome->GetString());
  if (!parsed) return false;
  result->outcome = *parsed;
  result->message.assign(message->GetString(), message->GetStringLength());
  for (rapidjson::SizeType i = 0; i < seconds->Size(); ++i)
    result->stage_seconds[i] = (*seconds)[i].IsNumber() ? (*seconds)[i].GetDouble() : 0;
  return true;
}

}  // namespace

absl::string_view ConformanceModeName(ConformanceMode mode) {
  return kModeNames[static_cast<size_t>(mode)];
}
std::optional<ConformanceMode> ParseConformanceMode(absl::string_view name) {
  return ParseName<ConformanceMode>(kModeNames, name);
}
absl::string_view OutcomeName(CaseOutcome outcome) {
  return kOutcomeNames[static_cast<size_t>(outcome)];
}
std::optional<CaseOutcome> ParseOutcome(absl::string_view name) {
  return ParseName<CaseOutcome>(kOutcomeNames, name);
}
absl::string_view VerdictName(Verdict verdict) {
  return kVerdictNames[static_cast<size_t>(verdict)];
}
absl::string_view StageName(Stage stage) {
  return kStageNames[static_cast<size_t>(stage)];
}

Verdict VerdictOf(CaseOutcome outcome) {
  if (outcome == CaseOutcome::kPassed) return Verdict::kPassed;
  return outcome == CaseOutcome::kUnsupported ? Verdict::kUnsupported : Verdict::kFailed;
}

std::string EncodePart(absl::string_view part) {
  return absl::StrCat(kPartPrefix, absl::CHexEscape(part), "\n");
}

std::string EncodeResult(const ConformanceResult& result) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
  const auto write = [&](absl::string_view text) {
    json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  };
  json.StartObject();
  write("outcome"), write(OutcomeName(result.outcome));
  write("message"), write(result.message);
  write("seconds");
  json.StartArray();
  for (const double seconds : result.stage_seconds) json.Double(seconds);
  json.EndArray();
  json.EndObject();
  // JSON without white space has no line breaks.
  return absl::StrCat(kResultPrefix, absl::string_view(buffer.GetString(), buffer.GetSize()), "\n");
}

ConformanceResult DecodeResult(const WorkerResult& worker, const WorkerLimits& limits) {
  ConformanceResult result;
  result.seconds = worker.seconds;
  absl::string_view part;
  for (absl::string_view line : absl::StrSplit(worker.output, '\n')) {
    if (absl::ConsumePrefix(&line, kResultPrefix) && ParseResult(line, &result)) return result;
    if (absl::ConsumePrefix(&line, kPartPrefix)) part = line;
  }
  DescribeEnd(worker, limits, &result);
  if (!part.empty()) absl::StrAppend(&result.message, "; ", part);
  return result;
}

}  // namespace baton
