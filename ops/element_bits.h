// Type switch for kernels that only move elements: by size, not by element type. Internal to ops/.
#pragma once

#include <cstdint>

#include "vm/core/dtype.h"

namespace baton {

// Calls `f(U{})` with the unsigned integer that has the size of `dtype`'s elements.
template <typename F>
decltype(auto) VisitElementBits(DType dtype, F&& f) {
  switch (DTypeSize(dtype)) {
    case 1:
      return f(uint8_t{});
    case 2:
      return f(uint16_t{});
    case 4:
      return f(uint32_t{});
    default:
      return f(uint64_t{});
  }
}

}  // namespace baton
