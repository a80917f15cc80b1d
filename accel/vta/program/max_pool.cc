#include "accel/vta/program/max_pool.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "accel/vta/program/conv2d_shape.h"
#include "accel/vta/program/cuts.h"
#include "accel/vta/program/emitter.h"
#include "accel/vta/program/layout.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

constexpr int32_t kLowest = -128;

struct Axis {
  uint32_t extent, kernel, stride, pad_before;
};

// What of the image the results `out` need, without padding.
Cut WindowOf(const Axis& axis, const Cut& out) {
  const int64_t first = int64_t{out.begin} * axis.stride - axis.pad_before;
  const int64_t end = first + (int64_t{out.size} - 1) * axis.stride + axis.kernel;
  const int64_t begin = std::max<int64_t>(0, first);
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(std::min<int64_t>(end, axis.extent) - begin)};
}

// The results of `out` for which the kernel's `offset` lies in the image, and the place of the first one's.
struct Reach {
  Cut out;             // from the cut's begin
  uint32_t first = 0;  // in the window
};
Reach ReachOf(const Axis& axis, const Cut& out, uint32_t offset) {
  const Cut window = WindowOf(axis, out);
  Reach reach;
  for (uint32_t i = 0; i < out.size; ++i) {
    const int64_t place = int64_t{out.begin + i} * axis.stride - axis.pad_before + offset;
    if (place < 0 || place >= axis.extent) continue;
    if (reach.out.size == 0) {
      reach.out.begin = i;
      reach.first = static_cast<uint32_t>(place) - window.begin;
    }
    ++reach.out.size;
  }
  return reach;
}

struct TileSize {
  uint32_t rows = 0, cols = 0;
};

// One block of channels of one image, and a box of its results.
struct Tile {
  uint64_t plane;
  Cut rows, cols;
};

class MaxPool {
 public:
  MaxPool(const MaxPoolShape& shape, uint32_t contexts, Emitter& emitter)
      : shape_(shape),
        emitter_(emitter),
        contexts_(contexts),
        vertical_{shape.height, shape.kernel_height, shape.stride_height, shape.pad_top},
        horizontal_{shape.width, shape.kernel_width, shape.stride_width, shape.pad_left} {
    const Config& config = emitter.config();
    const uint64_t images = (shape.batch + config.batch() - 1) / config.batch();
    planes_ = images * ((shape.channels + config.block() - 1) / config.block());
    inp_pitch_ = config.inp_depth() / contexts;
    acc_pitch_ = config.acc_depth() / contexts;
    // The order of the buffers is that of the header.
    data_ =
        emitter.AddBuffer("data", BufferRole::kInput, MemoryType::kInp, planes_ * shape.height * shape.width);
    output_ = emitter.AddBuffer("output", BufferRole::kOutput, MemoryType::kOut,
                                planes_ * shape.out_height() * shape.out_width());
  }

  // The largest box of results that fits, as wide as possible. None: not even one fits.
  std::optional<TileSize> FindTile() const {
    for (const uint32_t cols : CutSizes(shape_.out_width())) {
      for (const uint32_t rows : CutSizes(shape_.out_height())) {
        if (Fits(rows, cols)) return TileSize{rows, cols};
      }
    }
    return std::nullopt;
  }

  void Emit(const TileSize& size) {
    if (planes_ == 0) return;
    identity_ = emitter_.AddConstant("identity", MemoryType::kWgt, IdentityWeight(emitter_.config()));
    emitter_.Load(MemoryType::kWgt, Region{.buffer = identity_}, 0);
    std::vector<Tile> tiles;
    for (uint64_t plane = 0; plane < planes_; ++plane) {
      for (const Cut& rows : CutInto(shape_.out_height(), size.rows)) {
        for (const Cut& cols : CutInto(shape_.out_width(), size.cols)) tiles.push_back({plane, rows, cols});
      }
    }
    for (size_t i = 0; i < tiles.size(); ++i) {
      if (i == 0 || contexts_ == 1) Bring(tiles[i], i);
      if (contexts_ > 1 && i + 1 < tiles.size()) Bring(tiles[i + 1], i + 1);
      Pool(tiles[i], i);
    }
  }

 private:
  bool Fits(uint32_t rows, uint32_t cols) const {
    const uint64_t in_rows =
        std::min(shape_.height, (rows - 1) * shape_.stride_height + shape_.kernel_height);
    const uint64_t in_cols = std::min(shape_.width, (cols - 1) * shape_.stride_width + shape_.kernel_width);
    return in_rows * in_cols <= inp_pitch_ && in_rows * in_cols + uint64_t{rows} * cols <= acc_pitch_;
  }

  uint32_t AccBase(size_t i) const { return static_cast<uint32_t>(i % contexts_) * acc_pitch_; }
  uint32_t NumInputs(const Tile& tile) const {
    return WindowOf(vertical_, tile.rows).size * WindowOf(horizontal_, tile.cols).size;
  }

