// A box of elements of a packed tensor, and the LOAD or STORE instructions that move it. In the scratchpad it
// is dense. Source: the specification's section 4.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "accel/vta/isa.h"

namespace baton::vta {

// Zeros around each plane.
struct Padding {
  uint32_t top = 0, bottom = 0, left = 0, right = 0;  // rows, elements

  friend bool operator==(const Padding&, const Padding&) = default;
};

// Elements; the innermost extent is contiguous in memory.
struct Region {
  uint32_t buffer = 0;  // of the program
  uint64_t offset = 0;  // from the buffer's start
  uint32_t planes = 1;
  uint64_t plane_pitch = 0;  // in memory
  uint32_t rows = 1;
  uint64_t row_pitch = 0;
  uint32_t cols = 1;
  Padding padding = {};

  uint32_t padded_rows() const { return padding.top + rows + padding.bottom; }
  uint32_t padded_cols() const { return padding.left + cols + padding.right; }
  uint32_t plane_elements() const { return padded_rows() * padded_cols(); }  // in the scratchpad
  uint32_t num_elements() const { return planes * plane_elements(); }

  friend bool operator==(const Region&, const Region&) = default;
};

// The planes [begin, end).
Region SlicePlanes(const Region& region, uint32_t begin, uint32_t end);

// As few instructions as move `region` from or to the scratchpad of `type` at `sram_base`; dram_base counts
// from the buffer's start.
// Errors: Unimplemented when the distance of padded rows, or the padding, does not fit its field.
absl::StatusOr<std::vector<MemoryInstruction>> MoveRegion(const Region& region, Opcode opcode,
                                                          MemoryType type, uint32_t sram_base);

}  // namespace baton::vta
