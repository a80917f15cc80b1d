// The program section: an Executable without the bytes of its constants, as FlatBuffers (executable.fbs).
// Internal to serialize.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "vm/bytecode/executable.h"

namespace baton {

inline constexpr size_t kMaxDimText = 1 << 14;  // characters of one dimension

// `constant_offsets` has the place of each constant in the constants section, in bytes. Deterministic.
// Errors: InvalidArgument for what the format cannot hold.
absl::StatusOr<std::string> EncodeProgram(const Executable& executable,
                                          const std::vector<uint64_t>& constant_offsets);

// Makes a constant of the given type from its place in the constants section; an error when it does not fit
// in there.
using ConstantMaker =
    absl::FunctionRef<absl::StatusOr<Tensor>(DType dtype, absl::Span<const int64_t> dims, uint64_t offset)>;

// Checks the structure of `bytes` and converts it; allocates memory in proportion to their number. `bytes`
// must be aligned to 8. The result is well formed as a value (enumerators in range) but not verified. Errors:
// DataLoss.
absl::StatusOr<Executable> DecodeProgram(absl::string_view bytes, ConstantMaker make_constant);

}  // namespace baton
