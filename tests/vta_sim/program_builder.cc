#include "tests/vta_sim/program_builder.h"

#include <cstring>

#include "vm/core/status.h"

namespace baton::vta {
namespace {

template <typename T>
void SetTokens(T& instruction, Tokens tokens) {
  instruction.pop_prev = tokens.pop_prev;
  instruction.pop_next = tokens.pop_next;
  instruction.push_prev = tokens.push_prev;
  instruction.push_next = tokens.push_next;
}

template <typename T>
T WithLoops(Opcode opcode, const Loops& loops, Tokens tokens) {
  T result;
  result.opcode = static_cast<uint32_t>(opcode);
  SetTokens(result, tokens);
  result.uop_bgn = loops.uop_bgn;
  result.uop_end = loops.uop_end;
  result.iter_out = loops.out;
  result.iter_in = loops.in;
  result.dst_factor_out = loops.dst[0];
  result.dst_factor_in = loops.dst[1];
  result.src_factor_out = loops.src[0];
  result.src_factor_in = loops.src[1];
  return result;
}

MemoryInstruction Memory(Opcode opcode, MemoryType type, const Transfer& t, Tokens tokens) {
  MemoryInstruction result;
  result.opcode = static_cast<uint32_t>(opcode);
  SetTokens(result, tokens);
  result.memory_type = static_cast<uint32_t>(type);
  result.sram_base = t.sram;
  result.dram_base = t.dram;
  result.y_size = t.y;
  result.x_size = t.x;
  result.x_stride = t.stride;
  result.y_pad_0 = t.y_pad_0;
  result.y_pad_1 = t.y_pad_1;
  result.x_pad_0 = t.x_pad_0;
  result.x_pad_1 = t.x_pad_1;
  return result;
}

}  // namespace

void ProgramBuilder::Add(const Instruction& instruction) {
  const auto word = Pack(config_, instruction);
  BATON_CHECK(word.ok());
  words_.push_back(*word);
}

void ProgramBuilder::Load(MemoryType type, const Transfer& transfer, Tokens tokens) {
  Add(Memory(Opcode::kLoad, type, transfer, tokens));
}

void ProgramBuilder::Store(const Transfer& transfer, Tokens tokens) {
  Add(Memory(Opcode::kStore, MemoryType::kOut, transfer, tokens));
}

void ProgramBuilder::StoreNop(Tokens tokens) {
  Add(Memory(Opcode::kStore, MemoryType::kUop, {.y = 0}, tokens));
}

void ProgramBuilder::Gemm(const Loops& loops, Tokens tokens) {
  auto gemm = WithLoops<GemmInstruction>(Opcode::kGemm, loops, tokens);
  gemm.wgt_factor_out = loops.wgt[0];
  gemm.wgt_factor_in = loops.wgt[1];
  Add(gemm);
}

void ProgramBuilder::Reset(const Loops& loops, Tokens tokens) {
  auto gemm = WithLoops<GemmInstruction>(Opcode::kGemm, loops, tokens);
  gemm.reset = true;
  Add(gemm);
}

void ProgramBuilder::AluImm(AluOpcode opcode, int32_t imm, const Loops& loops, Tokens tokens) {
  auto alu = WithLoops<AluInstruction>(Opcode::kAlu, loops, tokens);
  alu.alu_opcode = static_cast<uint32_t>(opcode);
  alu.use_imm = true;
  alu.imm = imm;
  Add(alu);
}

void ProgramBuilder::AluTensor(AluOpcode opcode, const Loops& loops, Tokens tokens) {
  auto alu = WithLoops<AluInstruction>(Opcode::kAlu, loops, tokens);
  alu.alu_opcode = static_cast<uint32_t>(opcode);
  Add(alu);
}

void ProgramBuilder::Finish(Tokens tokens) {
  FinishInstruction finish;
  finish.opcode = static_cast<uint32_t>(Opcode::kFinish);
  SetTokens(finish, tokens);
  Add(finish);
}

uint32_t ProgramBuilder::AddUop(uint32_t dst, uint32_t src, uint32_t wgt) {
  Uop uop;
  uop.dst_idx = dst;
  uop.src_idx = src;
  uop.wgt_idx = wgt;
  const auto bits = PackUop(config_, uop);
  BATON_CHECK(bits.ok());
  uops_.push_back(*bits);
  return num_uops() - 1;
}

void ProgramBuilder::LoadUops(Tokens tokens) {
  Load(MemoryType::kUop, {.sram = 0, .dram = kUopAddress / 4, .y = 1, .x = num_uops(), .stride = num_uops()},
       tokens);
}

RunRequest ProgramBuilder::Place(DeviceMemory& memory) const {
  BATON_CHECK(kUopAddress + 4 * uops_.size() <= kInstructionAddress);
  BATON_CHECK(kInstructionAddress + kInstructionBytes * words_.size() <= kDataAddress);
  BATON_CHECK(kDataAddress <= memory.size());
  if (!uops_.empty()) std::memcpy(memory.data() + kUopAddress, uops_.data(), 4 * uops_.size());
  std::memcpy(memory.data() + kInstructionAddress, words_.data(), kInstructionBytes * words_.size());
  return {.instruction_address = kInstructionAddress,
          .instruction_count = static_cast<uint32_t>(words_.size()),
          .max_cycles = 20'000'000,
          .record_instructions = true};
}

}  // namespace baton::vta
