// One instruction of a model chip at a time: its checks, then its effect on scratchpads and memory.
#pragma once

#include <cstdint>
#include <optional>

#include "accel/vta/chip.h"
#include "accel/vta/compute_kernels.h"
#include "accel/vta/isa.h"
#include "accel/vta/model_options.h"
#include "accel/vta/model_scratchpads.h"
#include "accel/vta/rules.h"

namespace baton::vta {

class ModelCore {
 public:
  // All but `options` and `config` are changed by Execute; none is owned.
  ModelCore(const Config& config, const ModelOptions& options, DeviceMemory& memory, Scratchpads& scratchpads,
            Counters& counters);

  // Runs `instruction`, or does nothing but say which rule it breaks. Adds to the counters of its engine.
  std::optional<Violation> Execute(const Instruction& instruction);

 private:
  std::optional<Violation> Run(const MemoryInstruction& memory);
  std::optional<Violation> Run(const GemmInstruction& gemm);
  std::optional<Violation> Run(const AluInstruction& alu);
  std::optional<Violation> Run(const FinishInstruction&) { return std::nullopt; }

  // model_core_memory.cc
  void Load(const MemoryInstruction& memory);
  void WriteRun(MemoryType type, uint32_t index, uint32_t count, const uint8_t* bytes);
  void WriteAccumulators(uint32_t index, uint32_t count, const uint8_t* bytes);
  void WriteAccumulators8(uint32_t index, uint32_t count, const uint8_t* bytes);
  void WriteWeights(uint32_t index, uint32_t count, const uint8_t* bytes);
  void KeepOut(uint32_t index, uint32_t count);
  void CountRead(const MemoryInstruction& memory);
  std::optional<Violation> CheckOut(const MemoryInstruction& memory) const;
  void Store(const MemoryInstruction& memory);

  // model_core_checks.cc
  bool Traps(Rule rule) const { return Applies(rule, options_); }
  std::optional<Violation> ReadUops(uint32_t begin, uint32_t end, bool is_alu);
  std::optional<Violation> CheckIndices(bool reads_inp_and_wgt, bool reads_src_of_acc) const;
  std::optional<Violation> CheckWritten(bool is_gemm, bool reads_src) const;
  std::optional<Violation> CheckImmediateSource() const;
  std::optional<Violation> CheckAluDistance(bool reads_src) const;
  std::optional<Violation> CheckShiftAmounts() const;

  void Reset();
  void MarkComputed(OutState state);

  const Config& config_;
  const ModelOptions& options_;
  DeviceMemory& memory_;
  Scratchpads& pads_;
  Counters& counters_;
  GemmCode gemm_code_;
  uint32_t uop_reserved_ = 0;  // a micro-op's bits without a meaning
  LoopNest loops_;             // of the instruction that runs
};

}  // namespace baton::vta
