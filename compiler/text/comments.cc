#include "compiler/text/comments.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace baton::text {
namespace {

// The end of the comment that begins at `begin`.
size_t CommentEnd(absl::string_view text, size_t begin) {
  if (text[begin + 1] == '/') return std::min(text.find('\n', begin), text.size());
  size_t end = begin + 2;
  for (int depth = 1; depth > 0 && end < text.size();) {
    const absl::string_view pair = text.substr(end, 2);
    depth += pair == "/*" ? 1 : pair == "*/" ? -1 : 0;
    end += pair == "/*" || pair == "*/" ? 2 : 1;
  }
  return end;
}

// Reads what lies between two tokens: blanks and comments.
class Gap {
 public:
  Gap(absl::string_view text, std::vector<Comment>* comments) : text_(text), comments_(comments) {}

  void Read(size_t begin, size_t end) {
    while (begin < end) {
      if (text_[begin] != '/') {
        ++begin;
        continue;
      }
      const size_t comment_end = CommentEnd(text_, begin);
      const absl::string_view comment = text_.substr(begin, comment_end - begin);
      comments_->push_back({std::string(absl::StripTrailingAsciiWhitespace(comment)), PositionAt(begin)});
      begin = comment_end;
    }
  }

 private:
  // REQUIRES: offsets that rise.
  Position PositionAt(size_t offset) {
    for (; counted_ < offset; ++counted_) {
      if (text_[counted_] != '\n') continue;
      ++line_;
      line_begin_ = counted_ + 1;
    }
    return {line_, static_cast<int32_t>(offset - line_begin_ + 1)};
  }

  const absl::string_view text_;
  std::vector<Comment>* const comments_;
  size_t counted_ = 0, line_begin_ = 0;
  int32_t line_ = 1;
};

}  // namespace

Remarks RemarksOf(absl::string_view text, ReaderMode mode) {
  Remarks remarks;
  Diagnostics ignored("", "");
  Lexer lexer(text, mode, ignored);
  Gap gap(text, &remarks.comments);
  size_t end = 0;
  for (Token token = lexer.Next();; token = lexer.Next()) {
    gap.Read(end, token.begin);
    if (end == 0) remarks.first_token = token.position;
    end = token.end;
    if (token.kind == Token::Kind::kEnd || token.kind == Token::Kind::kMetadata) return remarks;
  }
}

}  // namespace baton::text
