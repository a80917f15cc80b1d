#include "accel/vta/program/product.h"

#include <algorithm>
#include <functional>

#include "accel/vta/program/slots.h"

namespace baton::vta {
namespace {

// The first and the last chunk are cut into so many pieces: work starts when a piece is there, and the
// epilogue of a piece runs while the next is multiplied.
constexpr uint32_t kMaxPieces = 8;

// Parts [begin, end) of a tile.
struct Piece {
  uint32_t begin, end;
};

std::vector<Piece> CutIntoPieces(uint32_t num_parts, uint32_t num_pieces) {
  std::vector<Piece> pieces;
  num_pieces = std::min(num_pieces, num_parts);
  for (uint32_t i = 0; i < num_pieces; ++i) {
    pieces.push_back({i * num_parts / num_pieces, (i + 1) * num_parts / num_pieces});
  }
  return pieces;
}

LoopNest Moved(LoopNest nest, uint32_t dst, uint32_t src, uint32_t wgt) {
  nest.base.dst_idx += dst;
  nest.base.src_idx += src;
  nest.base.wgt_idx += wgt;
  return nest;
}

class ProductEmitter {
 public:
  ProductEmitter(const ProductPlan& plan, Emitter& emitter)
      : plan_(plan),
        emitter_(emitter),
        inp_(plan.buffers.inp_slots, plan.buffers.inp_elements),
        wgt_(plan.buffers.wgt_slots, plan.buffers.wgt_elements),
        overlaps_(plan.buffers.acc_slots > 1),
        acc_pitch_(emitter.config().acc_depth() / plan.buffers.acc_slots) {}

  void Run() {
    for (size_t t = 0; t < plan_.tiles.size(); ++t) {
      if (t == 0 || !overlaps_) Start(t);
      const size_t num_chunks = plan_.tiles[t].chunks.size();
      // The epilogue of the tile before is over half-way, and its store by the end: then the next tile may
      // have its accumulators, and is started beside the last chunk.
      const size_t quota = (pending_.size() + num_chunks - 1) / std::max<size_t>(1, num_chunks / 2);
      for (size_t c = 0; c < num_chunks; ++c) {
        const bool is_last = c + 1 == num_chunks;
        if (is_last && c > 0) StartNext(t);
        RunChunk(t, c);
        DoPending(std::min(quota, pending_.size()));
        if (is_last && c == 0) StartNext(t);
      }
      if (!IsFinishedInPieces(t)) QueuePiece(t, {0, plan_.tiles[t].num_parts});
      if (!overlaps_) DoPending(pending_.size());
    }
    DoPending(pending_.size());
  }

 private:
  bool IsLastTile(size_t t) const { return t + 1 == plan_.tiles.size(); }
  bool IsFinishedInPieces(size_t t) const { return overlaps_ && IsLastTile(t); }
  // Neighbours get different halves of the scratchpad, which hardware may have in different memories.
  uint32_t AccBase(size_t t) const {
    constexpr uint32_t kOrder[] = {0, 2, 1, 3};
    const uint32_t slots = plan_.buffers.acc_slots;
    const auto slot = static_cast<uint32_t>(t % slots);
    return (slots == 4 ? kOrder[slot] : slot) * acc_pitch_;
  }
  // Near the tile: hardware may take what an instruction uses for one range.
  uint32_t FirstBias(size_t t) const { return AccBase(t) + plan_.buffers.acc_elements; }
  uint32_t BiasBase(size_t t) const {
    return FirstBias(t) + (plan_.buffers.bias_stays ? static_cast<uint32_t>(plan_.tiles[t].bias->offset) : 0);
  }

  void LoadBias(size_t t) {
    const Region& bias = *plan_.tiles[t].bias;
    if (!plan_.buffers.bias_stays) {
      emitter_.Load(MemoryType::kAcc, bias, FirstBias(t));
    } else if (t < plan_.buffers.acc_slots) {
      emitter_.Load(MemoryType::kAcc, {.buffer = bias.buffer, .cols = plan_.buffers.bias_elements},
                    FirstBias(t));
    }
  }

  // Gives the accumulators of a tile their first values.
  void Start(size_t t) {
    const ProductTile& tile = plan_.tiles[t];
    if (tile.bias.has_value()) LoadBias(t);
    if (tile.initial.has_value()) {
      emitter_.Load(MemoryType::kAcc, *tile.initial, AccBase(t));
    } else {
      emitter_.Reset(AccBase(t), tile.num_elements());
    }
  }

