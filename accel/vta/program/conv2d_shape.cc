#include "accel/vta/program/conv2d_shape.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_format.h"
#include "accel/vta/program/cuts.h"

namespace baton::vta {
namespace {

constexpr uint32_t kMaxExtent = 1u << 16;

// How many groups of `channels` fill blocks exactly.
uint32_t GroupsToFill(uint32_t channels, uint32_t block) {
  return block / std::gcd(channels, block);
}

absl::Status CheckExtents(const Conv2dShape& shape) {
  struct Extent {
    const char* name;
    uint32_t value;
  };
  for (const Extent& extent :
       {Extent{"in_channels", shape.in_channels}, Extent{"height", shape.height},
        Extent{"width", shape.width}, Extent{"out_channels", shape.out_channels},
        Extent{"kernel_height", shape.kernel_height}, Extent{"kernel_width", shape.kernel_width},
        Extent{"stride_height", shape.stride_height}, Extent{"stride_width", shape.stride_width},
        Extent{"groups", shape.groups}}) {
    if (extent.value == 0 || extent.value > kMaxExtent) {
      return absl::InvalidArgumentError(absl::StrFormat("VTA conv2d: %s is %d; 1 to %d are possible",
                                                        extent.name, extent.value, kMaxExtent));
    }
  }
  if (shape.batch > kMaxExtent) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA conv2d: batch is %d; 0 to %d are possible", shape.batch, kMaxExtent));
  }
  return absl::OkStatus();
}

}  // namespace

std::string ToString(const Conv2dShape& shape) {
  std::string text =
      absl::StrFormat("%d x %d x %d x %d -> %d channels, kernel %d x %d, stride %d x %d, padding %d %d %d %d",
                      shape.batch, shape.in_channels, shape.height, shape.width, shape.out_channels,
                      shape.kernel_height, shape.kernel_width, shape.stride_height, shape.stride_width,
                      shape.pad_top, shape.pad_left, shape.pad_bottom, shape.pad_right);
  if (shape.groups != 1) absl::StrAppendFormat(&text, ", %d groups", shape.groups);
  return text;
}

absl::Status CheckShape(const Conv2dShape& shape) {
  if (absl::Status status = CheckExtents(shape); !status.ok()) return status;
  if (shape.in_channels % shape.groups != 0 || shape.out_channels % shape.groups != 0) {
    return absl::InvalidArgumentError(absl::StrFormat("VTA conv2d: %d groups do not divide the channels (%s)",
                                                      shape.groups, ToString(shape)));
  }
  // A window with nothing but padding could not be loaded.
  if (std::max(shape.pad_top, shape.pad_bottom) >= shape.kernel_height ||
      std::max(shape.pad_left, shape.pad_right) >= shape.kernel_width) {
    return absl::UnimplementedError(
        absl::StrFormat("VTA conv2d: the padding is not smaller than the kernel (%s)", ToString(shape)));
  }
  if (shape.height + shape.pad_top + shape.pad_bottom < shape.kernel_height ||
      shape.width + shape.pad_left + shape.pad_right < shape.kernel_width) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA conv2d: the kernel is larger than the padded image (%s)", ToString(shape)));
  }
  return absl::OkStatus();
}

Conv2dBlocks BlocksOf(const Config& config, const Conv2dShape& shape) {
  const auto block = static_cast<uint32_t>(config.block());
  Conv2dBlocks blocks;
  blocks.batch = CeilDiv(shape.batch, config.batch());
  blocks.in_blocks = CeilDiv(shape.in_channels, block);
  blocks.out_blocks = CeilDiv(shape.out_channels, block);
  const uint32_t group_in = shape.in_channels / shape.groups;
  const uint32_t group_out = shape.out_channels / shape.groups;
  blocks.groups_together =
      std::min(shape.groups, std::lcm(GroupsToFill(group_in, block), GroupsToFill(group_out, block)));
  blocks.groups = CeilDiv(shape.groups, blocks.groups_together);
  blocks.group_in_blocks = CeilDiv(blocks.groups_together * group_in, block);
  blocks.group_out_blocks = CeilDiv(blocks.groups_together * group_out, block);
  return blocks;
}

}  // namespace baton::vta
