#include "accel/vta/program/conv2d_plan.h"

#include <algorithm>
#include <functional>

#include "accel/vta/program/cuts.h"

namespace baton::vta {
namespace {

// `size` becomes at most the extent.
std::vector<Cut> CutAxis(uint32_t extent, uint32_t& size) {
  size = std::min(size, extent);
  return CutInto(extent, size);
}

// One axis of the image that a cut of the result needs.
struct Window {
  uint32_t begin = 0;  // in the image
  uint32_t size = 0;
  uint32_t pad_before = 0, pad_after = 0;
  uint32_t step = 1;    // only each such row is loaded
  uint32_t stride = 1;  // from one pixel of the result to the next, in what is loaded

  uint32_t padded() const { return pad_before + size + pad_after; }
};

struct Axis {
  uint32_t extent, kernel, stride, pad_before;
  bool can_skip;  // rows between those needed can be left out
};

Window WindowOf(const Axis& axis, Cut cut) {
  if (axis.can_skip && axis.kernel == 1) return {cut.begin * axis.stride, cut.size, 0, 0, axis.stride, 1};
  const int64_t begin = int64_t{cut.begin} * axis.stride - axis.pad_before;
  const int64_t end = begin + (int64_t{cut.size} - 1) * axis.stride + axis.kernel;
  Window window;
  window.pad_before = static_cast<uint32_t>(std::max<int64_t>(0, -begin));
  window.pad_after = static_cast<uint32_t>(std::max<int64_t>(0, end - axis.extent));
  window.begin = static_cast<uint32_t>(std::max<int64_t>(0, begin));
  window.size = static_cast<uint32_t>(end - begin) - window.pad_before - window.pad_after;
  window.stride = axis.stride;
  return window;
}

Axis Vertical(const Conv2dShape& shape) {
  return {shape.height, shape.kernel_height, shape.stride_height, shape.pad_top, true};
}
Axis Horizontal(const Conv2dShape& shape) {
  return {shape.width, shape.kernel_width, shape.stride_width, shape.pad_left, false};
}

// Whole rows are one piece of memory: they come in one instruction even when their ends are not needed.
Window WindowOfColumns(const Conv2dShape& shape, Cut cut) {
  const Window window = WindowOf(Horizontal(shape), cut);
  if (cut.size < shape.out_width() || window.pad_before + window.pad_after > 0) return window;
  return {0, shape.width, 0, 0, 1, window.stride};
}

uint32_t LargestWindow(const std::vector<Cut>& cuts, const std::function<Window(Cut)>& window) {
  uint32_t largest = 0;
  for (const Cut& cut : cuts) largest = std::max(largest, window(cut).padded());
  return largest;
}

class Planner {
 public:
  Planner(const Config& config, const Conv2dShape& shape, const Epilogue& epilogue, const Tiling& tiling)
      : config_(config),
        shape_(shape),
        blocks_(BlocksOf(config, shape)),
        epilogue_(epilogue),
        tiling_(tiling) {
    rows_ = CutAxis(shape.out_height(), tiling_.rows);
    cols_ = CutAxis(shape.out_width(), tiling_.cols);
    outs_ = CutAxis(blocks_.group_out_blocks, tiling_.out_blocks);
    ins_ = CutAxis(blocks_.group_in_blocks, tiling_.in_blocks);
    kernel_rows_ = CutAxis(shape.kernel_height, tiling_.kernel_rows);
    kernel_cols_ = CutAxis(shape.kernel_width, tiling_.kernel_cols);
  }

