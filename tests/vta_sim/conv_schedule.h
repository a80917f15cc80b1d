// Convolutions as VTA programs, scheduled by hand: section 13 of the specification. Tiles of output rows
// alternate between halves of ACC, chunks of input blocks between halves of INP and WGT, when there are two
// contexts. For measuring and testing chips of the default configuration; not what a compiler would do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "accel/vta/chip.h"

namespace baton::vta {

struct ConvShape {
  const char* name;
  int weight;  // how often the network has it
  int size;    // rows and columns of the input
  int in_blocks;
  int out_blocks;
  int kernel;
  int stride;
  int padding;

  int out_size() const { return (size + 2 * padding - kernel) / stride + 1; }
  uint64_t gemm_steps() const {
    return uint64_t{1} * out_size() * out_size() * in_blocks * out_blocks * kernel * kernel;
  }
};

// C2 to C11 of ResNet-18.
std::vector<ConvShape> ResNet18Layers();

struct ConvSchedule {
  int out_blocks;  // of a tile
  int rows;        // of a tile
  int in_blocks;   // of a chunk
  int contexts = 2;
  bool early_reset = true;  // clear the next tile's accumulators before this one's last chunk
};
// One that fits the scratchpads.
ConvSchedule ScheduleFor(const ConvShape& shape, int contexts);

// Writes data (random by `seed`), micro-ops and instructions into the chip's memory.
RunRequest PlaceConv(Chip& chip, const ConvShape& shape, const ConvSchedule& schedule, uint64_t seed);
// Empty, or where the result that the program left differs from the convolution computed here.
std::string CheckConv(const Chip& chip, const ConvShape& shape);
uint64_t ConvMemoryBytes(const ConvShape& shape);

}  // namespace baton::vta
