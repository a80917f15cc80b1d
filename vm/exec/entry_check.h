// Checks the inputs of an invocation against the entry point's signature: the border behind which the
// interpreter knows how many tensors of which types it got. Internal to vm/exec.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "vm/core/tensor.h"
#include "vm/exec/loaded_program.h"

namespace baton {

// Errors: InvalidArgument for a wrong number of inputs, a null one, element types, ranks and extents that
// differ from the signature, and a symbol that has two extents. `symbols` is room for entry.num_symbols
// values. No allocation on success.
absl::Status CheckInputs(const LoadedEntry& entry, absl::Span<const Tensor> inputs,
                         absl::Span<int64_t> symbols);

}  // namespace baton
