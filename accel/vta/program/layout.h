// PUBLIC: tensors in VTA's packed layouts, and back. What a dimension has too little to fill tiles is zeros.
// Source: the specification's section 11.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "accel/vta/config.h"
#include "accel/vta/program/conv2d_shape.h"

namespace baton::vta {

// A tensor [outer][rows][channels][pixels], packed as
// [outer][rows/BATCH][channels/BLOCK][pixels][BATCH][BLOCK]. An image NCHW has N rows and H*W pixels; the
// data of `outer` matrix products have 1 pixel.
struct PackedShape {
  uint32_t outer = 1, rows = 1, channels = 1, pixels = 1;

  uint64_t num_values() const { return uint64_t{outer} * rows * channels * pixels; }
};
// Values of the packed tensor.
uint64_t PackedValues(const Config& config, const PackedShape& shape);

// int8 (INP, OUT) and int32 (ACC); the bytes are little endian. REQUIRES: as many values as the shape says.
std::vector<uint8_t> PackTensor(const Config& config, const PackedShape& shape,
                                absl::Span<const int8_t> values);
std::vector<uint8_t> PackTensor(const Config& config, const PackedShape& shape,
                                absl::Span<const int32_t> values);
// REQUIRES: as many bytes as PackTensor gives.
std::vector<int8_t> UnpackTensor(const Config& config, const PackedShape& shape,
                                 absl::Span<const uint8_t> bytes);

// [outer][out][in] as [outer][out/BLOCK][in/BLOCK][BLOCK][BLOCK]. REQUIRES: as many values.
std::vector<uint8_t> PackDenseWeight(const Config& config, uint32_t outer, uint32_t out_features,
                                     uint32_t in_features, absl::Span<const int8_t> values);

// OIHW as [out/BLOCK][in/BLOCK][KH][KW][BLOCK][BLOCK], with the groups' channels in their places (BlocksOf).
// REQUIRES: as many values.
std::vector<uint8_t> PackConv2dWeight(const Config& config, const Conv2dShape& shape,
                                      absl::Span<const int8_t> values);

// A value for each output channel, for each row of the tile.
std::vector<uint8_t> PackBias(const Config& config, absl::Span<const int32_t> values);

// A WGT element that gives what it is multiplied by.
std::vector<uint8_t> IdentityWeight(const Config& config);

}  // namespace baton::vta
