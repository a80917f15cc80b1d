// Any bytes as assembly text. What assembles and verifies comes back from its listing.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/check_listing.h"
#include "vm/bytecode/assembler.h"
#include "vm/bytecode/verifier.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace baton;
  absl::StatusOr<Executable> executable = Assemble({reinterpret_cast<const char*>(data), size});
  if (!executable.ok()) {
    if (absl::IsInvalidArgument(executable.status())) return 0;
    std::fprintf(stderr, "%s\n", executable.status().ToString().c_str());
    std::abort();
  }
  const absl::StatusOr<VerifiedExecutable> verified = Verify(*std::move(executable));
  if (verified.ok()) CheckListing(**verified);
  return 0;
}
