// How a sum of products is cut into tiles and chunks: what a cut costs, roughly, and the search for a good
// one. Candidates are ranked by a formula; the best few are built and run by the cost model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "accel/vta/program/cost_model.h"
#include "accel/vta/program/product.h"
#include "accel/vta/program/program.h"

namespace baton::vta {

// In blocks of channels and in pixels; a dense layer's rows are `rows`, in groups of BATCH.
struct Tiling {
  uint32_t rows = 1;                          // of the result, in a tile
  uint32_t cols = 1;                          //
  uint32_t out_blocks = 1;                    // blocks of its channels, in a tile
  uint32_t in_blocks = 1;                     // summed in a chunk
  uint32_t kernel_rows = 1, kernel_cols = 1;  // of a chunk: less than the kernel only when in_blocks is 1
  bool weights_stay = true;  // tiles that share weights follow each other; else those that share activations
  uint32_t contexts = 2;     // 1: loads wait for products and products for loads; 2: double buffering
  // Tiles that have accumulators at a time: the more, the less a tile waits for the store of one before.
  uint32_t tiles_at_once = 2;  // 1 with one context, else 2 or 4

  friend bool operator==(const Tiling&, const Tiling&) = default;
};
std::string ToString(const Tiling& tiling);
uint32_t TilesAtOnce(const Tiling& tiling);

struct BuildOptions {
  uint32_t contexts = 2;
  std::optional<Tiling> tiling;  // instead of a search
  Machine machine;               // for which to choose
  bool has_acc8 = false;         // the chip can load int8 into accumulators
};

// Errors: InvalidArgument for a configuration that no chip can have, contexts other than 1 and 2, a tiling
// with an extent of 0 or parts of the kernel of several blocks.
absl::Status CheckOptions(const Config& config, const BuildOptions& options);

// What a cut comes to, by size.
struct ProductCounts {
  uint64_t steps = 0;  // of GEMM, all in all
  uint64_t tiles = 1;
  uint64_t chunks = 1;                          // of a tile
  uint32_t num_parts = 1;                       // of a tile
  uint64_t distinct_inp = 1, distinct_wgt = 1;  // chunks
  uint64_t inp_instructions = 1;                // to load a chunk
  uint32_t alu_operations = 0;                  // on each accumulator
  ProductBuffers buffers;                       // slots are chosen by ChooseSlots
  bool weights_stay = true;
};

// Room for what comes back, if there is; else for two chunks, or with one context for one. False when even
// that does not fit.
bool ChooseSlots(const Config& config, const Tiling& tiling, ProductCounts& counts);

// Cycles, roughly: the busiest of matrix unit, vector unit and memory, and what nothing runs beside.
uint64_t EstimateCycles(const Config& config, const Machine& machine, const ProductCounts& counts);

// The sizes of 1, 2, ... equal cuts of `extent`, largest first; of large ones, each an eighth less than the
// one before.
std::vector<uint32_t> CutSizes(uint32_t extent);

struct RankedTiling {
  Tiling tiling;
  uint64_t estimated_cycles = 0;
};

// The best of `ranked` by the cost model.
// Errors: ResourceExhausted naming `what` when there are none; else of the last one that could not be built.
absl::StatusOr<Program> BuildBest(std::string what, std::vector<RankedTiling> ranked, const Machine& machine,
                                  const std::function<absl::StatusOr<Program>(const Tiling&)>& build);

}  // namespace baton::vta
