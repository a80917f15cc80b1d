// Writes a VTA program into a chip's memory, one instruction at a time, for tests. Values that no instruction
// can hold end the process.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/vta/chip.h"

namespace baton::vta {

// Bits of the header.
struct Tokens {
  bool pop_prev = false;
  bool pop_next = false;
  bool push_prev = false;
  bool push_next = false;
};

// A 2-D transfer; the fields of the instruction.
struct Transfer {
  uint32_t sram = 0;
  uint32_t dram = 0;  // elements
  uint32_t y = 1;
  uint32_t x = 0;
  uint32_t stride = 0;
  uint32_t y_pad_0 = 0;
  uint32_t y_pad_1 = 0;
  uint32_t x_pad_0 = 0;
  uint32_t x_pad_1 = 0;
};

// The loops of GEMM and ALU. Factors: {outer, inner}.
struct Loops {
  uint32_t uop_bgn = 0;
  uint32_t uop_end = 1;
  uint32_t out = 1;
  uint32_t in = 1;
  uint32_t dst[2] = {0, 0};
  uint32_t src[2] = {0, 0};
  uint32_t wgt[2] = {0, 0};
};

class ProgramBuilder {
 public:
  explicit ProgramBuilder(const Config& config) : config_(config) {}

  void Load(MemoryType type, const Transfer& transfer, Tokens tokens = {});
  void Store(const Transfer& transfer, Tokens tokens = {});
  void Gemm(const Loops& loops, Tokens tokens = {});
  void Reset(const Loops& loops, Tokens tokens = {});
  void AluImm(AluOpcode opcode, int32_t imm, const Loops& loops, Tokens tokens = {});
  void AluTensor(AluOpcode opcode, const Loops& loops, Tokens tokens = {});
  // Instructions that only handle tokens, of the three queues.
  void LoadNop(Tokens tokens) { Load(MemoryType::kInp, {.y = 0}, tokens); }
  void ComputeNop(Tokens tokens) { Load(MemoryType::kUop, {.y = 0}, tokens); }
  void StoreNop(Tokens tokens);
  void Finish(Tokens tokens = {});
  void Raw(Word word) { words_.push_back(word); }

  // Its number; LOAD UOP brings it in.
  uint32_t AddUop(uint32_t dst, uint32_t src = 0, uint32_t wgt = 0);
  uint32_t num_uops() const { return static_cast<uint32_t>(uops_.size()); }
  // LOAD UOP of all micro-ops added so far, from where Place will put them.
  void LoadUops(Tokens tokens = {});

  size_t num_instructions() const { return words_.size(); }
  std::vector<Word>& words() { return words_; }

  // Puts instructions and micro-ops into the first megabyte; what remains is the test's. The request runs
  // them.
  RunRequest Place(DeviceMemory& memory) const;

  static constexpr uint32_t kUopAddress = 0x1000;
  static constexpr uint32_t kInstructionAddress = 0x10000;
  static constexpr uint32_t kDataAddress = 0x100000;

 private:
  void Add(const Instruction& instruction);

  Config config_;
  std::vector<Word> words_;
  std::vector<uint32_t> uops_;
};

// The program of the worked example in the specification's section 12 needs no more than this.
inline uint32_t DramBase(uint32_t address, uint32_t element_bytes) {
  return address / element_bytes;
}

}  // namespace baton::vta
