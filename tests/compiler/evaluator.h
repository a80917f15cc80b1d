// The meaning of a module: a slow, obvious evaluator over the IR with the portable kernels. What the compiler
// and the VM are compared with.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "compiler/ir/module.h"
#include "vm/core/tensor.h"

namespace baton {

// Runs the module's first function. Needs no pass to have run.
absl::StatusOr<std::vector<Tensor>> Evaluate(const ir::Module& module, absl::Span<const Tensor> inputs);

}  // namespace baton
