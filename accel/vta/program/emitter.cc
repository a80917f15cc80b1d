#include "accel/vta/program/emitter.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "accel/vta/program/uop_memory.h"
#include "vm/core/status.h"

namespace baton::vta {
namespace {

constexpr uint32_t kUopBuffer = 0;
constexpr uint64_t kMaxBufferBytes = uint64_t{1} << 32;

uint32_t Code(Opcode opcode) {
  return static_cast<uint32_t>(opcode);
}

// What a LOAD or STORE touches that another queue uses too. Accumulators count as results: a VTA without OUT
// stores from ACC.
std::optional<SharedMemory> SharedMemoryOf(MemoryType type) {
  switch (type) {
    case MemoryType::kInp:
      return SharedMemory::kInp;
    case MemoryType::kWgt:
      return SharedMemory::kWgt;
    case MemoryType::kOut:
    case MemoryType::kAcc:
    case MemoryType::kAcc8:
      return SharedMemory::kOut;
    case MemoryType::kUop:
      break;
  }
  return std::nullopt;
}

Access Reads(SharedMemory memory, IndexRange range) {
  return {memory, false, range.first, range.last + 1};
}
Access Writes(SharedMemory memory, IndexRange range) {
  return {memory, true, range.first, range.last + 1};
}

LoopNest Run(uint32_t acc_base, uint32_t num_elements) {
  return {.base = {.dst_idx = acc_base, .src_idx = acc_base}, .dims = {{num_elements, 1, 1, 0}}};
}

template <typename T>
void SetLoops(T& instruction, const UopKernel& kernel) {
  instruction.iter_out = kernel.outer.extent;
  instruction.iter_in = kernel.inner.extent;
  instruction.dst_factor_out = kernel.outer.dst;
  instruction.dst_factor_in = kernel.inner.dst;
  instruction.src_factor_out = kernel.outer.src;
  instruction.src_factor_in = kernel.inner.src;
}

MemoryInstruction LoadUops(const UopLoad& load) {
  MemoryInstruction instruction;
  instruction.opcode = Code(Opcode::kLoad);
  instruction.memory_type = static_cast<uint32_t>(MemoryType::kUop);
  instruction.sram_base = load.sram_base;
  instruction.dram_base = load.dram_base;
  instruction.y_size = 1;
  instruction.x_size = instruction.x_stride = load.size;
  return instruction;
}

void SetUops(Instruction& instruction, uint32_t begin, uint32_t end) {
  const auto set = [&](auto& fields) {
    fields.uop_bgn = begin;
    fields.uop_end = end;
  };
  if (auto* gemm = std::get_if<GemmInstruction>(&instruction)) set(*gemm);
  if (auto* alu = std::get_if<AluInstruction>(&instruction)) set(*alu);
}

}  // namespace

Emitter::Emitter(const Config& config) {
  program_.config = config;
  program_.buffers.push_back({"uops", BufferRole::kConstant, config.uop_bytes(), 0, {}});
}

uint32_t Emitter::AddBuffer(std::string name, BufferRole role, MemoryType type, uint64_t num_elements) {
  const uint32_t bytes = ElementBytes(config(), static_cast<uint32_t>(type));
  program_.buffers.push_back({std::move(name), role, bytes, num_elements * bytes, {}});
  if (program_.buffers.back().num_bytes > kMaxBufferBytes && status_.ok()) {
    status_ = absl::ResourceExhaustedError(
        absl::StrFormat("VTA program: buffer '%s' has %d elements of %d bytes; 4 GiB can be addressed",
                        program_.buffers.back().name, num_elements, bytes));
  }
  return static_cast<uint32_t>(program_.buffers.size()) - 1;
}

uint32_t Emitter::AddConstant(std::string name, MemoryType type, std::vector<uint8_t> contents) {
  const uint32_t bytes = ElementBytes(config(), static_cast<uint32_t>(type));
  const uint32_t buffer = AddBuffer(std::move(name), BufferRole::kConstant, type, contents.size() / bytes);
  program_.buffers.back().contents = std::move(contents);
  return buffer;
}

void Emitter::Load(MemoryType type, const Region& region, uint32_t sram_base) {
  Move(Opcode::kLoad, type, region, sram_base);
}

void Emitter::Store(const Region& region, uint32_t sram_base) {
  Move(Opcode::kStore, MemoryType::kOut, region, sram_base);
}

void Emitter::Move(Opcode opcode, MemoryType type, const Region& region, uint32_t sram_base) {
  if (!status_.ok()) return;
  absl::StatusOr<std::vector<MemoryInstruction>> moves = MoveRegion(region, opcode, type, sram_base);
  if (!moves.ok()) {
    status_ = moves.status();
    return;
  }
  const std::optional<SharedMemory> shared = SharedMemoryOf(type);
  for (const MemoryInstruction& move : *moves) {
    Step step = {{move, {}}, region.buffer, std::nullopt};
    const uint32_t size =
        (move.y_pad_0 + move.y_size + move.y_pad_1) * (move.x_pad_0 + move.x_size + move.x_pad_1);
    if (shared.has_value()) {
      step.scheduled.accesses = {{*shared, opcode == Opcode::kLoad, move.sram_base, move.sram_base + size}};
    }
    steps_.push_back(std::move(step));
  }
}

void Emitter::Gemm(const LoopNest& nest) {
  const NestRanges ranges = RangesOf(nest);
  GemmInstruction gemm;
  gemm.opcode = Code(Opcode::kGemm);
  program_.gemm_steps += NumSteps(nest);
  Compute(gemm, nest,
          {Reads(SharedMemory::kInp, ranges.src), Reads(SharedMemory::kWgt, ranges.wgt),
           Writes(SharedMemory::kOut, ranges.dst)});
}

void Emitter::Reset(uint32_t acc_base, uint32_t num_elements) {
  GemmInstruction gemm;
  gemm.opcode = Code(Opcode::kGemm);
  gemm.reset = true;
  LoopNest nest = Run(acc_base, num_elements);
  nest.base.src_idx = nest.dims.front().src = 0;
  Compute(gemm, nest, {Writes(SharedMemory::kOut, RangesOf(nest).dst)});
}

void Emitter::Alu(AluOpcode opcode, const LoopNest& nest) {
  AluInstruction alu;
  alu.opcode = Code(Opcode::kAlu);
  alu.alu_opcode = static_cast<uint32_t>(opcode);
  Compute(alu, nest, {Writes(SharedMemory::kOut, RangesOf(nest).dst)});
}

void Emitter::AluImm(AluOpcode opcode, uint32_t acc_base, uint32_t num_elements, int32_t imm) {
  AluInstruction alu;
  alu.opcode = Code(Opcode::kAlu);
  alu.alu_opcode = static_cast<uint32_t>(opcode);
  alu.use_imm = true;
  alu.imm = imm;
  const LoopNest nest = Run(acc_base, num_elements);
  Compute(alu, nest, {Writes(SharedMemory::kOut, RangesOf(nest).dst)});
}

void Emitter::Compute(Instruction instruction, const LoopNest& nest, std::vector<Access> accesses) {
  if (!status_.ok()) return;
  absl::StatusOr<UopKernel> kernel = Compress(config(), nest, UsableUops(config()));
  if (!kernel.ok()) {
    status_ = kernel.status();
    return;
  }
  if (auto* gemm = std::get_if<GemmInstruction>(&instruction)) {
    SetLoops(*gemm, *kernel);
    gemm->wgt_factor_out = kernel->outer.wgt;
    gemm->wgt_factor_in = kernel->inner.wgt;
  } else {
    SetLoops(std::get<AluInstruction>(instruction), *kernel);
  }
  const std::optional<uint32_t> index = AddKernel(std::move(kernel->uops));
  steps_.push_back({{instruction, std::move(accesses)}, std::nullopt, index});
}

std::optional<uint32_t> Emitter::AddKernel(std::vector<Uop> uops) {
  std::vector<uint32_t> packed;
  packed.reserve(uops.size());
  for (const Uop& uop : uops) {
    const absl::StatusOr<uint32_t> bits = PackUop(config(), uop);
    if (!bits.ok()) {
      status_ = bits.status();
      return std::nullopt;
    }
    packed.push_back(*bits);
  }
  const auto [place, is_new] = kernel_indices_.try_emplace(packed, static_cast<uint32_t>(kernels_.size()));
  if (is_new) kernels_.push_back(std::move(packed));
  return place->second;
}

// When the micro-ops of the whole program fit, one LOAD brings them; else each kernel comes when it is
// needed.
absl::Status Emitter::PlaceUops() {
  for (const std::vector<uint32_t>& kernel : kernels_) {
    program_.uops.insert(program_.uops.end(), kernel.begin(), kernel.end());
  }
  ProgramBuffer& buffer = program_.buffers[kUopBuffer];
  for (const uint32_t uop : program_.uops) {
    for (int i = 0; i < 4; ++i) buffer.contents.push_back(static_cast<uint8_t>(uop >> (8 * i)));
  }
  buffer.num_bytes = buffer.contents.size();
  if (kernels_.empty()) return absl::OkStatus();
  const bool all_fit = program_.uops.size() <= UsableUops(config());
  UopMemory memory(kernels_, UsableUops(config()));
  std::vector<Step> placed;
  placed.reserve(steps_.size() + kernels_.size());
  if (all_fit) {
    for (uint32_t i = 0; i < kernels_.size(); ++i) memory.Place(i);
    const UopLoad all = {0, 0, static_cast<uint32_t>(program_.uops.size())};
    placed.push_back({{LoadUops(all), {}}, kUopBuffer, std::nullopt});
  }
  for (Step& step : steps_) {
    if (step.kernel.has_value()) {
      const UopMemory::Placement place = memory.Place(*step.kernel);
      if (place.load.has_value()) placed.push_back({{LoadUops(*place.load), {}}, kUopBuffer, std::nullopt});
      const auto size = static_cast<uint32_t>(kernels_[*step.kernel].size());
      SetUops(step.scheduled.instruction, place.begin, place.begin + size);
    }
    placed.push_back(std::move(step));
  }
  steps_ = std::move(placed);
  return absl::OkStatus();
}

absl::Status Emitter::Encode(const std::vector<ScheduledInstruction>& instructions) {
  program_.instructions.reserve(instructions.size());
  for (const ScheduledInstruction& scheduled : instructions) {
    BATON_ASSIGN_OR_RETURN(const Word word, Pack(config(), scheduled.instruction));
    program_.instructions.push_back(word);
  }
  return absl::OkStatus();
}

absl::StatusOr<Program> Emitter::Finish() {
  BATON_RETURN_IF_ERROR(status_);
  BATON_RETURN_IF_ERROR(PlaceUops());
  std::vector<ScheduledInstruction> instructions;
  instructions.reserve(steps_.size() + 2);
  for (uint32_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].buffer.has_value()) program_.relocations.push_back({i, *steps_[i].buffer});
    instructions.push_back(std::move(steps_[i].scheduled));
  }
  AddTokens(config(), instructions);
  BATON_RETURN_IF_ERROR(Encode(instructions));
  return std::move(program_);
}

}  // namespace baton::vta
