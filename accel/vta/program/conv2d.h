// PUBLIC: programs for two-dimensional convolutions of int8, with an epilogue. Source: the specification's
// sections 11.2 and 13.
#pragma once

#include "absl/status/statusor.h"
#include "accel/vta/program/conv2d_shape.h"
#include "accel/vta/program/epilogue.h"
#include "accel/vta/program/program.h"
#include "accel/vta/program/tiling.h"

namespace baton::vta {

// output = epilogue(conv2d(data, weight) + bias).
//   Buffers: data, weight, bias (if the epilogue has one), output; layouts of layout.h. Without a batch the
//     program does nothing.
//   Errors: InvalidArgument for a configuration, shape or epilogue that is none; Unimplemented for padding
//     not smaller than the kernel or larger than 15; ResourceExhausted when no tiling fits, or the one that
//     `options` asks for does not.
absl::StatusOr<Program> BuildConv2d(const Config& config, const Conv2dShape& shape, const Epilogue& epilogue,
                                    const BuildOptions& options = {});

}  // namespace baton::vta
