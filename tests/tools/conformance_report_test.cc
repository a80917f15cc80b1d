// The reports of conformance runs, and results on their way out of a worker process.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "tools/conformance_report.h"

namespace baton {
namespace {

constexpr auto kStatic = ConformanceMode::kStatic;
constexpr auto kDynamic = ConformanceMode::kDynamic;
const std::vector<ConformanceMode> kModes = {kStatic, kDynamic};

ConformanceResult Result(const std::string& name, ConformanceMode mode, CaseOutcome outcome,
                         const std::string& message = "") {
  ConformanceResult result;
  result.name = name;
  result.mode = mode;
  result.outcome = outcome;
  result.message = message;
  return result;
}

// Three tests in two modes; "bad" passes in one.
std::vector<ConformanceResult> Results() {
  return {Result("good", kStatic, CaseOutcome::kPassed),
          Result("good", kDynamic, CaseOutcome::kPassed),
          Result("bad", kStatic, CaseOutcome::kPassed),
          Result("bad", kDynamic, CaseOutcome::kCrash, "a < b & \"c\""),
          Result("other", kStatic, CaseOutcome::kUnsupported, "operator Foo"),
          Result("other", kDynamic, CaseOutcome::kUnsupported, "operator Foo")};
}

TEST_CASE("conformance report: outcomes are counted by mode and by test", "[tools]") {
  CHECK(ToString(CountMode(Results(), kStatic)) == "2 passed, 0 failed, 1 unsupported");
  CHECK(ToString(CountMode(Results(), kDynamic)) == "1 passed, 1 failed, 1 unsupported");
  CHECK(ToString(CountTests(Results(), 2)) == "1 passed, 1 failed, 1 unsupported");
}

TEST_CASE("conformance report: a line for each different result", "[tools]") {
  const auto results = Results();
  const auto describe = [&](size_t test, bool all) {
    return DescribeTest(absl::MakeConstSpan(results).subspan(2 * test, 2), all);
  };
  CHECK(describe(0, true).empty());
  CHECK(describe(1, true) == "failed bad (crash; in dynamic): a < b & \"c\"\n");
  CHECK(describe(2, true) == "unsupported other: operator Foo\n");
}

TEST_CASE("conformance report: with expectations, a line for what is not expected", "[tools]") {
  auto results = Results();
  for (ConformanceResult& result : results) result.expected = CaseOutcome::kCrash;
  const auto describe = [&](size_t test) {
    return DescribeTest(absl::MakeConstSpan(results).subspan(2 * test, 2), /*all=*/false);
  };
  CHECK(describe(0) == "passed good (expected crash)\n");
  CHECK(describe(1) == "passed bad (in static; expected crash)\n");
  CHECK(describe(2) == "unsupported other (expected crash): operator Foo\n");
}

TEST_CASE("conformance report: JSON holds every test with its reason", "[tools]") {
  const std::string json = ConformanceJson(Results(), kModes, "register");
  CHECK(absl::StrContains(json, "\"mode\": \"static,dynamic\""));
  CHECK(absl::StrContains(json, "\"unsupported\": 1"));
  CHECK(absl::StrContains(json, "\"message\": \"operator Foo\""));
  CHECK(absl::StrContains(json, "\"outcome\": \"failed\""));
  CHECK(absl::StrContains(json, "\"class\": \"crash\""));
  CHECK(absl::StrContains(json, "\"compile\": 0.0"));
}

TEST_CASE("conformance report: JUnit escapes and marks failures and skips", "[tools]") {
  const std::string xml = ConformanceJunit(Results(), kModes, "register,stack");
  CHECK(absl::StrContains(xml, "conformance static\" tests=\"3\" failures=\"0\" skipped=\"1\""));
  CHECK(absl::StrContains(xml, "conformance dynamic\" tests=\"3\" failures=\"1\" skipped=\"1\""));
  CHECK(absl::StrContains(xml, "<property name=\"dispatch\" value=\"register,stack\"/>"));
  CHECK(absl::StrContains(xml, "<failure type=\"crash\" message=\"a &lt; b &amp; &quot;c&quot;\"/>"));
  CHECK(absl::StrContains(xml, "<skipped message=\"operator Foo\"/>"));
}

TEST_CASE("conformance result: what a worker encodes is decoded", "[tools]") {
  ConformanceResult result = Result("t", kStatic, CaseOutcome::kRunError, "a\nb \"c\" \xff");
  result.stage_seconds = {0.5, 0.25, 0, 2};
  WorkerResult worker;
  worker.output = EncodePart("run") + EncodeResult(result);
  worker.seconds = 3;
  const ConformanceResult decoded = DecodeResult(worker, WorkerLimits());
  CHECK(decoded.outcome == result.outcome);
  CHECK(decoded.message == result.message);
  CHECK(decoded.stage_seconds == result.stage_seconds);
  CHECK(decoded.seconds == 3);
}

TEST_CASE("conformance result: an end without a result says how and where", "[tools]") {
  const auto decode = [](WorkerEnd end, int code, const std::string& output) {
    WorkerLimits limits;
    limits.time = absl::Seconds(2);
    limits.memory_bytes = int64_t{64} << 20;
    return DecodeResult({end, code, output, 1}, limits);
  };
  const ConformanceResult crash = decode(WorkerEnd::kSignal, 11, EncodePart("import") + EncodePart("run x"));
  CHECK(crash.outcome == CaseOutcome::kCrash);
  CHECK(crash.message == "SIGSEGV; run x");
  CHECK(decode(WorkerEnd::kTime, 14, "").outcome == CaseOutcome::kTimeout);
  CHECK(decode(WorkerEnd::kTime, 14, "").message == "took longer than 2s");
  CHECK(decode(WorkerEnd::kMemory, 0, "").outcome == CaseOutcome::kMemory);
  CHECK(decode(WorkerEnd::kMemory, 0, "").message == "needs more memory than 64 MiB");
  CHECK(decode(WorkerEnd::kExit, 3, "").message == "left the process with exit code 3");
  // Cut short, and what only looks like a result.
  for (const char* output : {"", "result {\"outcome\": \"pass", "result []", "result {\"outcome\":\"odd\"}"})
    CHECK(decode(WorkerEnd::kDone, 0, output).outcome == CaseOutcome::kCrash);
}

}  // namespace
}  // namespace baton
