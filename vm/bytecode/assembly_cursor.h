// AssemblyCursor: a place in assembly text, and the reading of its smallest parts. The assembler's only
// access to text: whatever it cannot read is an error with line and column.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace baton {

// Within a line, spaces are skipped before anything is read. A ";" outside quotes starts a comment, which
// ends with the line. All errors are InvalidArgument and say what stands there and what was expected.
class AssemblyCursor {
 public:
  // Refers to `text`, of at most kMaxAssemblyBytes.
  explicit AssemblyCursor(absl::string_view text) : text_(text) {}

  // Goes to the next line, or stays on the first, that has more than a comment; false when there is none.
  // REQUIRES: AtLineEnd(), or nothing has been read.
  bool NextLine();
  // True when the current line starts a section: with a letter in its first column. REQUIRES: nothing of the
  // line has been read.
  bool StartsSection() const;
  bool AtLineEnd();
  absl::Status ExpectLineEnd();
  void SkipLine();

  // Punctuation, such as "(" or "->".
  bool Accept(absl::string_view punctuation);
  absl::Status Expect(absl::string_view punctuation);
  // A whole word.
  bool AcceptWord(absl::string_view word);
  // What comes next, nothing read.
  bool NextIs(absl::string_view punctuation);
  // The plain name (assembly_text.h) that comes next; empty when there is none.
  absl::string_view PeekWord(bool dots = true);

  // A plain name or quoted text. `what` is what was expected: "a function".
  absl::StatusOr<std::string> ReadName(absl::string_view what, bool dots = true);
  absl::StatusOr<std::string> ReadQuoted(absl::string_view what);
  // A decimal number within bounds.
  absl::StatusOr<int64_t> ReadInteger(int64_t min, int64_t max, absl::string_view what);
  // The characters of a number: "-1e-07", "0x7fc0", "0.5f64", "-inf". Empty when there are none.
  absl::string_view ReadNumber();
  // Up to a "," or ")" outside parentheses and quotes, exclusively; not beyond the line.
  absl::string_view ReadExpression();

  // Of what comes next.
  size_t position() {
    SkipSpace();
    return pos_;
  }
  void set_position(size_t position) { pos_ = position; }
  // What stands here is not `expected`.
  absl::Status Error(absl::string_view expected);
  absl::Status ErrorAt(size_t position, absl::string_view message) const;

 private:
  char Peek() const { return pos_ < text_.size() ? text_[pos_] : '\n'; }
  void SkipSpace();
  // Where a quoted text that starts at `begin` ends, behind its quote; npos when it does not.
  size_t QuotedEnd(size_t begin) const;

  absl::string_view text_;
  size_t pos_ = 0;
};

// Places in code, and so in text, are counted in 32 bits.
inline constexpr uint64_t kMaxAssemblyBytes = UINT32_MAX;

}  // namespace baton
