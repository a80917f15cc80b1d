// Cutting extents into pieces.
#pragma once

#include <algorithm>
#include <cstdint>
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

}  // namespace baton::vta
