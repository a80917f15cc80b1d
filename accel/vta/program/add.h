// PUBLIC: programs for element-wise sums of two packed tensors.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "accel/vta/program/epilogue.h"
#include "accel/vta/program/program.h"
#include "accel/vta/program/tiling.h"

namespace baton::vta {

enum class AddOperands {
  kInt8,   // laid out as INP
  kInt32,  // as ACC
};

// output = epilogue(a + b), int8. int8 operands go through the matrix unit, each times the identity, or are
// loaded as accumulators when `options.has_acc8`.
//   Buffers: a, b, output: `num_elements` tiles of BATCH x BLOCK values each, in the same order.
//   Errors: InvalidArgument for a configuration or epilogue that is none, an epilogue with a bias, a tiling
//     (there is nothing to choose).
absl::StatusOr<Program> BuildAdd(const Config& config, uint32_t num_elements, AddOperands operands,
                                 const Epilogue& epilogue, const BuildOptions& options = {});

}  // namespace baton::vta
