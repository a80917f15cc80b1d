// Text -> syntax tree. Names of locals are resolved; operators, constructors and functions are not. Internal
// to compiler/text; reader.h is the way in.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "compiler/text/diagnostics.h"
#include "compiler/text/lexer.h"
#include "compiler/text/syntax.h"

namespace baton::text {

// Deeper nesting is an error. The parser and all that walk the tree recurse: RunOnLargeStack (large_stack.h).
inline constexpr int kMaxNesting = 250'000;

// Reads a module, or a lone expression. Errors and warnings go to `diagnostics`; after errors the tree is of
// no use. Graph bindings are as written: PlaceGraphBindings (graph_bindings.h) comes next.
std::unique_ptr<SyntaxModule> ParseText(absl::string_view file, absl::string_view text, ReaderMode mode,
                                        Diagnostics& diagnostics);

}  // namespace baton::text
