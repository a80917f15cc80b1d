// PUBLIC: ResNet-18's convolutions but the first, by which VTAs are compared. Source: the specification's
// sections 13 and 16; He et al., "Deep Residual Learning for Image Recognition", 2015.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "accel/vta/program/conv2d_shape.h"

namespace baton::vta {

struct ResNetLayer {
  absl::string_view name;  // "C2" ... "C11"
  uint32_t count;          // how often the network has it
  Conv2dShape shape;
};

absl::Span<const ResNetLayer> ResNet18Layers();

}  // namespace baton::vta