  ProductCounts Count() const {
    ProductCounts counts;
    const uint64_t pixels = rows_.size() * cols_.size() * blocks_.batch;
    const uint64_t channel_tiles = outs_.size() * blocks_.groups;
    counts.tiles = pixels * channel_tiles;
    counts.chunks = ins_.size() * kernel_rows_.size() * kernel_cols_.size();
    counts.num_parts = tiling_.out_blocks;
    counts.distinct_inp = pixels * blocks_.groups * ins_.size();
    counts.distinct_wgt = channel_tiles * counts.chunks;
    counts.inp_instructions = tiling_.in_blocks;
    counts.alu_operations = static_cast<uint32_t>(EpilogueOperations(epilogue_).size()) + epilogue_.bias;
    counts.weights_stay = tiling_.weights_stay;
    counts.steps = uint64_t{blocks_.batch} * shape_.out_height() * shape_.out_width() * blocks_.out_blocks *
                   blocks_.group_in_blocks * shape_.kernel_height * shape_.kernel_width;
    const uint32_t window_rows =
        LargestWindow(rows_, [&](Cut cut) { return WindowOf(Vertical(shape_), cut); });
    const uint32_t window_cols = LargestWindow(cols_, [&](Cut cut) { return WindowOfColumns(shape_, cut); });
    counts.buffers.inp_elements = SaturatingProduct({window_rows, window_cols, tiling_.in_blocks});
    counts.buffers.wgt_elements =
        SaturatingProduct({tiling_.out_blocks, tiling_.in_blocks, tiling_.kernel_rows, tiling_.kernel_cols});
    counts.buffers.acc_elements = SaturatingProduct({tiling_.out_blocks, tiling_.rows, tiling_.cols});
    if (epilogue_.bias) SetBias(config_, tiling_.out_blocks, blocks_.out_blocks, counts.buffers);
    return counts;
  }

  std::vector<ProductTile> Tiles(const Conv2dBuffers& buffers) const {
    std::vector<ProductTile> tiles;
    for (uint32_t group = 0; group < blocks_.groups; ++group) {
      const auto channels_first = [&](const std::function<void(Cut)>& body) {
        for (const Cut& out : outs_) {
          // The last of groups taken together may have fewer channels.
          const uint32_t begin = group * blocks_.group_out_blocks + out.begin;
          if (begin < blocks_.out_blocks) body({begin, std::min(out.size, blocks_.out_blocks - begin)});
        }
      };
      const auto pixels = [&](const std::function<void(uint32_t, Cut, Cut)>& body) {
        for (uint32_t n = 0; n < blocks_.batch; ++n) {
          for (const Cut& rows : rows_) {
            for (const Cut& cols : cols_) body(n, rows, cols);
          }
        }
      };
      const auto add = [&](Cut out, uint32_t n, Cut rows, Cut cols) {
        tiles.push_back(TileOf(buffers, {group, n, out, rows, cols}));
      };
      if (tiling_.weights_stay) {
        channels_first(
            [&](Cut out) { pixels([&](uint32_t n, Cut rows, Cut cols) { add(out, n, rows, cols); }); });
      } else {
        pixels([&](uint32_t n, Cut rows, Cut cols) {
          channels_first([&](Cut out) { add(out, n, rows, cols); });
        });
      }
    }
    return tiles;
  }

 private:
  struct Place {
    uint32_t group, n;
    Cut out, rows, cols;  // out: blocks of all channels
  };

  ProductTile TileOf(const Conv2dBuffers& buffers, const Place& place) const {
    const uint32_t pixels = place.rows.size * place.cols.size;
    ProductTile tile;
    tile.num_parts = place.out.size;
    tile.part_elements = pixels;
    for (const Cut& in : ins_) {
      const uint32_t begin = place.group * blocks_.group_in_blocks + in.begin;
      if (begin >= blocks_.in_blocks) break;
      const Cut present = {begin, std::min(in.size, blocks_.in_blocks - begin)};
      for (const Cut& kernel_rows : kernel_rows_) {
        for (const Cut& kernel_cols : kernel_cols_) {
          tile.chunks.push_back(ChunkOf(buffers, place, present, kernel_rows, kernel_cols));
        }
      }
    }
    const uint64_t out_width = shape_.out_width();
    const uint64_t plane = shape_.out_height() * out_width;
    tile.output = {.buffer = buffers.output,
                   .offset = (uint64_t{place.n} * blocks_.out_blocks + place.out.begin) * plane +
                             place.rows.begin * out_width + place.cols.begin,
                   .planes = place.out.size,
                   .plane_pitch = plane,
                   .rows = place.rows.size,
                   .row_pitch = out_width,
                   .cols = place.cols.size};
    if (epilogue_.bias) {
      tile.bias = Region{.buffer = buffers.bias, .offset = place.out.begin, .cols = place.out.size};
      tile.add_bias.dims = {{place.out.size, pixels, 1, 0}, {pixels, 1, 0, 0}};
    }
    return tile;
  }

