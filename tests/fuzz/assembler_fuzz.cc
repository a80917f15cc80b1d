// Any bytes as assembly text. What assembles and verifies must come back from its listing, byte by byte.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "serialize/writer.h"
#include "vm/bytecode/assembler.h"
#include "vm/bytecode/disassembler.h"
#include "vm/bytecode/verifier.h"

namespace baton {
namespace {

[[noreturn]] void Fail(absl::string_view what, const absl::Status& status) {
  std::fprintf(stderr, "%s: %s\n", std::string(what).c_str(), status.ToString().c_str());
  std::abort();
}

void CheckListing(const Executable& executable) {
  const absl::StatusOr<std::string> bytes = SerializeExecutable(executable);
  if (!bytes.ok()) return;  // exceeds the file format
  const std::string listing = Disassemble(executable, {.lossless = true});
  const absl::StatusOr<Executable> again = Assemble(listing);
  if (!again.ok()) Fail(listing, again.status());
  const absl::StatusOr<std::string> bytes_again = SerializeExecutable(*again);
  if (!bytes_again.ok() || *bytes_again != *bytes) Fail(listing, bytes_again.status());
}

}  // namespace
}  // namespace baton

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace baton;
  absl::StatusOr<Executable> executable = Assemble({reinterpret_cast<const char*>(data), size});
  if (!executable.ok()) {
    if (!absl::IsInvalidArgument(executable.status())) Fail("assemble", executable.status());
    return 0;
  }
  const absl::StatusOr<VerifiedExecutable> verified = Verify(*std::move(executable));
  if (verified.ok()) CheckListing(**verified);
  return 0;
}
