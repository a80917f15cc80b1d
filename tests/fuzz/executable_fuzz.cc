// Any bytes as a .baton file: read, verified, loaded and, when all of that succeeds, run. Nothing may crash,
// hang or exceed its limits.
#include <algorithm>
#include <cstdint>
#include <memory>

#include "accel/devices.h"
#include "ops/registry.h"
#include "serialize/reader.h"
#include "vm/bytecode/disassembler.h"
#include "vm/exec/session.h"

namespace baton {
namespace {

// A tensor of zeros that fits the type; `extent` stands for every symbol.
absl::StatusOr<Tensor> ZeroInput(const TensorType& type, int64_t extent) {
  std::vector<int64_t> dims;
  if (type.shape.has_rank()) {
    for (const Dim& dim : type.shape.dims()) {
      const int64_t value = dim.is_constant() ? dim.value() : extent;
      if (value > 4096) return absl::ResourceExhaustedError("too large an input to fuzz with");
      dims.push_back(value);
    }
  } else {
    dims.push_back(extent);
  }
  const std::optional<int64_t> num_bytes = CheckedNumBytes(dims, DTypeSize(type.dtype));
  if (!num_bytes || *num_bytes > (1 << 22))
    return absl::ResourceExhaustedError("too large an input to fuzz with");
  absl::StatusOr<Tensor> tensor = Tensor::Allocate(type.dtype, dims);
  if (tensor.ok()) std::fill_n(static_cast<char*>((*tensor)->data), *num_bytes, 0);
  return tensor;
}

void RunEntry(const std::shared_ptr<const Program>& program, const EntryPoint& entry, int64_t extent) {
  std::vector<Tensor> inputs;
  for (const Parameter& input : entry.inputs) {
    absl::StatusOr<Tensor> tensor = ZeroInput(input.type, extent);
    if (!tensor.ok()) return;
    inputs.push_back(*std::move(tensor));
  }
  Limits limits;
  limits.max_memory_bytes = 64 << 20;
  limits.max_depth = 100;
  limits.max_steps = 2000;
  limits.deadline = absl::Now() + absl::Seconds(2);
  Session session(program);
  for (int i = 0; i < 2; ++i) (void)session.Invoke(entry.name, inputs, limits);
}

}  // namespace
}  // namespace baton

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace baton;
  static const std::unique_ptr<KernelResolver> resolver = MakeKernelResolver();
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  absl::StatusOr<VerifiedExecutable> executable =
      ParseExecutable(bytes, "fuzz.baton", {.check_checksum = false});
  if (!executable.ok()) return 0;
  (void)Disassemble(**executable);
  auto program = Program::Load(*std::move(executable), *resolver, GetCpuDevice());
  if (!program.ok()) return 0;
  for (const EntryPoint& entry : (*program)->executable().entry_points) {
    for (int64_t extent : {1, 3}) RunEntry(*program, entry, extent);
  }
  return 0;
}
