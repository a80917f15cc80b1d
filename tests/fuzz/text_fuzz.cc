// Any bytes as Relay text: read, compiled to both encodings, verified, and formatted. What was formatted must
// read back and be its own formatted text. The first byte chooses the mode of the reader.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/match.h"
#include "compiler/compiler.h"
#include "compiler/text/formatter.h"
#include "compiler/text/reader.h"
#include "vm/bytecode/verifier.h"

namespace baton {
namespace {

// An error that input can cause.
void CheckError(const absl::Status& status) {
  if (absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status) || absl::IsUnimplemented(status))
    return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

// What can be read compiles or is refused, and what compiles verifies.
void CheckCompiled(absl::string_view text, bool strict) {
  RelayReadOptions options;
  options.strict = strict;
  absl::StatusOr<std::unique_ptr<ir::Module>> module = ReadRelay("fuzz.rly", text, options);
  if (!module.ok()) return CheckError(module.status());
  CompileOptions compile_options;
  compile_options.stack_code = true;  // beside register code
  absl::StatusOr<Executable> executable = Compile(*std::move(module), compile_options);
  if (!executable.ok()) return CheckError(executable.status());
  const absl::StatusOr<VerifiedExecutable> verified = Verify(*std::move(executable));
  if (!verified.ok()) std::fprintf(stderr, "%s\n", verified.status().ToString().c_str());
  if (!verified.ok() && !absl::StrContains(verified.status().message(), "entry point")) std::abort();
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
  CheckCompiled(text, strict);
  FormatOptions options;
  options.strict = strict;
  CheckFormatted(text, options);
  return 0;
}
