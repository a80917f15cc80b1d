// Random well-typed programs with functions, recursion, closures, data, matches, tuples and references.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/ir/module.h"
#include "vm/core/tensor.h"

namespace baton {

// The same seed always gives the same program. @main takes RandomProgramInputs and gives tensors; every run
// ends, and none fails.
std::unique_ptr<ir::Module> RandomProgram(uint32_t seed);
std::vector<Tensor> RandomProgramInputs(uint32_t seed);

}  // namespace baton
