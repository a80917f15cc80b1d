#include "tests/vta_sim/conv_schedule.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "absl/strings/str_format.h"
#include "tests/vta_sim/program_builder.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

constexpr int kBlock = 16;
constexpr int kShift = 8;
constexpr int kInpHalf = 1024;
constexpr int kWgtHalf = 512;
constexpr int kAccHalf = 1024;
constexpr uint32_t kInpAddress = ProgramBuilder::kDataAddress;

uint32_t InpBytes(const ConvShape& s) {
  return s.in_blocks * s.size * s.size * kBlock;
}
uint32_t WgtAddress(const ConvShape& s) {
  return kInpAddress + (InpBytes(s) + 4095) / 4096 * 4096;
}
uint32_t WgtBytes(const ConvShape& s) {
  return s.out_blocks * s.in_blocks * s.kernel * s.kernel * kBlock * kBlock;
}
uint32_t OutAddress(const ConvShape& s) {
  return WgtAddress(s) + (WgtBytes(s) + 4095) / 4096 * 4096;
}

// Emits the program tile by tile.
class ConvProgram {
 public:
  ConvProgram(const Config& config, const ConvShape& shape, const ConvSchedule& schedule)
      : s_(shape), t_(schedule), builder_(config) {
    AddUops();
    builder_.LoadUops();
    const int chunks = (s_.in_blocks + t_.in_blocks - 1) / t_.in_blocks;
    for (int row = 0; row < s_.out_size(); row += t_.rows) {
      for (int out = 0; out < s_.out_blocks; out += t_.out_blocks) tiles_.push_back({row, out});
    }
    total_chunks_ = chunks * static_cast<int>(tiles_.size());
    for (size_t tile = 0; tile < tiles_.size(); ++tile) EmitTile(static_cast<int>(tile), chunks);
    const int outstanding = std::min<int>(t_.contexts, static_cast<int>(tiles_.size()));
    for (int i = 0; i < outstanding; ++i) builder_.ComputeNop({.pop_next = true});
    builder_.Finish();
  }

  ProgramBuilder& builder() { return builder_; }

 private:
  struct Tile {
    int row;
    int out;
  };

  int Rows(const Tile& tile) const { return std::min(t_.rows, s_.out_size() - tile.row); }
  int Pitch() const { return s_.kernel == 1 && s_.stride == 2 ? s_.size : s_.size + 2 * s_.padding; }
  // Elements of a block in INP: 1x1 layers of stride 2 bring in only the rows they need.
  int BlockElements() const { return Pitch() * InpRows(t_.rows); }
  int InpRows(int rows) const { return SkipsRows() ? rows : (rows - 1) * s_.stride + s_.kernel; }
  bool SkipsRows() const { return s_.kernel == 1 && s_.stride == 2; }
  int RowStep() const { return SkipsRows() ? Pitch() : s_.stride * Pitch(); }

  // A kernel for each half of ACC, half of data and block of a chunk; then one element of each half of ACC.
  void AddUops() {
    const int k = s_.kernel;
    for (int acc = 0; acc < t_.contexts; ++acc) {
      for (int data = 0; data < t_.contexts; ++data) {
        for (int block = 0; block < t_.in_blocks; ++block) {
          for (int dy = 0; dy < k; ++dy) {
            for (int dx = 0; dx < k; ++dx) {
              for (int x = 0; x < s_.out_size(); ++x) {
                builder_.AddUop(acc * kAccHalf + x,
                                data * kInpHalf + block * BlockElements() + dy * Pitch() + x * s_.stride + dx,
                                data * kWgtHalf + block * k * k + dy * k + dx);
              }
            }
          }
        }
      }
    }
    element_uops_ = builder_.num_uops();
    for (int acc = 0; acc < t_.contexts; ++acc) builder_.AddUop(acc * kAccHalf, acc * kAccHalf);
  }

  Loops AllElements(int tile) const {
    const uint32_t uop = element_uops_ + tile % t_.contexts;
    const uint32_t row = Rows(tiles_[tile]) * s_.out_size();
    return {.uop_bgn = uop,
            .uop_end = uop + 1,
            .out = static_cast<uint32_t>(t_.out_blocks),
            .in = row,
            .dst = {row, 1},
            .src = {row, 1},
            .wgt = {0, 0}};
  }

  void EmitReset(int tile) { builder_.Reset(AllElements(tile), {.pop_next = tile >= t_.contexts}); }

  void EmitTile(int tile, int chunks) {
    if (tile == 0 || !t_.early_reset) EmitReset(tile);
    for (int chunk = 0; chunk < chunks; ++chunk) {
      const bool early = t_.early_reset && t_.contexts == 2 && chunk == chunks - 1;
      if (early && tile + 1 < static_cast<int>(tiles_.size())) EmitReset(tile + 1);
      EmitChunk(tile, chunk);
    }
    EmitEpilogue(tile);
    if (t_.early_reset && t_.contexts == 1 && tile + 1 < static_cast<int>(tiles_.size())) EmitReset(tile + 1);
  }

