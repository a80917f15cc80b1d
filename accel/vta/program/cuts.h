// Cutting extents into pieces.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace baton::vta {

template <typename A, typename B>
constexpr auto CeilDiv(A a, B b) {
  return (a + b - 1) / b;
}

// [begin, begin + size) of an extent.
struct Cut {
  uint32_t begin = 0;
  uint32_t size = 0;
};

// Pieces of `size`; the last is what is left. REQUIRES: size > 0.
inline std::vector<Cut> CutInto(uint32_t extent, uint32_t size) {
  std::vector<Cut> cuts;
  for (uint32_t begin = 0; begin < extent; begin += size)
    cuts.push_back({begin, std::min(size, extent - begin)});
  return cuts;
}

// The product, or the largest number there is: what does not fit a scratchpad must not seem to.
constexpr uint32_t SaturatingProduct(std::initializer_list<uint32_t> factors) {
  uint64_t product = 1;
  for (const uint32_t factor : factors) product = std::min<uint64_t>(product * factor, UINT32_MAX);
  return static_cast<uint32_t>(product);
}

}  // namespace baton::vta
