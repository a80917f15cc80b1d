// The operators by name, and the KernelResolver over them. PUBLIC.
#pragma once

#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ops/op_def.h"
#include "vm/core/kernel.h"

namespace baton {

// The operator, or null. Threads: safe.
const OpDef* FindOp(absl::string_view name);
// All operators, sorted by name.
absl::Span<const OpDef* const> AllOps();

// Binds kernels of the operators in op_list.def. Threads: safe. `portable_only` skips all but the portable
// kernels.
struct KernelResolverOptions {
  bool portable_only = false;
};
std::unique_ptr<KernelResolver> MakeKernelResolver(KernelResolverOptions options = {});

// Runs `op` once on `inputs` (null where absent) outside any VM: for constant folding and tests.
absl::StatusOr<std::vector<Tensor>> RunOp(const OpDef& op, const OpAttrs& attrs,
                                          absl::Span<const Tensor> inputs,
                                          KernelResolverOptions options = {});

}  // namespace baton
