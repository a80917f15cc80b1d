// The comments of Relay text, which are no part of the syntax tree. Internal to compiler/text.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/text/lexer.h"
#include "compiler/text/syntax.h"

namespace baton::text {

// "// ..." or "/* ... */", as written.
struct Comment {
  std::string text;
  Position position;
};

struct Remarks {
  std::vector<Comment> comments;  // in order
  Position first_token;
};

// REQUIRES: `text` can be read.
Remarks RemarksOf(absl::string_view text, ReaderMode mode);

}  // namespace baton::text