  // The window into accumulators: times the identity, since only accumulators can be compared.
  void Bring(const Tile& tile, size_t i) {
    const Cut rows = WindowOf(vertical_, tile.rows);
    const Cut cols = WindowOf(horizontal_, tile.cols);
    const uint32_t inp_base = static_cast<uint32_t>(i % contexts_) * inp_pitch_;
    emitter_.Load(MemoryType::kInp,
                  {.buffer = data_,
                   .offset = (tile.plane * shape_.height + rows.begin) * shape_.width + cols.begin,
                   .rows = rows.size,
                   .row_pitch = shape_.width,
                   .cols = cols.size},
                  inp_base);
    emitter_.Reset(AccBase(i), NumInputs(tile));
    emitter_.Gemm(
        {.base = {.dst_idx = AccBase(i), .src_idx = inp_base}, .dims = {{NumInputs(tile), 1, 1, 0}}});
  }

  void Pool(const Tile& tile, size_t i) {
    const uint32_t out_base = AccBase(i) + NumInputs(tile);
    const uint32_t num_outputs = tile.rows.size * tile.cols.size;
    emitter_.Reset(out_base, num_outputs);
    emitter_.AluImm(AluOpcode::kAdd, out_base, num_outputs, kLowest);
    for (uint32_t dy = 0; dy < shape_.kernel_height; ++dy) {
      for (uint32_t dx = 0; dx < shape_.kernel_width; ++dx) Compare(tile, AccBase(i), out_base, dy, dx);
    }
    emitter_.Store({.buffer = output_,
                    .offset = (tile.plane * shape_.out_height() + tile.rows.begin) * shape_.out_width() +
                              tile.cols.begin,
                    .rows = tile.rows.size,
                    .row_pitch = shape_.out_width(),
                    .cols = tile.cols.size},
                   out_base);
  }

  // An instruction for each place of the kernel: so no step meets one of the same instruction.
  void Compare(const Tile& tile, uint32_t in_base, uint32_t out_base, uint32_t dy, uint32_t dx) {
    const Reach rows = ReachOf(vertical_, tile.rows, dy);
    const Reach cols = ReachOf(horizontal_, tile.cols, dx);
    if (rows.out.size == 0 || cols.out.size == 0) return;
    const uint32_t pitch = WindowOf(horizontal_, tile.cols).size;
    emitter_.Alu(AluOpcode::kMax,
                 {.base = {.dst_idx = out_base + rows.out.begin * tile.cols.size + cols.out.begin,
                           .src_idx = in_base + rows.first * pitch + cols.first},
                  .dims = {{rows.out.size, tile.cols.size, shape_.stride_height * pitch, 0},
                           {cols.out.size, 1, shape_.stride_width, 0}}});
  }

  const MaxPoolShape& shape_;
  Emitter& emitter_;
  uint32_t contexts_;
  Axis vertical_, horizontal_;
  uint64_t planes_ = 0;
  uint32_t inp_pitch_ = 0, acc_pitch_ = 0;
  uint32_t data_ = 0, output_ = 0, identity_ = 0;
};

// The same rules as for a convolution's windows.
absl::Status Check(const Config& config, const MaxPoolShape& shape, const BuildOptions& options) {
  const Conv2dShape windows = {.batch = shape.batch,
                               .in_channels = shape.channels,
                               .height = shape.height,
                               .width = shape.width,
                               .out_channels = shape.channels,
                               .kernel_height = shape.kernel_height,
                               .kernel_width = shape.kernel_width,
                               .stride_height = shape.stride_height,
                               .stride_width = shape.stride_width,
                               .pad_top = shape.pad_top,
                               .pad_left = shape.pad_left,
                               .pad_bottom = shape.pad_bottom,
                               .pad_right = shape.pad_right};
  BATON_RETURN_IF_ERROR(Annotate(CheckShape(windows), absl::StrCat("VTA max_pool ", ToString(shape))));
  BATON_RETURN_IF_ERROR(CheckOptions(config, options));
  if (options.tiling.has_value())
    return absl::InvalidArgumentError("VTA max_pool: there is no tiling to choose");
  return absl::OkStatus();
}

}  // namespace

std::string ToString(const MaxPoolShape& shape) {
  return absl::StrFormat("%d x %d x %d x %d, kernel %d x %d, stride %d x %d, padding %d %d %d %d",
                         shape.batch, shape.channels, shape.height, shape.width, shape.kernel_height,
                         shape.kernel_width, shape.stride_height, shape.stride_width, shape.pad_top,
                         shape.pad_left, shape.pad_bottom, shape.pad_right);
}

absl::StatusOr<Program> BuildMaxPool(const Config& config, const MaxPoolShape& shape,
                                     const BuildOptions& options) {
  BATON_RETURN_IF_ERROR(Check(config, shape, options));
  // A window that does not fit half of the scratchpads may fit all.
  for (uint32_t contexts = options.contexts; contexts > 0; --contexts) {
    Emitter emitter(config);
    MaxPool pool(shape, contexts, emitter);
    BATON_RETURN_IF_ERROR(Annotate(emitter.status(), ToString(shape)));
    const std::optional<TileSize> tile = pool.FindTile();
    if (!tile.has_value()) continue;
    pool.Emit(*tile);
    BATON_ASSIGN_OR_RETURN(Program program, emitter.Finish());
    program.tiling = absl::StrFormat("tile %d x %d, %d context%s", tile->rows, tile->cols, contexts,
                                     contexts == 1 ? "" : "s");
    program.predicted_cycles = PredictCycles(program, options.machine);
    return program;
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("VTA max_pool: one window does not fit the scratchpads (", ToString(shape), ")"));
}

}  // namespace baton::vta
