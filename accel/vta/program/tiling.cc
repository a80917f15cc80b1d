#include "accel/vta/program/tiling.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "accel/vta/program/cuts.h"

namespace baton::vta {
namespace {

// Built and run by the cost model; the formula's first choice is hardly ever the best of them.
constexpr size_t kMaxBuilt = 24;
// Instructions of all that are built: of long programs, fewer are tried.
constexpr size_t kMaxInstructionsBuilt = 100'000;

// Slots for `elements` each in `depth`, of which `distinct` are different and `recurring` come back before
// others; 0 when there is no room.
uint32_t NumSlots(uint32_t depth, uint32_t elements, uint64_t distinct, uint64_t recurring,
                  uint32_t contexts) {
  const uint64_t room = depth / elements;
  if (contexts == 1 || distinct == 1) return room >= 1 ? 1 : 0;
  if (distinct <= room) return static_cast<uint32_t>(distinct);
  if (recurring > 1 && recurring <= room) return static_cast<uint32_t>(std::min(room, 2 * recurring));
  return room >= 2 ? 2 : 0;
}

uint64_t NumLoads(uint64_t all, uint64_t distinct, uint64_t recurring, uint32_t slots, bool stays) {
  if (distinct <= slots) return distinct;
  return stays && recurring <= slots ? distinct : all;
}

uint64_t Beats(uint64_t bytes, const Machine& machine) {
  return CeilDiv(bytes, machine.bus_bytes);
}

}  // namespace

uint32_t TilesAtOnce(const Tiling& tiling) {
  return tiling.contexts == 1 ? 1 : tiling.tiles_at_once;
}

std::string ToString(const Tiling& tiling) {
  return absl::StrFormat("tile %d x %d x %d blocks, %d at once; chunk %d blocks x %d x %d; %s stay",
                         tiling.rows, tiling.cols, tiling.out_blocks, TilesAtOnce(tiling), tiling.in_blocks,
                         tiling.kernel_rows, tiling.kernel_cols,
                         tiling.weights_stay ? "weights" : "activations");
}

absl::Status CheckOptions(const Config& config, const BuildOptions& options) {
  if (const char* error = ConfigError(config)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA program: a configuration that is none: %s", error));
  }
  const uint32_t contexts = options.tiling.has_value() ? options.tiling->contexts : options.contexts;
  if (contexts != 1 && contexts != 2) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA program: %d contexts; there can be 1 or 2", contexts));
  }
  if (!options.tiling.has_value()) return absl::OkStatus();
  const Tiling& tiling = *options.tiling;
  if (tiling.tiles_at_once != 2 && tiling.tiles_at_once != 4 && tiling.contexts != 1) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "VTA program: %d tiles at once; there can be 2 or 4 (%s)", tiling.tiles_at_once, ToString(tiling)));
  }
  for (const uint32_t extent : {tiling.rows, tiling.cols, tiling.out_blocks, tiling.in_blocks,
                                tiling.kernel_rows, tiling.kernel_cols}) {
    if (extent == 0) {
      return absl::InvalidArgumentError(
          absl::StrFormat("VTA program: an extent of 0 (%s)", ToString(tiling)));
    }
  }
  return absl::OkStatus();
}

bool ChooseSlots(const Config& config, const Tiling& tiling, ProductCounts& counts) {
  const uint32_t contexts = tiling.contexts;
  ProductBuffers& buffers = counts.buffers;
  buffers.acc_slots = TilesAtOnce(tiling);
  buffers.inp_slots = NumSlots(config.inp_depth(), buffers.inp_elements, counts.distinct_inp,
                               counts.weights_stay ? 1 : counts.chunks, contexts);
  buffers.wgt_slots = NumSlots(config.wgt_depth(), buffers.wgt_elements, counts.distinct_wgt,
                               counts.weights_stay ? counts.chunks : 1, contexts);
  return buffers.inp_slots > 0 && buffers.wgt_slots > 0 && Fits(config, buffers);
}

uint64_t EstimateCycles(const Config& config, const Machine& machine, const ProductCounts& counts) {
  const ProductBuffers& buffers = counts.buffers;
  const uint64_t all_chunks = counts.tiles * counts.chunks;
  const uint64_t inp_loads =
      NumLoads(all_chunks, counts.distinct_inp, counts.chunks, buffers.inp_slots, !counts.weights_stay);
  const uint64_t wgt_loads =
      NumLoads(all_chunks, counts.distinct_wgt, counts.chunks, buffers.wgt_slots, counts.weights_stay);
  const uint64_t per_load = machine.read_latency + machine.load_overhead;
  const uint64_t inp_cycles = Beats(uint64_t{buffers.inp_elements} * config.inp_bytes(), machine) +
                              counts.inp_instructions * per_load;
  const uint64_t wgt_cycles = Beats(uint64_t{buffers.wgt_elements} * config.wgt_bytes(), machine) + per_load;
  const uint64_t memory = inp_loads * inp_cycles + wgt_loads * wgt_cycles;
  const uint64_t gemm = counts.steps + all_chunks * machine.gemm_overhead;
  const uint64_t alu = counts.tiles * buffers.acc_elements * (counts.alu_operations + 1);
  const uint64_t store = counts.tiles * buffers.acc_elements * machine.store_cycles_per_beat *
                         Beats(config.out_bytes(), machine);
  const uint64_t tile_tail = buffers.acc_elements * (counts.alu_operations + 2);
  if (buffers.acc_slots == 1) return memory + gemm + alu + store;
  const uint64_t pieces = std::min<uint64_t>(counts.num_parts, 8);
  return std::max({memory, gemm, alu, store}) + inp_cycles + wgt_cycles / pieces + tile_tail / pieces;
}

std::vector<uint32_t> CutSizes(uint32_t extent) {
  constexpr uint32_t kSmall = 16;
  std::vector<uint32_t> sizes;
  for (uint32_t cuts = 1; cuts <= extent; ++cuts) {
    const uint32_t size = CeilDiv(extent, cuts);
    if (sizes.empty() || (size < sizes.back() && (size <= kSmall || size <= sizes.back() / 8 * 7))) {
      sizes.push_back(size);
    }
  }
  return sizes;
}

absl::StatusOr<Program> BuildBest(std::string what, std::vector<RankedTiling> ranked, const Machine& machine,
                                  const std::function<absl::StatusOr<Program>(const Tiling&)>& build) {
  std::stable_sort(ranked.begin(), ranked.end(), [](const RankedTiling& a, const RankedTiling& b) {
    return a.estimated_cycles < b.estimated_cycles;
  });
  std::optional<Program> best;
  absl::Status failed = absl::ResourceExhaustedError(what + ": no tiling fits the scratchpads");
  size_t num_built = 0;
  size_t num_instructions = 0;
  for (const RankedTiling& candidate : ranked) {
    if (num_built == kMaxBuilt || num_instructions > kMaxInstructionsBuilt) break;
    absl::StatusOr<Program> program = build(candidate.tiling);
    if (!program.ok()) {
      failed = program.status();
      continue;
    }
    ++num_built;
    num_instructions += program->instructions.size();
    program->predicted_cycles = PredictCycles(*program, machine);
    if (!best.has_value() || program->predicted_cycles < best->predicted_cycles) best = *std::move(program);
  }
  if (!best.has_value()) return failed;
  return *std::move(best);
}

}  // namespace baton::vta
