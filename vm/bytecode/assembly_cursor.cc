#include "vm/bytecode/assembly_cursor.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "vm/bytecode/assembly_text.h"

namespace baton {
namespace {

constexpr size_t kMaxShown = 30;  // characters of what was found

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}
bool InWord(char c, bool dots) {
  return absl::ascii_isalnum(c) || c == '_' || (dots && c == '.');
}

}  // namespace

void AssemblyCursor::SkipSpace() {
  while (IsSpace(Peek())) ++pos_;
}

bool AssemblyCursor::NextLine() {
  while (true) {
    const size_t line = pos_;
    if (pos_ >= text_.size()) return false;
    if (!AtLineEnd()) {
      // The first column tells sections from entries.
      if (line == 0 || text_[line - 1] == '\n') pos_ = line;
      return true;
    }
    SkipLine();
  }
}

void AssemblyCursor::SkipLine() {
  pos_ = std::min(text_.find('\n', pos_), text_.size() - 1) + 1;
}

bool AssemblyCursor::StartsSection() const {
  return absl::ascii_isalpha(Peek());
}

bool AssemblyCursor::AtLineEnd() {
  SkipSpace();
  return Peek() == '\n' || Peek() == ';';
}

absl::Status AssemblyCursor::ExpectLineEnd() {
  return AtLineEnd() ? absl::OkStatus() : Error("the end of the line");
}

bool AssemblyCursor::NextIs(absl::string_view punctuation) {
  SkipSpace();
  return absl::StartsWith(text_.substr(std::min(pos_, text_.size())), punctuation);
}

bool AssemblyCursor::Accept(absl::string_view punctuation) {
  if (!NextIs(punctuation)) return false;
  pos_ += punctuation.size();
  return true;
}

absl::Status AssemblyCursor::Expect(absl::string_view punctuation) {
  return Accept(punctuation) ? absl::OkStatus() : Error(absl::StrCat("'", punctuation, "'"));
}

absl::string_view AssemblyCursor::PeekWord(bool dots) {
  SkipSpace();
  size_t end = pos_;
  if (absl::ascii_isalpha(Peek()) || Peek() == '_') {
    while (end < text_.size() && InWord(text_[end], dots)) ++end;
  }
  return text_.substr(std::min(pos_, text_.size()), end - pos_);
}

bool AssemblyCursor::AcceptWord(absl::string_view word) {
  if (PeekWord() != word) return false;
  pos_ += word.size();
  return true;
}

absl::StatusOr<std::string> AssemblyCursor::ReadName(absl::string_view what, bool dots) {
  const absl::string_view word = PeekWord(dots);
  if (word.empty()) return ReadQuoted(what);
  pos_ += word.size();
  return std::string(word);
}

size_t AssemblyCursor::QuotedEnd(size_t begin) const {
  for (size_t i = begin + 1; i < text_.size() && text_[i] != '\n'; ++i) {
    if (text_[i] == '"') return i + 1;
    if (text_[i] == '\\' && text_.substr(i + 1, 1) != "\n") ++i;
  }
  return absl::string_view::npos;
}

absl::StatusOr<std::string> AssemblyCursor::ReadQuoted(absl::string_view what) {
  if (!NextIs("\"")) return Error(what);
  const size_t begin = pos_, end = QuotedEnd(begin);
  if (end == absl::string_view::npos) return ErrorAt(begin, "the text has no closing '\"' on its line");
  std::string text, reason;
  if (!absl::CUnescape(text_.substr(begin + 1, end - begin - 2), &text, &reason))
    return ErrorAt(begin,
                   absl::StrCat("the text has a wrong escape sequence: ", reason.substr(0, kMaxShown)));
  pos_ = end;
  return text;
}

absl::StatusOr<int64_t> AssemblyCursor::ReadInteger(int64_t min, int64_t max, absl::string_view what) {
  SkipSpace();
  const size_t begin = pos_;
  const absl::string_view digits = ReadNumber();
  int64_t value = 0;
  if (absl::SimpleAtoi(digits, &value) && value >= min && value <= max) return value;
  pos_ = begin;
  return Error(absl::StrCat(what, ", an integer from ", min, " to ", max));
}

absl::string_view AssemblyCursor::ReadNumber() {
  SkipSpace();
  const size_t begin = pos_;
  if (Peek() == '-' || Peek() == '+') ++pos_;
  const size_t digits = pos_;
  while (true) {
    const bool is_exponent = pos_ > digits && absl::ascii_tolower(text_[pos_ - 1]) == 'e' &&
                             absl::ascii_isdigit(text_[digits]) &&
                             !absl::StartsWith(text_.substr(digits), "0x");
    if (!InWord(Peek(), /*dots=*/true) && !(is_exponent && (Peek() == '-' || Peek() == '+'))) break;
    ++pos_;
  }
  if (pos_ == digits) pos_ = begin;
  return text_.substr(std::min(begin, text_.size()), pos_ - begin);
}

absl::string_view AssemblyCursor::ReadExpression() {
  SkipSpace();
  const size_t begin = pos_;
  for (int64_t depth = 0; Peek() != '\n'; ++pos_) {
    if (Peek() == '"') {
      const size_t end = QuotedEnd(pos_);
      if (end == absl::string_view::npos) break;
      pos_ = end - 1;
    } else if (Peek() == '(') {
      ++depth;
    } else if (depth == 0 && (Peek() == ',' || Peek() == ')')) {
      break;
    } else if (Peek() == ')') {
      --depth;
    }
  }
  return text_.substr(std::min(begin, text_.size()), pos_ - begin);
}

absl::Status AssemblyCursor::Error(absl::string_view expected) {
  if (AtLineEnd()) return ErrorAt(pos_, absl::StrCat("the line ends, expected ", expected));
  absl::string_view found = PeekWord();
  if (found.empty()) {
    const size_t begin = pos_;
    found = ReadNumber();
    pos_ = begin;
  }
  if (found.empty()) found = text_.substr(pos_, 1);
  const bool is_cut = found.size() > kMaxShown;
  return ErrorAt(pos_, absl::StrCat("found '", absl::CHexEscape(found.substr(0, kMaxShown)),
                                    is_cut ? "..." : "", "', expected ", expected));
}

absl::Status AssemblyCursor::ErrorAt(size_t position, absl::string_view message) const {
  const absl::string_view before = text_.substr(0, std::min(position, text_.size()));
  const size_t newline = before.rfind('\n');
  const size_t column = before.size() - (newline == absl::string_view::npos ? 0 : newline + 1);
  return absl::InvalidArgumentError(absl::StrCat("assembly: line ",
                                                 std::count(before.begin(), before.end(), '\n') + 1,
                                                 ", column ", column + 1, ": ", message));
}

}  // namespace baton
