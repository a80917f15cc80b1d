// The errors and warnings of one run of the reader, each with its place in the text. Internal to
// compiler/text.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "compiler/text/syntax.h"

namespace baton::text {

class Diagnostics {
 public:
  // Both must outlive the object.
  Diagnostics(absl::string_view file, absl::string_view text) : file_(file), text_(text) {}

  // The same message at the same place counts once. Errors beyond the first kMaxErrors are only counted.
  void Error(Position position, absl::string_view message);
  void Warning(Position position, absl::string_view message);
  bool has_errors() const { return num_errors_ > 0; }
  // True when so many errors were found that looking for more is no help.
  bool full() const { return num_errors_ >= kMaxErrors; }

  // OK, or InvalidArgument with all errors: "file:3:7: error: message", the line, a caret under the place.
  absl::Status ToStatus() const;
  // The warnings in the same form; empty when there are none.
  std::string Warnings() const;

 private:
  static constexpr int kMaxErrors = 20;
  std::string Render(Position position, absl::string_view severity, absl::string_view message) const;
  absl::string_view Line(int32_t number) const;

  absl::string_view file_, text_;
  std::vector<std::string> errors_, warnings_;
  std::set<std::string> seen_;
  int num_errors_ = 0;
  mutable std::vector<size_t> line_starts_;
};

}  // namespace baton::text
