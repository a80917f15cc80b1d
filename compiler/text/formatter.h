// Syntax tree -> Relay text in one layout: what `baton fmt` prints. Not the printer of ir::Modules
// (printer.h). PUBLIC.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace baton {

struct FormatOptions {
  bool strict = false;  // read only the clean language
  bool infix = true;    // "a + b" where it was written so; else add(a, b)
  int width = 100;      // lines are broken beyond this column where they can be
};

// The text with one item a line, indented by two spaces; numbers with the shortest digits, names in quotes
// only where needed. Reads back to the same tree, and is its own formatted text. Comments stay before what
// they stood before; those within an expression move before its line. Constants in metadata keep their bits.
// Warnings are stored in `warnings`, which may be null. Errors: InvalidArgument as ReadRelay (reader.h), but
// for names and types of operators, which are not looked at.
absl::StatusOr<std::string> FormatRelay(absl::string_view file, absl::string_view text,
                                        const FormatOptions& options = {}, std::string* warnings = nullptr);

}  // namespace baton
