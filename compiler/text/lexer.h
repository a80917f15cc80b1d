// The tokens of Relay text. Internal to compiler/text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "compiler/text/diagnostics.h"
#include "compiler/text/syntax.h"
#include "vm/core/tensor.h"

namespace baton::text {

// How strictly text is read: kCompat takes all that other readers of the format take, with warnings; kStrict
// only the clean language.
enum class ReaderMode : uint8_t { kCompat, kStrict };

struct Token {
  enum class Kind : uint8_t {
    kEnd,
    kIdentifier,  // text
    kLocal,       // %text
    kGraph,       // %text: digits, without leading zeros: %007 is %7
    kGlobal,      // @text
    kNumber,      // number; text is what was written
    kString,      // value
    kExtentName,  // $text or #text: the beginning or the rest of a dimension's name
    kMeta,        // meta[value][number]
    kVersion,     // #[version = "value"]
    kImport,      // #[import = "value"]
    kMetadata,    // #[metadata]: text is all that follows
    kSymbol,      // text: one of ( ) { } [ ] , ; : . = + - * / < > ! ? == != <= >= =>
    kError,       // has been reported
  };
  Kind kind = Kind::kEnd;
  absl::string_view text;
  std::string value;
  Tensor number;
  bool quoted = false;  // kLocal, kGlobal: the name was written in quotes (value)
  Position position;
  size_t begin = 0, end = 0;  // bytes in the text

  bool Is(absl::string_view symbol) const { return kind == Kind::kSymbol && text == symbol; }
  bool IsWord(absl::string_view word) const { return kind == Kind::kIdentifier && text == word; }
  // The name of a local or global.
  std::string name() const { return quoted ? value : std::string(text); }
};

class Lexer {
 public:
  // `text` and `diagnostics` must outlive the lexer.
  Lexer(absl::string_view text, ReaderMode mode, Diagnostics& diagnostics)
      : text_(text), mode_(mode), diagnostics_(diagnostics) {}

  Token Next();

 private:
  void SkipBlanks();
  void SkipBlockComment();
  Token Make(Token::Kind kind, size_t begin, size_t end);
  Token Fail(size_t begin, size_t end, absl::string_view message);
  Token ReadName(Token::Kind kind);
  Token ReadNumber();
  Token ReadWord();
  Token ReadMeta(size_t begin);
  Token ReadString();
  Token ReadHash();
  Token ReadExtentName();
  Token ReadSymbol();
  bool ReadQuoted(std::string* value);
  void ReadEscape(std::string* value);
  void WarnOfLastBackslash(absl::string_view value);
  Position PositionAt(size_t at);
  char At(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  absl::string_view text_;
  const ReaderMode mode_;
  Diagnostics& diagnostics_;
  size_t at_ = 0;
  size_t line_start_ = 0;
  int32_t line_ = 1;
  size_t counted_ = 0;  // newlines before it are counted
};

// The value of a number as written, "3", "1.5f", "-7i64", "inff": a tensor of rank 0. nullopt when it is
// none; `problem` says why then. `missing_suffix`: a float without its suffix, read as float32.
std::optional<Tensor> ParseNumber(absl::string_view text, bool* missing_suffix, std::string* problem);

}  // namespace baton::text
