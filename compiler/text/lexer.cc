#include "compiler/text/lexer.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace baton::text {
namespace {

bool IsLetter(char c) {
  return absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}
bool IsNamePart(char c) {
  return IsLetter(c) || IsDigit(c) || c == '/';
}
// Words that are no names behind a sigil.
bool IsReserved(absl::string_view word) {
  for (const absl::string_view reserved :
       {"let", "fn", "def", "if", "else", "type", "match", "extern", "free_var", "ref", "ref_read",
        "ref_write", "True", "False", "_"}) {
    if (word == reserved) return true;
  }
  return false;
}
// Dimensions that Baton names itself: "$d0", "n#1".
bool IsExtentSign(char c) {
  return c == '$' || c == '#';
}
bool IsNumberPart(char c) {
  return IsDigit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
}

}  // namespace

Position Lexer::PositionAt(size_t at) {
  for (; counted_ < at; ++counted_) {
    if (text_[counted_] != '\n') continue;
    ++line_;
    line_start_ = counted_ + 1;
  }
  return {line_, static_cast<int32_t>(at - line_start_ + 1)};
}

Token Lexer::Make(Token::Kind kind, size_t begin, size_t end) {
  Token token;
  token.kind = kind;
  token.text = text_.substr(begin, end - begin);
  token.position = PositionAt(begin);
  token.begin = begin;
  token.end = end;
  at_ = end;
  return token;
}

Token Lexer::Fail(size_t begin, size_t end, absl::string_view message) {
  Token token = Make(Token::Kind::kError, begin, end);
  diagnostics_.Error(token.position, message);
  return token;
}

void Lexer::SkipBlanks() {
  for (;;) {
    const char c = At(at_);
    if (c == ' ' || c == '\t' || c == '\n') {
      ++at_;
    } else if (c == '\r') {
      if (At(at_ + 1) != '\n') diagnostics_.Error(PositionAt(at_), "a carriage return without a line feed");
      ++at_;
    } else if (c == '/' && At(at_ + 1) == '/') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '/' && At(at_ + 1) == '*') {
      SkipBlockComment();
    } else {
      return;
    }
  }
}

void Lexer::SkipBlockComment() {
  const size_t begin = at_;
  int depth = 0;
  int stars = 0;  // in a row; other readers take them by twos
  do {
    if (at_ >= text_.size()) {
      diagnostics_.Error(PositionAt(begin), "the comment is not closed");
      return;
    }
    if (At(at_) == '/' && At(at_ + 1) == '*') {
      ++depth;
      stars = 0;
      at_ += 2;
    } else if (At(at_) == '*' && At(at_ + 1) == '/') {
      if (mode_ == ReaderMode::kCompat && stars % 2 == 1) {
        diagnostics_.Warning(PositionAt(at_), "'**/' ends the comment here, for other readers it does not");
      }
      --depth;
      stars = 0;
      at_ += 2;
    } else {
      stars = At(at_) == '*' ? stars + 1 : 0;
      ++at_;
    }
  } while (depth > 0);
}

Token Lexer::Next() {
  SkipBlanks();
  if (at_ >= text_.size()) return Make(Token::Kind::kEnd, at_, at_);
  const char c = At(at_);
  if (c == '%' || c == '@') return ReadName(c == '%' ? Token::Kind::kLocal : Token::Kind::kGlobal);
  if (IsLetter(c)) return ReadWord();
  if (IsDigit(c)) return ReadNumber();
  if (c == '-') {
    const size_t digit = std::min(text_.find_first_not_of('-', at_), text_.size());
    const absl::string_view rest = text_.substr(digit);
    const bool special = absl::StartsWith(rest, "inff") || absl::StartsWith(rest, "nanf");
    if (IsDigit(At(digit)) || special) return ReadNumber();
  }
  if (c == '"') return ReadString();
  if (IsExtentSign(c) && IsNamePart(At(at_ + 1))) return ReadExtentName();
  if (c == '#') return ReadHash();
  return ReadSymbol();
}

