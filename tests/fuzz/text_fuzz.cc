// Any bytes as Relay text: read, its graph bindings placed, and formatted. What was formatted must read back
// and be its own formatted text. The first byte chooses the mode of the reader.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "compiler/text/formatter.h"
#include "compiler/text/graph_bindings.h"
#include "compiler/text/parser.h"
#include "vm/core/large_stack.h"

namespace baton {
namespace {

void Place(absl::string_view text, text::ReaderMode mode) {
  RunOnLargeStack([&] {
    text::Diagnostics diagnostics("fuzz.rly", text);
    const auto module = text::ParseText("fuzz.rly", text, mode, diagnostics);
    if (!diagnostics.has_errors()) text::PlaceGraphBindings(*module, diagnostics);
  });
}

void CheckFormatted(absl::string_view text, const FormatOptions& options) {
  const absl::StatusOr<std::string> formatted = FormatRelay("fuzz.rly", text, options);
  if (!formatted.ok()) {
    if (!absl::IsInvalidArgument(formatted.status())) std::abort();
    return;
  }
  const absl::StatusOr<std::string> again = FormatRelay("fuzz.rly", *formatted, options);
  if (again.ok() && *again == *formatted) return;
  std::fprintf(stderr, "%s\n--- again:\n%s\n", formatted->c_str(),
               again.ok() ? again->c_str() : again.status().ToString().c_str());
  std::abort();
}

}  // namespace
}  // namespace baton

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace baton;
  if (size == 0) return 0;
  const bool strict = data[0] % 2 == 1;
  const absl::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  Place(text, strict ? text::ReaderMode::kStrict : text::ReaderMode::kCompat);
  FormatOptions options;
  options.strict = strict;
  CheckFormatted(text, options);
  return 0;
}
