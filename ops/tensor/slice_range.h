// The range that one axis of a slice covers, after ONNX's clamping rules: over constants (kernels, run time)
// and over symbolic extents (type inference). Source: ONNX Slice-13. Internal to ops/.
#pragma once

#include <cstdint>
#include <optional>

#include "vm/core/dim.h"

namespace baton {

struct SliceRange {
  int64_t start;   // index of the first element, when extent > 0
  int64_t extent;  // number of elements
};

// REQUIRES: step != 0, extent >= 0.
SliceRange ConstantSlice(int64_t extent, int64_t start, int64_t end, int64_t step);

// The number of elements, when it follows for every value of the symbols; nullopt where the sign of a bound
// is not known. Bounds of 2^31 - 1 and more in magnitude are taken to lie beyond any symbolic extent, as
// exporters mean them. REQUIRES: step != 0.
std::optional<Dim> SymbolicSliceExtent(const Dim& extent, const Dim& start, const Dim& end, int64_t step);

}  // namespace baton
