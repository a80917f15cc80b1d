#include "accel/vta/program/layout.h"

#include <type_traits>

#include "accel/vta/program/cuts.h"

namespace baton::vta {
namespace {

// Calls body(index in the tensor, index in the packed tensor) for each value.
template <typename F>
void ForEachValue(const Config& config, const PackedShape& shape, F body) {
  const uint64_t batch = config.batch();
  const uint64_t block = config.block();
  const uint64_t row_tiles = CeilDiv(shape.rows, batch);
  const uint64_t blocks = CeilDiv(shape.channels, block);
  uint64_t index = 0;
  for (uint64_t outer = 0; outer < shape.outer; ++outer) {
    for (uint64_t row = 0; row < shape.rows; ++row) {
      for (uint64_t channel = 0; channel < shape.channels; ++channel) {
        const uint64_t plane = ((outer * row_tiles + row / batch) * blocks + channel / block) * shape.pixels;
        const uint64_t lane = (row % batch) * block + channel % block;
        for (uint64_t pixel = 0; pixel < shape.pixels; ++pixel) {
          body(index++, (plane + pixel) * batch * block + lane);
        }
      }
    }
  }
}

template <typename T>
void Put(T value, uint64_t index, std::vector<uint8_t>& bytes) {
  const auto bits = static_cast<std::make_unsigned_t<T>>(value);
  for (size_t i = 0; i < sizeof(T); ++i) bytes[index * sizeof(T) + i] = static_cast<uint8_t>(bits >> (8 * i));
}

template <typename T>
std::vector<uint8_t> Packed(const Config& config, const PackedShape& shape, absl::Span<const T> values) {
  std::vector<uint8_t> bytes(PackedValues(config, shape) * sizeof(T));
  ForEachValue(config, shape, [&](uint64_t from, uint64_t to) { Put(values[from], to, bytes); });
  return bytes;
}

// Byte of the weight [out][in] of an element matrix with `in_blocks` in a row and `pixels` elements each.
uint64_t WeightIndex(uint64_t block, uint64_t out, uint64_t in, uint64_t in_blocks, uint64_t pixels,
                     uint64_t pixel) {
  const uint64_t element = ((out / block) * in_blocks + in / block) * pixels + pixel;
  return (element * block + out % block) * block + in % block;
}

}  // namespace

uint64_t PackedValues(const Config& config, const PackedShape& shape) {
  const uint64_t batch = config.batch();
  const uint64_t block = config.block();
  return shape.outer * CeilDiv(shape.rows, batch) * batch * CeilDiv(shape.channels, block) * block *
         shape.pixels;
}

std::vector<uint8_t> PackTensor(const Config& config, const PackedShape& shape,
                                absl::Span<const int8_t> values) {
  return Packed(config, shape, values);
}

std::vector<uint8_t> PackTensor(const Config& config, const PackedShape& shape,
                                absl::Span<const int32_t> values) {
  return Packed(config, shape, values);
}

std::vector<int8_t> UnpackTensor(const Config& config, const PackedShape& shape,
                                 absl::Span<const uint8_t> bytes) {
  std::vector<int8_t> values(shape.num_values());
  ForEachValue(config, shape,
               [&](uint64_t to, uint64_t from) { values[to] = static_cast<int8_t>(bytes[from]); });
  return values;
}

std::vector<uint8_t> PackDenseWeight(const Config& config, uint32_t outer, uint32_t out_features,
                                     uint32_t in_features, absl::Span<const int8_t> values) {
  const uint64_t block = config.block();
  const uint64_t in_blocks = CeilDiv(in_features, block);
  const uint64_t bytes_each = CeilDiv(out_features, block) * in_blocks * block * block;
  std::vector<uint8_t> bytes(outer * bytes_each);
  uint64_t index = 0;
  for (uint64_t product = 0; product < outer; ++product) {
    for (uint64_t out = 0; out < out_features; ++out) {
      for (uint64_t in = 0; in < in_features; ++in) {
        bytes[product * bytes_each + WeightIndex(block, out, in, in_blocks, 1, 0)] =
            static_cast<uint8_t>(values[index++]);
      }
    }
  }
  return bytes;
}

std::vector<uint8_t> PackConv2dWeight(const Config& config, const Conv2dShape& shape,
                                      absl::Span<const int8_t> values) {
  const Conv2dBlocks blocks = BlocksOf(config, shape);
  const uint64_t block = config.block();
  const uint64_t kernel = uint64_t{shape.kernel_height} * shape.kernel_width;
  const uint64_t group_in = shape.in_channels / shape.groups;
  const uint64_t group_out = shape.out_channels / shape.groups;
  std::vector<uint8_t> bytes(blocks.out_blocks * blocks.group_in_blocks * kernel * block * block);
  uint64_t index = 0;
  for (uint64_t out = 0; out < shape.out_channels; ++out) {
    const uint64_t first_in = (out / group_out) % blocks.groups_together * group_in;
    for (uint64_t in = 0; in < group_in; ++in) {
      for (uint64_t pixel = 0; pixel < kernel; ++pixel) {
        bytes[WeightIndex(block, out, first_in + in, blocks.group_in_blocks, kernel, pixel)] =
            static_cast<uint8_t>(values[index++]);
      }
    }
  }
  return bytes;
}

std::vector<uint8_t> PackBias(const Config& config, absl::Span<const int32_t> values) {
  const auto channels = static_cast<uint32_t>(values.size());
  const auto rows = static_cast<uint32_t>(config.batch());
  std::vector<int32_t> repeated;
  for (uint32_t row = 0; row < rows; ++row) repeated.insert(repeated.end(), values.begin(), values.end());
  return PackTensor(config, {.rows = rows, .channels = channels}, absl::Span<const int32_t>(repeated));
}

std::vector<uint8_t> IdentityWeight(const Config& config) {
  const uint64_t block = config.block();
  std::vector<uint8_t> bytes(block * block);
  for (uint64_t i = 0; i < block; ++i) bytes[i * block + i] = 1;
  return bytes;
}

}  // namespace baton::vta