Token Lexer::ReadName(Token::Kind kind) {
  const size_t begin = at_;
  const char* sigil = kind == Token::Kind::kLocal ? "%" : "@";
  size_t end = begin + 1;
  if (At(end) == '"') {
    at_ = end;
    std::string value;
    if (!ReadQuoted(&value)) return Fail(begin, text_.size(), "the name is not closed");
    if (value.empty()) return Fail(begin, at_, "a name must not be empty");
    Token token = Make(kind, begin, at_);
    token.value = std::move(value);
    token.quoted = true;
    return token;
  }
  if (kind == Token::Kind::kLocal && IsDigit(At(end))) {
    while (IsDigit(At(end))) ++end;
    Token token = Make(Token::Kind::kGraph, begin, end);
    token.text.remove_prefix(1);
    while (token.text.size() > 1 && token.text[0] == '0') token.text.remove_prefix(1);
    return token;
  }
  if (!IsLetter(At(end))) return Fail(begin, end, absl::StrCat("a name must follow '", sigil, "'"));
  while (IsNamePart(At(end))) ++end;
  const absl::string_view name = text_.substr(begin + 1, end - begin - 1);
  if (IsReserved(name)) {
    return Fail(begin, end,
                absl::StrCat("'", name, "' is a reserved word; as a name write ", sigil, "\"", name, "\""));
  }
  Token token = Make(kind, begin, end);
  token.text.remove_prefix(1);
  return token;
}

Token Lexer::ReadWord() {
  const size_t begin = at_;
  size_t end = begin;
  while (IsNamePart(At(end))) ++end;
  const absl::string_view word = text_.substr(begin, end - begin);
  if (word == "meta" && At(end) == '[') return ReadMeta(begin);
  if (word == "match" && At(end) == '?') return Make(Token::Kind::kIdentifier, begin, end + 1);
  bool missing_suffix = false;
  std::string problem;
  if (absl::StartsWith(word, "inff") || absl::StartsWith(word, "nanf")) {
    if (auto number = ParseNumber(word, &missing_suffix, &problem)) {
      Token token = Make(Token::Kind::kNumber, begin, end);
      token.number = *std::move(number);
      return token;
    }
  }
  return Make(Token::Kind::kIdentifier, begin, end);
}

Token Lexer::ReadNumber() {
  const size_t begin = at_;
  size_t end = begin;
  while (At(end) == '-') ++end;
  while (IsNumberPart(At(end))) ++end;
  if (At(end) == 'f' || At(end) == 'i' || At(end) == 'u' || At(end) == 'n') {
    while (IsNamePart(At(end)) && At(end) != '/') ++end;
  }
  Token token = Make(Token::Kind::kNumber, begin, end);
  // "%t.0.1" is a chain of projections: the parser takes the text apart.
  const bool after_dot = begin > 0 && text_[begin - 1] == '.';
  bool missing_suffix = false;
  std::string problem;
  std::optional<Tensor> number = ParseNumber(token.text, &missing_suffix, &problem);
  if (!number && after_dot) return token;
  if (!number) return Fail(begin, end, problem);
  if (missing_suffix && !after_dot) {
    const std::string message = absl::StrCat("a float needs a suffix: ", token.text, "f");
    if (mode_ == ReaderMode::kStrict) return Fail(begin, end, message);
    diagnostics_.Warning(token.position, absl::StrCat(message, "; read as float32"));
  }
  token.number = *std::move(number);
  return token;
}

Token Lexer::ReadMeta(size_t begin) {
  const size_t key = begin + 5;
  const size_t key_end = text_.find(']', key);
  const size_t index = key_end == text_.npos ? text_.npos : key_end + 2;
  size_t end = index;
  while (index != text_.npos && IsDigit(At(end))) ++end;
  if (index == text_.npos || At(key_end + 1) != '[' || end == index || end - index > 9 || At(end) != ']') {
    return Fail(begin, begin + 4, "expected meta[KEY][INDEX], without blanks");
  }
  Token token = Make(Token::Kind::kMeta, begin, end + 1);
  token.value = std::string(text_.substr(key, key_end - key));
  std::string problem;
  bool missing_suffix = false;
  token.number = *ParseNumber(text_.substr(index, end - index), &missing_suffix, &problem);
  return token;
}

// A string from its opening quote on; false when it has no end.
bool Lexer::ReadQuoted(std::string* value) {
  for (++at_; at_ < text_.size();) {
    const char c = text_[at_];
    if (c == '"') {
      WarnOfLastBackslash(*value);
      return ++at_, true;
    }
    if (c == '\\') {
      ReadEscape(value);
    } else {
      value->push_back(c);
      ++at_;
    }
  }
  return false;
}

