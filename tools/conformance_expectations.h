// What is expected of conformance tests, from a text file: one line for each exception, all others pass.
//   # comment
//   PATTERN  MODES  OUTCOME  REASON
// PATTERN is a test's name, with * and ? as in a shell; MODES is * or a list, "dynamic,reuse"; OUTCOME is a
// class of conformance_result.h. Of several lines for a test the first counts.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "tools/conformance_result.h"

namespace baton {

class Expectations {
 public:
  // `name` stands for the file in messages. Errors: InvalidArgument "file:12: ...".
  static absl::StatusOr<Expectations> Parse(absl::string_view text, absl::string_view name);

  CaseOutcome Of(absl::string_view test, ConformanceMode mode) const;

  // The file as it should be after `results`: comments, lines that hold and lines of tests that did not run
  // stay as they are; a line whose tests all came to another outcome says that; one whose tests passed or
  // differ goes; new ones are added at the end.
  std::string Updated(absl::Span<const ConformanceResult> results) const;

 private:
  struct Expectation {
    std::string pattern;
    std::vector<ConformanceMode> modes;
    CaseOutcome outcome;
    std::string reason;
  };
  struct Line {
    std::string text;
    std::optional<Expectation> expectation;  // nullopt: a comment
  };
  static absl::StatusOr<Expectation> ParseLine(absl::string_view text);
  static std::string ToText(const Expectation& expectation);
  // The line that counts; nullptr when there is none.
  const Line* Find(absl::string_view test, ConformanceMode mode) const;
  // For each test of one of `lines` that did not pass.
  std::vector<Expectation> ForTestsOf(const std::set<const Line*>& lines,
                                      absl::Span<const ConformanceResult> results) const;

  std::vector<Line> lines_;
};

}  // namespace baton
