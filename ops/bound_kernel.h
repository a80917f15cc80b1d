// BoundKernel: an operator, its attributes and the chosen kernel as the Kernel that the VM calls. Internal to
// ops/; made by registry.cc.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "ops/op_def.h"
#include "vm/core/kernel.h"

namespace baton::internal {

// Checks `spec` against `op` and binds the first kernel that serves it. Errors: InvalidArgument for
// attributes, inputs or an output count that do not fit the definition; what a kernel's preparation returns.
absl::StatusOr<std::unique_ptr<Kernel>> BindKernel(const OpDef& op, const KernelSpec& spec,
                                                   bool portable_only);

// How many results the type rule gives for these inputs (null where absent). Errors: those of the rule.
absl::StatusOr<int> CountOutputs(const OpDef& op, const OpAttrs& attrs,
                                 absl::Span<TensorObject* const> inputs);

}  // namespace baton::internal
