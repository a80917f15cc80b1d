// The expectations file: reading it, which line counts, and bringing it up to date.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "tools/conformance_expectations.h"

namespace baton {
namespace {

constexpr auto kStatic = ConformanceMode::kStatic;
constexpr auto kDynamic = ConformanceMode::kDynamic;

Expectations Parsed(absl::string_view text) {
  const auto expectations = Expectations::Parse(text, "e.txt");
  INFO(expectations.status());
  REQUIRE(expectations.ok());
  return *expectations;
}

std::string ParseError(absl::string_view text) {
  return std::string(Expectations::Parse(text, "e.txt").status().message());
}

// A result of a run that expected what `expectations` say.
ConformanceResult Result(const Expectations& expectations, const std::string& name, ConformanceMode mode,
                         CaseOutcome outcome, const std::string& message = "") {
  ConformanceResult result;
  result.name = name;
  result.mode = mode;
  result.outcome = outcome;
  result.expected = expectations.Of(name, mode);
  result.message = message;
  return result;
}

TEST_CASE("expectations: what is not listed passes", "[tools]") {
  const Expectations e = Parsed("# comment\n\n  test_a\tdynamic,reuse  crash  of  old \n");
  CHECK(e.Of("test_a", kDynamic) == CaseOutcome::kCrash);
  CHECK(e.Of("test_a", ConformanceMode::kReuse) == CaseOutcome::kCrash);
  CHECK(e.Of("test_a", kStatic) == CaseOutcome::kPassed);
  CHECK(e.Of("test_ab", kDynamic) == CaseOutcome::kPassed);
  CHECK(Parsed("").Of("x", kStatic) == CaseOutcome::kPassed);
}

TEST_CASE("expectations: patterns, and the first line counts", "[tools]") {
  const Expectations e = Parsed("test_a_good * passed though its family does not\ntest_a* * timeout slow\n");
  CHECK(e.Of("test_a_bad", kStatic) == CaseOutcome::kTimeout);
  CHECK(e.Of("test_a_good", kStatic) == CaseOutcome::kPassed);
}

TEST_CASE("expectations: errors name the line", "[tools]") {
  CHECK(absl::StartsWith(ParseError("\na * crash why\nb often crash why"), "e.txt:3: no mode 'often'"));
  CHECK(absl::StartsWith(ParseError("a * broken why"), "e.txt:1: no outcome 'broken'"));
  CHECK(absl::StartsWith(ParseError("a * crash  "), "e.txt:1: has no reason"));
  CHECK(absl::StartsWith(ParseError("a"), "e.txt:1: no mode ''"));
}

TEST_CASE("expectations: every outcome has a name that reads back", "[tools]") {
  for (int i = 0; i < kNumCaseOutcomes; ++i) {
    const auto outcome = static_cast<CaseOutcome>(i);
    CHECK(ParseOutcome(OutcomeName(outcome)) == outcome);
  }
  CHECK_FALSE(ParseOutcome("").has_value());
}

TEST_CASE("expectations: an update keeps what holds as it is written", "[tools]") {
  const std::string text = "# Why.\n\ntest_a*   *  crash   spaces stay\nother * crash did not run\n";
  const Expectations e = Parsed(text);
  CHECK(e.Updated({Result(e, "test_a1", kStatic, CaseOutcome::kCrash),
                   Result(e, "test_b", kStatic, CaseOutcome::kPassed)}) == text);
}

TEST_CASE("expectations: an update replaces a line that does not hold for all", "[tools]") {
  const Expectations e = Parsed("test_a*  *  crash  reason\n");
  CHECK(e.Updated({Result(e, "test_a1", kStatic, CaseOutcome::kPassed),
                   Result(e, "test_a1", kDynamic, CaseOutcome::kCrash, "SIGSEGV"),
                   Result(e, "test_a2", kStatic, CaseOutcome::kTimeout, "slow:\n  very"),
                   Result(e, "test_a2", kDynamic, CaseOutcome::kTimeout, "slow")}) ==
        "test_a1  dynamic  crash  reason\n"
        "test_a2  static,dynamic  timeout  slow: very\n");
}

TEST_CASE("expectations: an update of what changed alike keeps pattern and reason", "[tools]") {
  const Expectations e = Parsed("test_a*  dynamic  crash  reason\ntest_b  *  crash  reason\n");
  CHECK(e.Updated({Result(e, "test_a1", kDynamic, CaseOutcome::kTimeout, "slow"),
                   Result(e, "test_a2", kDynamic, CaseOutcome::kTimeout, "slower"),
                   Result(e, "test_b", kDynamic, CaseOutcome::kPassed)}) ==
        "test_a*  dynamic  timeout  reason\n");
}

TEST_CASE("expectations: one line for a test with one outcome in every mode", "[tools]") {
  const Expectations none;
  std::vector<ConformanceResult> results;
  for (const ConformanceMode mode : kConformanceModes)
    results.push_back(Result(none, "t", mode, CaseOutcome::kUnsupported, std::string(500, 'x')));
  const std::string text = none.Updated(results);
  CHECK(text == "t  *  unsupported  " + std::string(120, 'x') + "...\n");
  CHECK(Parsed(text).Of("t", kStatic) == CaseOutcome::kUnsupported);
}

}  // namespace
}  // namespace baton
