// PUBLIC: programs for products of int8 matrices, with an epilogue. Source: the specification's section 11.1.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "accel/vta/program/epilogue.h"
#include "accel/vta/program/program.h"
#include "accel/vta/program/tiling.h"

namespace baton::vta {

// output[b][m][n] = epilogue(sum over k of data[b][m][k] * weight[b][n][k]).
struct DenseShape {
  uint32_t batch = 1;  // of products: each has data of its own
  uint32_t rows = 1, in_features = 1, out_features = 1;
  bool weight_per_batch = false;  // each product has a weight of its own, too
  // The sums start from an int32 matrix like the output instead of 0.
  bool initial = false;

  uint64_t num_macs() const { return uint64_t{batch} * rows * in_features * out_features; }
};
std::string ToString(const DenseShape& shape);

//   Buffers: data, weight, bias (if the epilogue has one; one for all products), initial (if the shape has
//   it),
//     output; layouts of layout.h. Without rows or products the program does nothing.
//   Errors: InvalidArgument for a configuration, shape or epilogue that is none; ResourceExhausted when the
//     tiling that `options` asks for does not fit.
absl::StatusOr<Program> BuildDense(const Config& config, const DenseShape& shape, const Epilogue& epilogue,
                                   const BuildOptions& options = {});

}  // namespace baton::vta
