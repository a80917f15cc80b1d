// PUBLIC: programs for two-dimensional maximum pooling of int8.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "accel/vta/program/program.h"
#include "accel/vta/program/tiling.h"

namespace baton::vta {

struct MaxPoolShape {
  uint32_t batch = 1, channels = 1, height = 1, width = 1;
  uint32_t kernel_height = 1, kernel_width = 1;
  uint32_t stride_height = 1, stride_width = 1;
  uint32_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;  // never the largest

  // REQUIRES: BuildMaxPool has checked.
  uint32_t out_height() const { return (height + pad_top + pad_bottom - kernel_height) / stride_height + 1; }
  uint32_t out_width() const { return (width + pad_left + pad_right - kernel_width) / stride_width + 1; }
};
std::string ToString(const MaxPoolShape& shape);

//   Buffers: data, output; layouts of layout.h. Without a batch the program does nothing.
//   Errors: InvalidArgument for a configuration or shape that is none, a tiling (there is nothing to choose);
//     Unimplemented for padding not smaller than the kernel; ResourceExhausted when not even one window fits
//     the scratchpads.
absl::StatusOr<Program> BuildMaxPool(const Config& config, const MaxPoolShape& shape,
                                     const BuildOptions& options = {});

}  // namespace baton::vta
