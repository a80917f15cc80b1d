#include "compiler/text/formatter.h"

#include <memory>

#include "compiler/text/comments.h"
#include "compiler/text/layout.h"
#include "compiler/text/parser.h"
#include "vm/core/large_stack.h"
#include "vm/core/status.h"

namespace baton {

absl::StatusOr<std::string> FormatRelay(absl::string_view file, absl::string_view text,
                                        const FormatOptions& options, std::string* warnings) {
  absl::StatusOr<std::string> formatted = absl::InternalError("not formatted");
  RunOnLargeStack([&] {
    const text::ReaderMode mode = options.strict ? text::ReaderMode::kStrict : text::ReaderMode::kCompat;
    text::Diagnostics diagnostics(file, text);
    const std::unique_ptr<text::SyntaxModule> module = text::ParseText(file, text, mode, diagnostics);
    if (warnings != nullptr) *warnings = diagnostics.Warnings();
    if (diagnostics.has_errors()) {
      formatted = diagnostics.ToStatus();
    } else {
      formatted = text::Layout(*module, text::RemarksOf(text, mode), options).Run();
    }
  });
  return formatted;
}

}  // namespace baton