// An escape from its backslash on.
void Lexer::ReadEscape(std::string* value) {
  constexpr absl::string_view kEscapes = "ntr\"\\", kMeanings = "\n\t\r\"\\";
  const absl::string_view rest = text_.substr(at_ + 1);
  const size_t escape = rest.empty() ? kEscapes.npos : kEscapes.find(rest[0]);
  const auto is_hex = [&](size_t i) {
    return i < rest.size() && absl::ascii_isxdigit(static_cast<unsigned char>(rest[i]));
  };
  if (escape != kEscapes.npos) {
    value->push_back(kMeanings[escape]);
    at_ += 2;
  } else if (!rest.empty() && rest[0] == 'x' && is_hex(1) && is_hex(2)) {
    value->append(absl::HexStringToBytes(rest.substr(1, 2)));
    at_ += 4;
  } else {
    if (mode_ == ReaderMode::kStrict && !rest.empty()) {
      diagnostics_.Error(PositionAt(at_),
                         absl::StrCat("there is no escape '\\", absl::CEscape(rest.substr(0, 1)),
                                      "'; a backslash is \"\\\\\""));
    }
    value->push_back('\\');
    ++at_;
  }
}

// For readers without escapes a backslash before the closing quote is just the last byte.
void Lexer::WarnOfLastBackslash(absl::string_view value) {
  if (mode_ == ReaderMode::kStrict || !absl::EndsWith(value, "\\")) return;
  diagnostics_.Warning(PositionAt(at_), "this string ends in one backslash, for other readers in two");
}

Token Lexer::ReadString() {
  const size_t begin = at_;
  std::string value;
  if (!ReadQuoted(&value)) {
    const bool has_quotes = text_.find("\\\"", begin) != text_.npos;
    return Fail(begin, text_.size(),
                absl::StrCat("the string is not closed", has_quotes ? "; \\\" is a quote within it" : ""));
  }
  Token token = Make(Token::Kind::kString, begin, at_);
  token.value = std::move(value);
  return token;
}

Token Lexer::ReadHash() {
  const size_t begin = at_;
  const size_t end = At(begin + 1) == '[' ? text_.find(']', begin) : text_.npos;
  if (end == text_.npos)
    return Fail(begin, begin + 1, "expected #[version = ...], #[import = ...] or #[metadata]");
  const absl::string_view inside = absl::StripAsciiWhitespace(text_.substr(begin + 2, end - begin - 2));
  if (inside == "metadata") {
    Token token = Make(Token::Kind::kMetadata, begin, text_.size());
    token.text = text_.substr(end + 1);
    return token;
  }
  const size_t equals = inside.find('=');
  const absl::string_view key = absl::StripAsciiWhitespace(inside.substr(0, equals));
  absl::string_view value =
      equals == inside.npos ? "" : absl::StripAsciiWhitespace(inside.substr(equals + 1));
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  if ((key != "version" && key != "import") || !quoted) {
    return Fail(begin, end + 1, absl::StrCat("there is no section #[", inside, "]"));
  }
  Token token = Make(key == "version" ? Token::Kind::kVersion : Token::Kind::kImport, begin, end + 1);
  token.value = std::string(value.substr(1, value.size() - 2));
  return token;
}

Token Lexer::ReadExtentName() {
  size_t end = at_ + 1;
  while (IsNamePart(At(end)) || IsExtentSign(At(end)) || At(end) == '.') ++end;
  return Make(Token::Kind::kExtentName, at_, end);
}

Token Lexer::ReadSymbol() {
  const absl::string_view two = text_.substr(at_, 2);
  if (two == "==" || two == "!=" || two == "<=" || two == ">=" || two == "=>") {
    return Make(Token::Kind::kSymbol, at_, at_ + 2);
  }
  if (absl::string_view("(){}[],;:.=+-*/<>!?").find(text_[at_]) != absl::string_view::npos) {
    return Make(Token::Kind::kSymbol, at_, at_ + 1);
  }
  size_t end = at_ + 1;
  while (end < text_.size() && !absl::ascii_isspace(static_cast<unsigned char>(text_[end]))) ++end;
  return Fail(at_, end, absl::StrCat("unexpected character '", absl::CEscape(text_.substr(at_, 1)), "'"));
}

}  // namespace baton::text
