#include "accel/vta/program/add.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "accel/vta/program/cuts.h"
#include "accel/vta/program/emitter.h"
#include "accel/vta/program/layout.h"
#include "accel/vta/program/product.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

// A run of elements, as planes of one.
Region Run(uint32_t buffer, const Cut& cut) {
  return {.buffer = buffer, .offset = cut.begin, .planes = cut.size, .plane_pitch = 1};
}

struct Buffers {
  uint32_t a, b, output;
};

// a + b = a * 1 + b * 1.
void EmitAsProduct(const Epilogue& epilogue, uint32_t num_elements, uint32_t contexts, const Buffers& buffers,
                   Emitter& emitter) {
  const Config& config = emitter.config();
  const uint32_t identity = emitter.AddConstant("identity", MemoryType::kWgt, IdentityWeight(config));
  const uint32_t size =
      std::min(config.inp_depth() / (contexts == 1 ? 1 : 2 * contexts), config.acc_depth() / contexts);
  ProductPlan plan;
  plan.epilogue = epilogue;
  plan.buffers = {.inp_elements = size,
                  .wgt_elements = 1,
                  .acc_elements = size,
                  .inp_slots = contexts == 1 ? 1 : 2 * contexts,
                  .acc_slots = contexts};
  uint64_t key = 0;
  for (const Cut& cut : CutInto(num_elements, size)) {
    ProductTile tile;
    tile.num_parts = cut.size;
    tile.part_elements = 1;
    tile.output = Run(buffers.output, cut);
    for (const uint32_t operand : {buffers.a, buffers.b}) {
      ProductChunk chunk;
      chunk.inp = {key++, Run(operand, cut)};
      chunk.wgt.region.buffer = identity;
      chunk.multiply.dims = {{cut.size, 1, 1, 0}};
      tile.chunks.push_back(chunk);
    }
    plan.tiles.push_back(std::move(tile));
  }
  EmitProduct(plan, emitter);
}

// ACC holds a and b beside each other; the next two are loaded while these are added.
void EmitAsAccumulators(MemoryType type, const Epilogue& epilogue, uint32_t num_elements, uint32_t contexts,
                        const Buffers& buffers, Emitter& emitter) {
  const uint32_t pitch = emitter.config().acc_depth() / contexts;
  const uint32_t size = pitch / 2;
  const std::vector<Cut> cuts = CutInto(num_elements, size);
  const auto base_of = [&](size_t i) { return static_cast<uint32_t>(i % contexts) * pitch; };
  const auto load = [&](size_t i) {
    emitter.Load(type, Run(buffers.a, cuts[i]), base_of(i));
    emitter.Load(type, Run(buffers.b, cuts[i]), base_of(i) + size);
  };
  for (size_t i = 0; i < cuts.size(); ++i) {
    const uint32_t base = base_of(i);
    if (i == 0 || contexts == 1) load(i);
    if (contexts > 1 && i + 1 < cuts.size()) load(i + 1);
    emitter.Alu(AluOpcode::kAdd,
                {.base = {.dst_idx = base, .src_idx = base + size}, .dims = {{cuts[i].size, 1, 1, 0}}});
    for (const ImmOperation& operation : EpilogueOperations(epilogue)) {
      emitter.AluImm(operation.opcode, base, cuts[i].size, operation.imm);
    }
    emitter.Store(Run(buffers.output, cuts[i]), base);
  }
}

absl::Status Check(const Config& config, const Epilogue& epilogue, const BuildOptions& options) {
  BATON_RETURN_IF_ERROR(CheckEpilogue(epilogue));
  BATON_RETURN_IF_ERROR(CheckOptions(config, options));
  if (epilogue.bias) return absl::InvalidArgumentError("VTA add: a sum of two tensors has no bias");
  if (options.tiling.has_value()) return absl::InvalidArgumentError("VTA add: there is no tiling to choose");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Program> BuildAdd(const Config& config, uint32_t num_elements, AddOperands operands,
                                 const Epilogue& epilogue, const BuildOptions& options) {
  BATON_RETURN_IF_ERROR(Check(config, epilogue, options));
  const bool is_int8 = operands == AddOperands::kInt8;
  const bool as_product = is_int8 && !options.has_acc8;
  const MemoryType type = as_product ? MemoryType::kInp : (is_int8 ? MemoryType::kAcc8 : MemoryType::kAcc);
  Emitter emitter(config);
  const Buffers buffers = {emitter.AddBuffer("a", BufferRole::kInput, type, num_elements),
                           emitter.AddBuffer("b", BufferRole::kInput, type, num_elements),
                           emitter.AddBuffer("output", BufferRole::kOutput, MemoryType::kOut, num_elements)};
  BATON_RETURN_IF_ERROR(emitter.status());
  // Two contexts need two halves of two operands.
  const uint32_t contexts = config.acc_depth() < 4 || config.inp_depth() < 4 ? 1 : options.contexts;
  if (as_product) {
    if (num_elements > 0) EmitAsProduct(epilogue, num_elements, contexts, buffers, emitter);
  } else {
    EmitAsAccumulators(type, epilogue, num_elements, contexts, buffers, emitter);
  }
  BATON_ASSIGN_OR_RETURN(Program program, emitter.Finish());
  program.tiling = absl::StrCat(contexts, contexts == 1 ? " context" : " contexts");
  program.predicted_cycles = PredictCycles(program, options.machine);
  return program;
}

}  // namespace baton::vta
