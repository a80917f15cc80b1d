// The tilings of a convolution that fit the scratchpads.
#include "accel/vta/program/conv2d_plan.h"

namespace baton::vta {
namespace {

// Narrower tiles than the widest that fit are tried a little: they load columns twice.
constexpr int kMaxWidths = 3;

class Search {
 public:
  Search(const Config& config, const Conv2dShape& shape, const Epilogue& epilogue,
         const BuildOptions& options)
      : config_(config),
        shape_(shape),
        epilogue_(epilogue),
        options_(options),
        blocks_(BlocksOf(config, shape)) {}

  std::vector<RankedTiling> Run() {
    int num_widths = 0;
    for (const uint32_t cols : CutSizes(shape_.out_width())) {
      const size_t before = ranked_.size();
      for (const uint32_t rows : CutSizes(shape_.out_height())) {
        for (const uint32_t out_blocks : CutSizes(blocks_.group_out_blocks)) {
          if (uint64_t{rows} * cols * out_blocks * options_.contexts > config_.acc_depth()) continue;
          AddChunkings({.rows = rows, .cols = cols, .out_blocks = out_blocks, .contexts = options_.contexts});
        }
      }
      if (ranked_.size() > before && ++num_widths == kMaxWidths) break;
    }
    return std::move(ranked_);
  }

 private:
  void AddChunkings(Tiling tiling) {
    tiling.kernel_rows = shape_.kernel_height;
    tiling.kernel_cols = shape_.kernel_width;
    const size_t before = ranked_.size();
    for (const uint32_t in_blocks : CutSizes(blocks_.group_in_blocks)) {
      tiling.in_blocks = in_blocks;
      Add(tiling);
    }
    if (ranked_.size() > before) return;
    // Not even one block with its whole kernel fits.
    for (const uint32_t kernel_rows : CutSizes(shape_.kernel_height)) {
      tiling.kernel_rows = kernel_rows;
      Add(tiling);
    }
    for (const uint32_t kernel_cols : CutSizes(shape_.kernel_width)) {
      tiling.kernel_cols = kernel_cols;
      Add(tiling);
    }
  }

  void Add(Tiling tiling) {
    const uint64_t weights =
        uint64_t{tiling.out_blocks} * tiling.in_blocks * tiling.kernel_rows * tiling.kernel_cols;
    if (weights > config_.wgt_depth()) return;
    for (const uint32_t tiles_at_once : {2u, 4u}) {
      for (const bool weights_stay : {true, false}) {
        tiling.tiles_at_once = tiles_at_once;
        tiling.weights_stay = weights_stay;
        const std::optional<ProductCounts> counts = CountConv2d(config_, shape_, epilogue_, tiling);
        if (counts.has_value())
          ranked_.push_back({tiling, EstimateCycles(config_, options_.machine, *counts)});
      }
      if (tiling.contexts == 1) break;
    }
  }

  const Config& config_;
  const Conv2dShape& shape_;
  const Epilogue& epilogue_;
  const BuildOptions& options_;
  Conv2dBlocks blocks_;
  std::vector<RankedTiling> ranked_;
};

}  // namespace

std::vector<RankedTiling> RankConv2dTilings(const Config& config, const Conv2dShape& shape,
                                            const Epilogue& epilogue, const BuildOptions& options) {
  return Search(config, shape, epilogue, options).Run();
}

}  // namespace baton::vta
