// A function of nothing but kernel calls into two tensors that exist, which no model compiles to: what a
// kernel call costs without the allocation of its outputs.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Entry point "main" takes and gives float32 [8] and applies tanh `num_calls` times. In both encodings, as
// the compiler's encoders make them. REQUIRES: num_calls > 0.
absl::StatusOr<Executable> MakeKernelCalls(int64_t num_calls);

}  // namespace baton
