// PUBLIC: the shape of a two-dimensional convolution, in channels and in blocks of BLOCK channels.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "accel/vta/config.h"

namespace baton::vta {

struct Conv2dShape {
  uint32_t batch = 1;
  uint32_t in_channels = 1, height = 1, width = 1;
  uint32_t out_channels = 1, kernel_height = 1, kernel_width = 1;
  uint32_t stride_height = 1, stride_width = 1;
  uint32_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  uint32_t groups = 1;

  // REQUIRES: CheckShape is OK.
  uint32_t out_height() const { return (height + pad_top + pad_bottom - kernel_height) / stride_height + 1; }
  uint32_t out_width() const { return (width + pad_left + pad_right - kernel_width) / stride_width + 1; }
  uint64_t num_macs() const {
    return uint64_t{batch} * out_channels * out_height() * out_width() * (in_channels / groups) *
           kernel_height * kernel_width;
  }
};

// "64 x 56 x 56 -> 64, 3 x 3, stride 1 x 1, padding 1 1 1 1": what errors and reports say.
std::string ToString(const Conv2dShape& shape);

// Errors: InvalidArgument when an extent is 0 (batch may be), groups do not divide the channels, the kernel
// is larger than the padded image; Unimplemented when the padding is as large as the kernel.
absl::Status CheckShape(const Conv2dShape& shape);

// Channels in blocks. Groups whose channels do not fill blocks are taken together until they do; their
// weights are then zero outside their own channels (layout.h, PackConv2dWeights).
struct Conv2dBlocks {
  uint32_t batch = 0;                                  // in groups of BATCH
  uint32_t groups_together = 1;                        // of the shape's groups, in one of these
  uint32_t groups = 1;                                 // of those
  uint32_t in_blocks = 0, out_blocks = 0;              // of all channels
  uint32_t group_in_blocks = 0, group_out_blocks = 0;  // of one group; the last may have fewer
};
Conv2dBlocks BlocksOf(const Config& config, const Conv2dShape& shape);

}  // namespace baton::vta
