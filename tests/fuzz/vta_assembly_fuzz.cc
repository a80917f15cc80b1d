// Any bytes as assembly of an accelerator program. What assembles comes back from its listing.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "accel/vta/assembly.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace baton::vta;
  const auto program = AssembleProgram({reinterpret_cast<const char*>(data), size});
  if (!program.ok()) {
    if (absl::IsInvalidArgument(program.status())) return 0;
    std::fprintf(stderr, "%s\n", program.status().ToString().c_str());
    std::abort();
  }
  const auto back = AssembleProgram(PrintProgram(program->config, program->file));
  if (!back.ok() || back->file != program->file) std::abort();
  return 0;
}
