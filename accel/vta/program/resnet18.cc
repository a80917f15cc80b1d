#include "accel/vta/program/resnet18.h"

namespace baton::vta {
namespace {

constexpr Conv2dShape Square(uint32_t in, uint32_t size, uint32_t out, uint32_t kernel, uint32_t stride) {
  const uint32_t pad = kernel / 2;
  return {.in_channels = in,
          .height = size,
          .width = size,
          .out_channels = out,
          .kernel_height = kernel,
          .kernel_width = kernel,
          .stride_height = stride,
          .stride_width = stride,
          .pad_top = pad,
          .pad_left = pad,
          .pad_bottom = pad,
          .pad_right = pad};
}

constexpr ResNetLayer kLayers[] = {
    {"C2", 4, Square(64, 56, 64, 3, 1)},    {"C3", 1, Square(64, 56, 128, 1, 2)},
    {"C4", 1, Square(64, 56, 128, 3, 2)},   {"C5", 3, Square(128, 28, 128, 3, 1)},
    {"C6", 1, Square(128, 28, 256, 1, 2)},  {"C7", 1, Square(128, 28, 256, 3, 2)},
    {"C8", 3, Square(256, 14, 256, 3, 1)},  {"C9", 1, Square(256, 14, 512, 1, 2)},
    {"C10", 1, Square(256, 14, 512, 3, 2)}, {"C11", 3, Square(512, 7, 512, 3, 1)},
};

}  // namespace

absl::Span<const ResNetLayer> ResNet18Layers() {
  return kLayers;
}

}  // namespace baton::vta
