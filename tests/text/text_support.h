// Reads text in tests and shows what was read.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "compiler/text/diagnostics.h"
#include "compiler/text/formatter.h"
#include "compiler/text/graph_bindings.h"
#include "compiler/text/layout.h"
#include "compiler/text/parser.h"
#include "vm/core/large_stack.h"

namespace baton::text {

inline constexpr absl::string_view kVersionLine = "#[version = \"0.0.5\"]\n";

inline std::string Module(absl::string_view definitions) {
  return absl::StrCat(kVersionLine, definitions);
}

// The formatted text, which must be its own formatted text.
inline std::string Formatted(absl::string_view text, FormatOptions options = {},
                             std::string* warnings = nullptr) {
  absl::StatusOr<std::string> formatted = FormatRelay("m.rly", text, options, warnings);
  INFO(text << "\n" << formatted.status());
  REQUIRE(formatted.ok());
  absl::StatusOr<std::string> again = FormatRelay("m.rly", *formatted, options);
  INFO(*formatted << "\n" << again.status());
  REQUIRE(again.ok());
  CHECK(*again == *formatted);
  return *formatted;
}

// An expression with infix operators as calls: shows how operators were grouped.
inline std::string Tree(absl::string_view expression, bool strict = false) {
  FormatOptions options;
  options.strict = strict;
  options.infix = false;
  return std::string(absl::StripSuffix(Formatted(expression, options), "\n"));
}

// All warnings of reading the text.
inline std::string Warnings(absl::string_view text) {
  std::string warnings;
  Formatted(text, {}, &warnings);
  return warnings;
}

// The errors of reading the text and giving its graph bindings their places.
inline std::string Refused(absl::string_view text, ReaderMode mode = ReaderMode::kCompat) {
  absl::Status status;
  RunOnLargeStack([&] {
    Diagnostics diagnostics("m.rly", text);
    const auto module = ParseText("m.rly", text, mode, diagnostics);
    if (!diagnostics.has_errors()) PlaceGraphBindings(*module, diagnostics);
    status = diagnostics.ToStatus();
  });
  INFO(text);
  CHECK(absl::IsInvalidArgument(status));
  return std::string(status.message());
}

inline std::string RefusedStrictly(absl::string_view text) {
  return Refused(text, ReaderMode::kStrict);
}

// The text with its graph bindings placed; those that are lets print as "let %0 = ...".
inline std::string Placed(absl::string_view text) {
  std::string placed;
  RunOnLargeStack([&] {
    Diagnostics diagnostics("m.rly", text);
    const auto module = ParseText("m.rly", text, ReaderMode::kCompat, diagnostics);
    if (!diagnostics.has_errors()) PlaceGraphBindings(*module, diagnostics);
    INFO(diagnostics.ToStatus());
    REQUIRE_FALSE(diagnostics.has_errors());
    placed = Layout(*module, {}, FormatOptions()).Run();
  });
  return placed;
}

}  // namespace baton::text
