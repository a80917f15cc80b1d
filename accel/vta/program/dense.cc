#include "accel/vta/program/dense.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "accel/vta/program/cuts.h"
#include "accel/vta/program/emitter.h"
#include "accel/vta/program/product.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

constexpr uint32_t kMaxExtent = 1u << 20;

struct Buffers {
  uint32_t data = 0, weight = 0, bias = 0, initial = 0, output = 0;
};

absl::Status CheckShape(const DenseShape& shape) {
  if (shape.in_features == 0 || shape.out_features == 0 || shape.in_features > kMaxExtent ||
      shape.out_features > kMaxExtent || shape.rows > kMaxExtent || shape.batch > kMaxExtent) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA dense: %s; features are 1 to %d, rows and products 0 to %d", ToString(shape),
                        kMaxExtent, kMaxExtent));
  }
  return absl::OkStatus();
}

class Dense {
 public:
  Dense(const Config& config, const DenseShape& shape, const Epilogue& epilogue)
      : config_(config), shape_(shape), epilogue_(epilogue) {
    rows_ = CeilDiv(shape.rows, config.batch());
    ins_ = CeilDiv(shape.in_features, config.block());
    outs_ = CeilDiv(shape.out_features, config.block());
  }

  bool is_empty() const { return rows_ == 0 || shape_.batch == 0; }

  std::optional<ProductCounts> Count(const Tiling& given) const {
    const Tiling tiling = Clamped(given);
    ProductCounts counts;
    const uint64_t row_tiles = uint64_t{CeilDiv(rows_, tiling.rows)} * shape_.batch;
    const uint64_t out_tiles = CeilDiv(outs_, tiling.out_blocks);
    counts.steps = uint64_t{rows_} * ins_ * outs_ * shape_.batch;
    counts.tiles = row_tiles * out_tiles;
    counts.chunks = CeilDiv(ins_, tiling.in_blocks);
    counts.num_parts = tiling.rows;
    counts.distinct_inp = row_tiles * counts.chunks;
    counts.distinct_wgt = (shape_.weight_per_batch ? shape_.batch : 1) * out_tiles * counts.chunks;
    counts.alu_operations = static_cast<uint32_t>(EpilogueOperations(epilogue_).size()) + epilogue_.bias;
    counts.weights_stay = tiling.weights_stay;
    counts.buffers.inp_elements = SaturatingProduct({tiling.rows, tiling.in_blocks});
    counts.buffers.wgt_elements = SaturatingProduct({tiling.out_blocks, tiling.in_blocks});
    counts.buffers.acc_elements = SaturatingProduct({tiling.rows, tiling.out_blocks});
    if (epilogue_.bias) SetBias(config_, tiling.out_blocks, outs_, counts.buffers);
    if (!ChooseSlots(config_, tiling, counts)) return std::nullopt;
    return counts;
  }

  std::vector<RankedTiling> Rank(const BuildOptions& options) const {
    std::vector<RankedTiling> ranked;
    for (const uint32_t rows : CutSizes(rows_)) {
      for (const uint32_t outs : CutSizes(outs_)) {
        if (uint64_t{rows} * outs * options.contexts > config_.acc_depth()) continue;
        for (const uint32_t ins : CutSizes(ins_)) {
          AddRanked({.rows = rows, .out_blocks = outs, .in_blocks = ins, .contexts = options.contexts},
                    options, ranked);
        }
      }
    }
    return ranked;
  }

  absl::StatusOr<Program> Build(const Tiling& given) const {
    const Tiling tiling = Clamped(given);
    Emitter emitter(config_);
    const Buffers buffers = AddBuffers(emitter);
    BATON_RETURN_IF_ERROR(Annotate(emitter.status(), ToString(shape_)));
    if (!is_empty()) {
      const std::optional<ProductCounts> counts = Count(tiling);
      if (!counts.has_value()) {
        return absl::ResourceExhaustedError(absl::StrCat(
            "VTA dense: ", ToString(tiling), " does not fit the scratchpads (", ToString(shape_), ")"));
      }
      EmitProduct({counts->buffers, Tiles(tiling, buffers), epilogue_}, emitter);
    }
    BATON_ASSIGN_OR_RETURN(Program program, emitter.Finish());
    program.macs = shape_.num_macs();
    program.tiling = ToString(tiling);
    return program;
  }

 private:
  // In each order, with each number of tiles at once.
  void AddRanked(Tiling tiling, const BuildOptions& options, std::vector<RankedTiling>& ranked) const {
    for (const uint32_t tiles_at_once : {2u, 4u}) {
      for (const bool weights_stay : {true, false}) {
        tiling.tiles_at_once = tiles_at_once;
        tiling.weights_stay = weights_stay;
        const std::optional<ProductCounts> counts = Count(tiling);
        if (counts.has_value()) ranked.push_back({tiling, EstimateCycles(config_, options.machine, *counts)});
      }
      if (tiling.contexts == 1) break;
    }
  }

  // Tiles are at most as large as the result.
  Tiling Clamped(Tiling tiling) const {
    tiling.rows = std::min(tiling.rows, rows_);
    tiling.out_blocks = std::min(tiling.out_blocks, outs_);
    tiling.in_blocks = std::min(tiling.in_blocks, ins_);
    return tiling;
  }

