// Takes ONNX models through the whole compiler and runs them, for tests of what importing alone does not
// show.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "tests/import/model_builder.h"
#include "vm/bytecode/executable.h"
#include "vm/exec/session.h"

namespace baton {

absl::StatusOr<Executable> CompileModel(ModelBuilder& model, int optimization_level = 2);

// Compiles, verifies and runs once.
absl::StatusOr<std::vector<Tensor>> CompileAndRun(ModelBuilder& model, absl::Span<const Tensor> inputs,
                                                  const Limits& limits = {}, int optimization_level = 2);

// The operators that have a kernel in `executable`, sorted, each once.
std::vector<std::string> Kernels(const Executable& executable);

}  // namespace baton
