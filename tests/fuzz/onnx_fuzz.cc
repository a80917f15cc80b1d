// Any bytes as an ONNX model: imported and, when that succeeds, compiled to both encodings and verified.
// Compiled code must verify.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "compiler/compiler.h"
#include "compiler/import/onnx.h"
#include "vm/bytecode/verifier.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace baton;
  OnnxImportOptions options;
  options.max_tensor_bytes = 16 << 20;
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<std::unique_ptr<ir::Module>> module = ImportOnnx(bytes, "fuzz.onnx", "", options);
  if (!module.ok()) return 0;
  CompileOptions compile_options;
  compile_options.stack_code = true;  // beside register code
  absl::StatusOr<Executable> executable = Compile(*std::move(module), compile_options);
  if (!executable.ok()) {
    if (absl::IsInternal(executable.status()))
      std::fputs(executable.status().ToString().c_str(), stderr), std::abort();
    return 0;
  }
  absl::StatusOr<VerifiedExecutable> verified = Verify(*std::move(executable));
  if (!verified.ok()) std::fputs(verified.status().ToString().c_str(), stderr), std::abort();
  return 0;
}