  void StartNext(size_t t) {
    if (!overlaps_ || IsLastTile(t)) return;
    DoPending(pending_.size());
    Start(t + 1);
  }

  void RunChunk(size_t t, size_t c) {
    const ProductTile& tile = plan_.tiles[t];
    const ProductChunk& chunk = tile.chunks[c];
    const bool is_first = overlaps_ && t == 0 && c == 0;
    const bool is_last = overlaps_ && IsLastTile(t) && c + 1 == tile.chunks.size();
    const Slots::Place inp = inp_.Acquire(chunk.inp.key);
    const Slots::Place wgt = wgt_.Acquire(chunk.wgt.key);
    const LoopNest multiply = Moved(chunk.multiply, AccBase(t), inp.base, wgt.base);
    const LoopDim& parts = multiply.dims.front();
    const auto pieces = CutIntoPieces(tile.num_parts, is_first || is_last ? kMaxPieces : 1);
    for (const Piece& piece : pieces) {
      // What differs from part to part is loaded piece by piece, the rest with the first.
      LoadPiece(MemoryType::kInp, chunk.inp.region, inp, parts.src, piece);
      LoadPiece(MemoryType::kWgt, chunk.wgt.region, wgt, parts.wgt, piece);
      emitter_.Gemm(Slice(multiply, piece.begin, piece.end));
      if (!is_last) continue;
      // Behind the piece before: it runs beside this one.
      DoPending(pending_.size());
      QueuePiece(t, piece);
    }
  }

  void LoadPiece(MemoryType type, const Region& region, const Slots::Place& place, uint32_t part_pitch,
                 const Piece& piece) {
    if (place.is_loaded || (part_pitch == 0 && piece.begin > 0)) return;
    if (part_pitch == 0) {
      emitter_.Load(type, region, place.base);
    } else {
      emitter_.Load(type, SlicePlanes(region, piece.begin, piece.end), place.base + piece.begin * part_pitch);
    }
  }

  // Epilogue and store.
  void QueuePiece(size_t t, Piece piece) {
    const ProductTile& tile = plan_.tiles[t];
    const uint32_t base = AccBase(t) + piece.begin * tile.part_elements;
    const uint32_t size = (piece.end - piece.begin) * tile.part_elements;
    if (tile.bias.has_value()) {
      const LoopNest add = Moved(Slice(tile.add_bias, piece.begin, piece.end), AccBase(t), BiasBase(t), 0);
      pending_.push_back([this, add] { emitter_.Alu(AluOpcode::kAdd, add); });
    }
    for (const ImmOperation& operation : EpilogueOperations(plan_.epilogue)) {
      pending_.push_back([=, this] { emitter_.AluImm(operation.opcode, base, size, operation.imm); });
    }
    const Region output = SlicePlanes(tile.output, piece.begin, piece.end);
    pending_.push_back([=, this] { emitter_.Store(output, base); });
  }

  void DoPending(size_t count) {
    for (size_t i = 0; i < count; ++i) pending_[i]();
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<ptrdiff_t>(count));
  }

  const ProductPlan& plan_;
  Emitter& emitter_;
  Slots inp_, wgt_;
  bool overlaps_;
  uint32_t acc_pitch_;
  std::vector<std::function<void()>> pending_;  // epilogues that are not yet in the program, in order
};

}  // namespace

void SetBias(const Config& config, uint32_t of_tile, uint32_t all, ProductBuffers& buffers) {
  constexpr uint32_t kLargestShare = 32;  // of the accumulators, beside each tile
  buffers.bias_stays = all <= config.acc_depth() / kLargestShare;
  buffers.bias_elements = buffers.bias_stays ? all : of_tile;
}

bool Fits(const Config& config, const ProductBuffers& buffers) {
  return uint64_t{buffers.inp_elements} * buffers.inp_slots <= config.inp_depth() &&
         uint64_t{buffers.wgt_elements} * buffers.wgt_slots <= config.wgt_depth() &&
         (uint64_t{buffers.acc_elements} + buffers.bias_elements) * buffers.acc_slots <= config.acc_depth();
}

void EmitProduct(const ProductPlan& plan, Emitter& emitter) {
  ProductEmitter(plan, emitter).Run();
}

}  // namespace baton::vta
