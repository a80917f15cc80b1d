// Tiled sums of products: what dense layers, batched products and convolutions have in common. An operator
// says what the tiles of its result are and which chunks of operands each needs (ProductPlan); here they
// become a program that keeps the matrix unit busy. docs/vta_programs.md has drawings.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "accel/vta/program/emitter.h"
#include "accel/vta/program/epilogue.h"
#include "accel/vta/program/region.h"
#include "accel/vta/program/uop_kernel.h"

namespace baton::vta {

// A part of an operand that is loaded as a whole. Those with the same key hold the same.
struct OperandChunk {
  uint64_t key = 0;
  Region region;
};

struct ProductChunk {
  OperandChunk inp, wgt;
  // Indices count from the tile's first accumulator and from the first elements of the chunk's operands. The
  // first loop is over the tile's parts.
  LoopNest multiply;
};

// Accumulators that are computed and stored together. Tiles are made of `num_parts` equal parts, one behind
// the other: output channels of a convolution, rows of a dense layer.
struct ProductTile {
  uint32_t num_parts = 1;
  uint32_t part_elements = 0;
  std::vector<ProductChunk> chunks;
  Region output;                  // its planes are the parts
  std::optional<Region> initial;  // int32 to start from, instead of 0; its planes are the parts
  // The bias of the tile, and its addition: dst counts from the tile's first accumulator, src from the bias.
  std::optional<Region> bias;
  LoopNest add_bias;

  uint32_t num_elements() const { return num_parts * part_elements; }
};

// Elements of each scratchpad for one chunk or tile, and for how many there is room.
struct ProductBuffers {
  uint32_t inp_elements = 0, wgt_elements = 0, acc_elements = 0, bias_elements = 0;
  uint32_t inp_slots = 1, wgt_slots = 1, acc_slots = 1;
  // bias_elements are all there are, loaded once for each slot of accumulators; else those of a tile, with
  // it.
  bool bias_stays = false;
};

// Sets the bias's part: `of_tile` elements, or `all` if that is little.
void SetBias(const Config& config, uint32_t of_tile, uint32_t all, ProductBuffers& buffers);

struct ProductPlan {
  ProductBuffers buffers;
  std::vector<ProductTile> tiles;
  Epilogue epilogue;
};

// Whether the buffers fit into the scratchpads.
bool Fits(const Config& config, const ProductBuffers& buffers);

// With two slots or more of each scratchpad, chunks are loaded while others are multiplied, and a tile's
// epilogue runs between the chunks of the next. REQUIRES: Fits; tiles and chunks are not larger than the
// buffers.
void EmitProduct(const ProductPlan& plan, Emitter& emitter);

}  // namespace baton::vta
