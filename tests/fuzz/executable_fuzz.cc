// Any bytes as a .baton file: read, verified, listed, loaded and, when all of that succeeds, run, in each
// encoding that it holds. Nothing may crash, hang or exceed its limits.
#include <algorithm>
#include <cstdint>
#include <memory>

#include "accel/devices.h"
#include "ops/registry.h"
#include "serialize/reader.h"
#include "tests/fuzz/check_listing.h"
#include "vm/bytecode/data_types.h"
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

// A value of a type that the verifier accepted for inputs: tensors of zeros, data of constructors that
// end within `depth`.
absl::StatusOr<Value> AnyInput(const DataTypes& types, const Type& type, int64_t extent, int depth) {
  if (type.is_tensor()) {
    absl::StatusOr<Tensor> tensor = ZeroInput(type.tensor(), extent);
    if (!tensor.ok()) return tensor.status();
    return Value(*std::move(tensor));
  }
  if (depth == 0) return absl::ResourceExhaustedError("too deep an input to fuzz with");
  const auto fields_of = [&](absl::Span<const Type> fields, Value value) -> absl::StatusOr<Value> {
    for (const Type& field : fields) {
      absl::StatusOr<Value> part = AnyInput(types, field, extent, depth - 1);
      if (!part.ok()) return part;
      value.AddField(*std::move(part));
    }
    return value;
  };
  if (type.is_tuple()) return fields_of(type.fields(), Value::Tuple());
  const std::vector<ConstructorDefinition>& constructors = types.Find(type.name())->constructors;
  // The last constructor that leads to a value of this depth.
  for (size_t tag = constructors.size(); tag-- > 0;) {
    absl::StatusOr<Value> value =
        fields_of(types.FieldTypes(type, static_cast<int32_t>(tag)), Value::Data(constructors[tag].name));
    if (value.ok()) return value;
  }
  return absl::ResourceExhaustedError("no value of small depth");
}

void RunEntry(const std::shared_ptr<const Program>& program, const EntryPoint& entry, int64_t extent) {
  const DataTypes types(program->executable());
  std::vector<Value> inputs;
  std::vector<Tensor> tensors;
  for (const Parameter& input : entry.inputs) {
    absl::StatusOr<Value> value = AnyInput(types, input.type, extent, 3);
    if (!value.ok()) return;
    if (value->is_tensor()) tensors.push_back(value->tensor());
    inputs.push_back(*std::move(value));
  }
  Limits limits;
  limits.max_memory_bytes = 64 << 20;
  limits.max_depth = 100;
  limits.max_steps = 2000;
  limits.deadline = absl::Now() + absl::Seconds(2);
  Session session(program);
  for (int i = 0; i < 2; ++i) (void)session.Invoke(entry.name, tensors, limits);
  for (int i = 0; i < 2; ++i) (void)session.InvokeValues(entry.name, inputs, limits);
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
  CheckListing(**executable);
  for (const Dispatch dispatch : {Dispatch::kRegister, Dispatch::kStack}) {
    if (!(*executable)->holds(dispatch)) continue;
    auto program = Program::Load(*executable, *resolver, GetCpuDevice(), dispatch);
    if (!program.ok()) return 0;
    for (const EntryPoint& entry : (*program)->executable().entry_points) {
      for (int64_t extent : {1, 3}) RunEntry(*program, entry, extent);
    }
  }
  return 0;
}