  Buffers AddBuffers(Emitter& emitter) const {
    const uint64_t products = shape_.batch;
    Buffers buffers;
    buffers.data = emitter.AddBuffer("data", BufferRole::kInput, MemoryType::kInp, products * rows_ * ins_);
    buffers.weight = emitter.AddBuffer("weight", BufferRole::kInput, MemoryType::kWgt,
                                       (shape_.weight_per_batch ? products : 1) * outs_ * ins_);
    if (epilogue_.bias) buffers.bias = emitter.AddBuffer("bias", BufferRole::kInput, MemoryType::kAcc, outs_);
    if (shape_.initial) {
      buffers.initial =
          emitter.AddBuffer("initial", BufferRole::kInput, MemoryType::kAcc, products * rows_ * outs_);
    }
    buffers.output =
        emitter.AddBuffer("output", BufferRole::kOutput, MemoryType::kOut, products * rows_ * outs_);
    return buffers;
  }

  std::vector<ProductTile> Tiles(const Tiling& tiling, const Buffers& buffers) const {
    const std::vector<Cut> row_cuts = CutInto(rows_, tiling.rows);
    const std::vector<Cut> out_cuts = CutInto(outs_, tiling.out_blocks);
    std::vector<ProductTile> tiles;
    // Products with weights of their own share nothing: each is done before the next.
    const uint32_t outer = shape_.weight_per_batch ? shape_.batch : 1;
    const uint32_t inner = shape_.weight_per_batch ? 1 : shape_.batch;
    for (uint32_t o = 0; o < outer; ++o) {
      if (tiling.weights_stay) {
        for (const Cut& out : out_cuts)
          for (uint32_t i = 0; i < inner; ++i)
            for (const Cut& rows : row_cuts) tiles.push_back(TileOf(tiling, buffers, o + i, rows, out));
      } else {
        for (uint32_t i = 0; i < inner; ++i)
          for (const Cut& rows : row_cuts)
            for (const Cut& out : out_cuts) tiles.push_back(TileOf(tiling, buffers, o + i, rows, out));
      }
    }
    return tiles;
  }

  ProductTile TileOf(const Tiling& tiling, const Buffers& buffers, uint32_t product, Cut rows,
                     Cut out) const {
    ProductTile tile;
    tile.num_parts = rows.size;
    tile.part_elements = out.size;
    for (const Cut& in : CutInto(ins_, tiling.in_blocks)) {
      tile.chunks.push_back(ChunkOf(buffers, product, rows, out, in));
    }
    const uint64_t first_row = uint64_t{product} * rows_ + rows.begin;
    tile.output = {.buffer = buffers.output,
                   .offset = first_row * outs_ + out.begin,
                   .planes = rows.size,
                   .plane_pitch = outs_,
                   .cols = out.size};
    if (shape_.initial) {
      tile.initial = tile.output;
      tile.initial->buffer = buffers.initial;
    }
    if (epilogue_.bias) {
      tile.bias = Region{.buffer = buffers.bias, .offset = out.begin, .cols = out.size};
      tile.add_bias.dims = {{rows.size, out.size, 0, 0}, {out.size, 1, 1, 0}};
    }
    return tile;
  }

  ProductChunk ChunkOf(const Buffers& buffers, uint32_t product, Cut rows, Cut out, Cut in) const {
    ProductChunk chunk;
    chunk.inp.region = {.buffer = buffers.data,
                        .offset = (uint64_t{product} * rows_ + rows.begin) * ins_ + in.begin,
                        .planes = rows.size,
                        .plane_pitch = ins_,
                        .cols = in.size};
    const uint64_t first_out = (shape_.weight_per_batch ? uint64_t{product} * outs_ : 0) + out.begin;
    chunk.wgt.region = {.buffer = buffers.weight,
                        .offset = first_out * ins_ + in.begin,
                        .planes = out.size,
                        .plane_pitch = ins_,
                        .cols = in.size};
    chunk.inp.key = chunk.inp.region.offset;
    chunk.wgt.key = chunk.wgt.region.offset;
    chunk.multiply.dims = {
        {rows.size, out.size, in.size, 0},
        {out.size, 1, 0, in.size},
        {in.size, 0, 1, 1},
    };
    return chunk;
  }

  const Config& config_;
  const DenseShape& shape_;
  const Epilogue& epilogue_;
  uint32_t rows_, ins_, outs_;  // rows in groups of BATCH, features in blocks
};

}  // namespace

std::string ToString(const DenseShape& shape) {
  return absl::StrFormat("%d of %d x %d x %d%s%s", shape.batch, shape.rows, shape.in_features,
                         shape.out_features, shape.weight_per_batch ? ", a weight each" : "",
                         shape.initial ? ", initial sums" : "");
}

absl::StatusOr<Program> BuildDense(const Config& config, const DenseShape& shape, const Epilogue& epilogue,
                                   const BuildOptions& options) {
  BATON_RETURN_IF_ERROR(CheckShape(shape));
  BATON_RETURN_IF_ERROR(CheckEpilogue(epilogue));
  BATON_RETURN_IF_ERROR(CheckOptions(config, options));
  const Dense dense(config, shape, epilogue);
  std::vector<RankedTiling> ranked;
  if (options.tiling.has_value()) {
    ranked.push_back({*options.tiling, 0});
  } else if (dense.is_empty()) {
    ranked.push_back({Tiling{}, 0});
  } else {
    ranked = dense.Rank(options);
  }
  return BuildBest(absl::StrCat("VTA dense ", ToString(shape)), std::move(ranked), options.machine,
                   [&](const Tiling& tiling) { return dense.Build(tiling); });
}

}  // namespace baton::vta