  void EmitChunk(int tile, int chunk) {
    const int first = chunk * t_.in_blocks;
    const int blocks = std::min(t_.in_blocks, s_.in_blocks - first);
    const int data = chunk_index_ % t_.contexts;
    for (int block = 0; block < blocks; ++block) EmitInp(tile, first + block, block, data, block == 0);
    EmitWgt(tile, first, blocks, data);
    for (int block = 0; block < blocks; ++block) EmitGemm(tile, block, blocks, data);
    ++chunk_index_;
  }

  void EmitInp(int tile, int in_block, int block, int data, bool first) {
    const int k = s_.kernel;
    const int rows = InpRows(Rows(tiles_[tile]));
    const int top = tiles_[tile].row * s_.stride - s_.padding;
    const int step = SkipsRows() ? s_.stride : 1;
    const int begin = std::max(top, 0);
    const int end = std::min(top + (rows - 1) * step + 1, s_.size);
    const uint32_t pad = s_.padding;
    (void)k;
    builder_.Load(MemoryType::kInp,
                  {.sram = static_cast<uint32_t>(data * kInpHalf + block * BlockElements()),
                   .dram = kInpAddress / kBlock + (in_block * s_.size + begin) * s_.size,
                   .y = static_cast<uint32_t>((end - begin + step - 1) / step),
                   .x = static_cast<uint32_t>(s_.size),
                   .stride = static_cast<uint32_t>(step * s_.size),
                   .y_pad_0 = static_cast<uint32_t>(begin - top),
                   .y_pad_1 = static_cast<uint32_t>(std::max(0, top + rows - s_.size)) * (step == 1),
                   .x_pad_0 = pad,
                   .x_pad_1 = pad},
                  {.pop_next = first && chunk_index_ >= t_.contexts});
  }

  void EmitWgt(int tile, int first, int blocks, int data) {
    const uint32_t k2 = s_.kernel * s_.kernel;
    builder_.Load(
        MemoryType::kWgt,
        {.sram = static_cast<uint32_t>(data * kWgtHalf),
         .dram = WgtAddress(s_) / (kBlock * kBlock) + (tiles_[tile].out * s_.in_blocks + first) * k2,
         .y = static_cast<uint32_t>(t_.out_blocks),
         .x = blocks * k2,
         .stride = s_.in_blocks * k2},
        {.push_next = true});
  }

  void EmitGemm(int tile, int block, int blocks, int data) {
    const int k = s_.kernel;
    const uint32_t uops = k * k * s_.out_size();
    const uint32_t kernel = ((tile % t_.contexts) * t_.contexts + data) * t_.in_blocks + block;
    const uint32_t rows = Rows(tiles_[tile]);
    builder_.Gemm({.uop_bgn = kernel * uops,
                   .uop_end = (kernel + 1) * uops,
                   .out = static_cast<uint32_t>(t_.out_blocks),
                   .in = rows,
                   .dst = {rows * s_.out_size(), static_cast<uint32_t>(s_.out_size())},
                   .src = {0, static_cast<uint32_t>(RowStep())},
                   .wgt = {static_cast<uint32_t>(k * k * blocks), 0}},
                  {.pop_prev = block == 0,
                   .push_prev = block == blocks - 1 && chunk_index_ + t_.contexts < total_chunks_});
  }

  void EmitEpilogue(int tile) {
    const Loops all = AllElements(tile);
    builder_.AluImm(AluOpcode::kShr, kShift, all);
    builder_.AluImm(AluOpcode::kMax, 0, all);
    builder_.AluImm(AluOpcode::kMin, 127, all, {.push_next = true});
    const uint32_t out = s_.out_size();
    const uint32_t rows = Rows(tiles_[tile]);
    builder_.Store({.sram = static_cast<uint32_t>(tile % t_.contexts * kAccHalf),
                    .dram = OutAddress(s_) / kBlock + (tiles_[tile].out * out + tiles_[tile].row) * out,
                    .y = static_cast<uint32_t>(t_.out_blocks),
                    .x = rows * out,
                    .stride = out * out},
                   {.pop_prev = true, .push_prev = true});
  }

  ConvShape s_;
  ConvSchedule t_;
  ProgramBuilder builder_;
  std::vector<Tile> tiles_;
  uint32_t element_uops_ = 0;
  int chunk_index_ = 0;
  int total_chunks_ = 0;
};

}  // namespace

std::vector<ConvShape> ResNet18Layers() {
  return {{"C2", 4, 56, 4, 4, 3, 1, 1},   {"C3", 1, 56, 4, 8, 1, 2, 0},   {"C4", 1, 56, 4, 8, 3, 2, 1},
          {"C5", 3, 28, 8, 8, 3, 1, 1},   {"C6", 1, 28, 8, 16, 1, 2, 0},  {"C7", 1, 28, 8, 16, 3, 2, 1},
          {"C8", 3, 14, 16, 16, 3, 1, 1}, {"C9", 1, 14, 16, 32, 1, 2, 0}, {"C10", 1, 14, 16, 32, 3, 2, 1},
          {"C11", 3, 7, 32, 32, 3, 1, 1}};
}