  ProductChunk ChunkOf(const Conv2dBuffers& buffers, const Place& place, Cut in, Cut kernel_rows,
                       Cut kernel_cols) const {
    const Window vertical = WindowOf(Vertical(shape_), place.rows);
    const Window horizontal = WindowOfColumns(shape_, place.cols);
    const uint32_t pitch = horizontal.padded();
    const uint32_t in_plane = vertical.padded() * pitch;
    const uint32_t kernel = shape_.kernel_height * shape_.kernel_width;
    const uint32_t wgt_of_in = kernel_rows.size * kernel_cols.size;
    const uint32_t wgt_of_out = in.size * wgt_of_in;
    ProductChunk chunk;
    chunk.inp = {InpKey(place, in), DataRegion(buffers.data, place.n, in, vertical, horizontal)};
    chunk.wgt.region = {
        .buffer = buffers.weight,
        .offset = (uint64_t{place.out.begin} * blocks_.group_in_blocks + in.begin % blocks_.group_in_blocks) *
                      kernel +
                  kernel_rows.begin * shape_.kernel_width + kernel_cols.begin,
        .planes = place.out.size,
        .plane_pitch = uint64_t{blocks_.group_in_blocks} * kernel,
        .cols = wgt_of_out};
    chunk.wgt.key = chunk.wgt.region.offset;
    chunk.multiply.base.src_idx = kernel_rows.begin * pitch + kernel_cols.begin;
    chunk.multiply.dims = {
        {place.out.size, place.rows.size * place.cols.size, 0, wgt_of_out},
        {in.size, 0, in_plane, wgt_of_in},
        {kernel_rows.size, 0, pitch, kernel_cols.size},
        {kernel_cols.size, 0, 1, 1},
        {place.rows.size, place.cols.size, vertical.stride * pitch, 0},
        {place.cols.size, 1, horizontal.stride, 0},
    };
    return chunk;
  }

  Region DataRegion(uint32_t buffer, uint32_t n, Cut in, const Window& vertical,
                    const Window& horizontal) const {
    const uint64_t width = shape_.width;
    const uint64_t plane = shape_.height * width;
    return {
        .buffer = buffer,
        .offset =
            (uint64_t{n} * blocks_.in_blocks + in.begin) * plane + vertical.begin * width + horizontal.begin,
        .planes = in.size,
        .plane_pitch = plane,
        .rows = vertical.size,
        .row_pitch = vertical.step * width,
        .cols = horizontal.size,
        .padding = {vertical.pad_before, vertical.pad_after, horizontal.pad_before, horizontal.pad_after}};
  }

  // Of one window of pixels and one cut of channels.
  uint64_t InpKey(const Place& place, Cut in) const {
    const uint64_t rows = place.n * uint64_t{shape_.out_height()} + place.rows.begin;
    return (rows * shape_.out_width() + place.cols.begin) * blocks_.in_blocks + in.begin;
  }

  const Config& config_;
  const Conv2dShape& shape_;
  Conv2dBlocks blocks_;
  const Epilogue& epilogue_;
  Tiling tiling_;
  std::vector<Cut> rows_, cols_, outs_, ins_, kernel_rows_, kernel_cols_;
};

}  // namespace

std::optional<ProductCounts> CountConv2d(const Config& config, const Conv2dShape& shape,
                                         const Epilogue& epilogue, const Tiling& tiling) {
  ProductCounts counts = Planner(config, shape, epilogue, tiling).Count();
  if (!ChooseSlots(config, tiling, counts)) return std::nullopt;
  return counts;
}

ProductPlan PlanConv2d(const Config& config, const Conv2dShape& shape, const Epilogue& epilogue,
                       const Tiling& tiling, const Conv2dBuffers& buffers) {
  const Planner planner(config, shape, epilogue, tiling);
  ProductCounts counts = planner.Count();
  ChooseSlots(config, tiling, counts);
  return {counts.buffers, planner.Tiles(buffers), epilogue};
}

}  // namespace baton::vta
