// Random well-typed modules for property tests: tensor and scalar arithmetic, shape arithmetic, rank-changing
// branches, loops, nested.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "compiler/ir/module.h"
#include "vm/core/tensor.h"

namespace baton {

// The same seed gives the same module. Inputs: x f32[batch, width], flag bool[], count int64[].
std::unique_ptr<ir::Module> RandomModule(uint32_t seed);
// Inputs for it; `variant` chooses extents (1 and more) and values.
std::vector<Tensor> RandomModuleInputs(uint32_t seed, int variant);

}  // namespace baton