// The largest tile, then the largest chunk, for which halves of the scratchpads and the micro-ops suffice.
// Tiles of many output blocks read the input less often, tiles of many rows the weights.
ConvSchedule ScheduleFor(const ConvShape& s, int contexts) {
  ConvSchedule best{0, 0, 0, contexts};
  uint64_t best_cost = UINT64_MAX;
  for (int out = 1; out <= s.out_blocks; ++out) {
    if (s.out_blocks % out != 0) continue;
    for (int rows = 1; rows <= s.out_size() && out * rows * s.out_size() <= kAccHalf; ++rows) {
      const bool skips = s.kernel == 1 && s.stride == 2;
      const int pitch = s.size + 2 * s.padding;
      const int block = pitch * (skips ? rows : (rows - 1) * s.stride + s.kernel);
      for (int in = 1; in <= std::min(s.in_blocks, 4); ++in) {
        const int k2 = s.kernel * s.kernel;
        if (s.in_blocks % in != 0 || in * block > kInpHalf || out * in * k2 > kWgtHalf) continue;
        if (in * contexts * contexts * k2 * s.out_size() > 8000) continue;
        const uint64_t tiles = uint64_t{1} * (s.out_blocks / out) * ((s.out_size() + rows - 1) / rows);
        // Beats of a tile, and what a chunk costs to start.
        const uint64_t beats = uint64_t{2} * s.in_blocks * block + uint64_t{32} * out * s.in_blocks * k2;
        const uint64_t cost =
            tiles * (std::max<uint64_t>(beats, uint64_t{1} * out * rows * s.out_size() * s.in_blocks * k2) +
                     beats / 8 + 20 * s.in_blocks / in);
        if (cost < best_cost) {
          best_cost = cost;
          best = {out, rows, in, contexts};
        }
      }
    }
  }
  return best;
}

uint64_t ConvMemoryBytes(const ConvShape& s) {
  return OutAddress(s) + uint64_t{1} * s.out_blocks * s.out_size() * s.out_size() * kBlock + 4096;
}

RunRequest PlaceConv(Chip& chip, const ConvShape& shape, const ConvSchedule& schedule, uint64_t seed) {
  std::mt19937_64 random(seed);
  uint8_t* memory = chip.memory().data();
  for (uint32_t i = 0; i < InpBytes(shape); ++i) memory[kInpAddress + i] = random() >> 56;
  for (uint32_t i = 0; i < WgtBytes(shape); ++i) memory[WgtAddress(shape) + i] = random() >> 56;
  ConvProgram program(chip.config(), shape, schedule);
  return program.builder().Place(chip.memory());
}

std::string CheckConv(const Chip& chip, const ConvShape& s) {
  const auto* memory = reinterpret_cast<const int8_t*>(chip.memory().data());
  const int8_t* inp = memory + kInpAddress;
  const int8_t* wgt = memory + WgtAddress(s);
  const int8_t* out = memory + OutAddress(s);
  const int n = s.out_size();
  std::vector<int32_t> sums(kBlock);
  for (int o = 0; o < s.out_blocks; ++o) {
    for (int y = 0; y < n; ++y) {
      for (int x = 0; x < n; ++x) {
        std::fill(sums.begin(), sums.end(), 0);
        for (int i = 0; i < s.in_blocks; ++i) {
          for (int dy = 0; dy < s.kernel; ++dy) {
            for (int dx = 0; dx < s.kernel; ++dx) {
              const int iy = y * s.stride - s.padding + dy;
              const int ix = x * s.stride - s.padding + dx;
              if (iy < 0 || ix < 0 || iy >= s.size || ix >= s.size) continue;
              const int8_t* a = inp + ((i * s.size + iy) * s.size + ix) * kBlock;
              const int8_t* w =
                  wgt + (((o * s.in_blocks + i) * s.kernel + dy) * s.kernel + dx) * kBlock * kBlock;
              for (int lane = 0; lane < kBlock; ++lane) {
                for (int c = 0; c < kBlock; ++c) sums[lane] += a[c] * w[lane * kBlock + c];
              }
            }
          }
        }
        for (int lane = 0; lane < kBlock; ++lane) {
          const int expected = std::clamp(sums[lane] >> kShift, 0, 127);
          const int found = out[((o * n + y) * n + x) * kBlock + lane];
          if (found != expected) {
            return absl::StrFormat("%s: block %d, row %d, column %d, lane %d is %d, expected %d", s.name, o,
                                   y, x, lane, found, expected);
          }
        }
      }
    }
  }
  return "";
}

}  // namespace baton::vta
