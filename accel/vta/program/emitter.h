// Writes a program instruction by instruction, in an order in which they could run one after the other. The
// rest is the emitter's: micro-ops and where they lie, tokens, relocations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "accel/vta/program/program.h"
#include "accel/vta/program/region.h"
#include "accel/vta/program/tokens.h"
#include "accel/vta/program/uop_kernel.h"

namespace baton::vta {

// The first error is kept and given by Finish; what comes after it does nothing.
class Emitter {
 public:
  explicit Emitter(const Config& config);

  const Config& config() const { return program_.config; }
  const absl::Status& status() const { return status_; }

  // Its index. `num_elements` of `type`.
  uint32_t AddBuffer(std::string name, BufferRole role, MemoryType type, uint64_t num_elements);

  // One whose contents belong to the program: whole elements of `type`.
  uint32_t AddConstant(std::string name, MemoryType type, std::vector<uint8_t> contents);

  void Load(MemoryType type, const Region& region, uint32_t sram_base);
  void Store(const Region& region, uint32_t sram_base);
  void Gemm(const LoopNest& nest);
  void Reset(uint32_t acc_base, uint32_t num_elements);
  // ACC[dst] := op(ACC[dst], ACC[src]). REQUIRES: no step reads or writes what another writes.
  void Alu(AluOpcode opcode, const LoopNest& nest);
  // The same with a constant, on a run of elements. REQUIRES: 16 bits.
  void AluImm(AluOpcode opcode, uint32_t acc_base, uint32_t num_elements, int32_t imm);

  // Errors: what went wrong first: Unimplemented or ResourceExhausted for what no instruction can say.
  absl::StatusOr<Program> Finish();

 private:
  struct Step {
    ScheduledInstruction scheduled;
    std::optional<uint32_t> buffer;  // of its dram_base
    std::optional<uint32_t> kernel;  // its micro-ops
  };

  void Move(Opcode opcode, MemoryType type, const Region& region, uint32_t sram_base);
  void Compute(Instruction instruction, const LoopNest& nest, std::vector<Access> accesses);
  std::optional<uint32_t> AddKernel(std::vector<Uop> uops);
  absl::Status PlaceUops();
  absl::Status Encode(const std::vector<ScheduledInstruction>& instructions);

  Program program_;
  std::vector<Step> steps_;
  std::vector<std::vector<uint32_t>> kernels_;  // packed micro-ops
  absl::flat_hash_map<std::vector<uint32_t>, uint32_t> kernel_indices_;
  absl::Status status_;
};

}  // namespace baton::vta
