#include "accel/vta/model_core.h"

#include <algorithm>

#include "accel/vta/instruction_checks.h"
#include "accel/vta/steps.h"

namespace baton::vta {
namespace {

Indices Factors(uint32_t dst, uint32_t src, uint32_t wgt) {
  return {dst, src, wgt};
}

}  // namespace

ModelCore::ModelCore(const Config& config, const ModelOptions& options, DeviceMemory& memory,
                     Scratchpads& scratchpads, Counters& counters)
    : config_(config),
      options_(options),
      memory_(memory),
      pads_(scratchpads),
      counters_(counters),
      gemm_code_(GemmCodes(config).back()) {
  for (const FieldLayout& field : Layout(config, Format::kUop)) {
    if (field.is_reserved) uop_reserved_ |= (~uint32_t{0} >> (32 - field.width)) << field.lsb;
  }
}

std::optional<Violation> ModelCore::Execute(const Instruction& instruction) {
  if (auto violation = CheckInstruction(config_, options_, instruction, memory_.size())) return violation;
  return std::visit([&](const auto& fields) { return Run(fields); }, instruction);
}

// What the steps leave in OUT. REQUIRES: indices in range.
void ModelCore::MarkComputed(OutState state) {
  loops_.VisitSteps([&](const Indices& step) {
    pads_.out_state[step.dst] = state;
    return true;
  });
}

void ModelCore::Reset() {
  const size_t lanes = size_t{1} * config_.batch() * config_.block();
  loops_.VisitSteps([&](const Indices& step) {
    uint32_t* acc = pads_.acc.data() + step.dst * lanes;
    std::fill(acc, acc + lanes, 0);
    pads_.acc_written.Add(step.dst);
    return true;
  });
  MarkComputed(OutState::kUndefined);
}

std::optional<Violation> ModelCore::Run(const GemmInstruction& gemm) {
  const uint64_t steps = StepsOf(gemm);
  if (steps == 0) return std::nullopt;
  loops_.iter_out = gemm.iter_out;
  loops_.iter_in = gemm.iter_in;
  loops_.factor_out = Factors(gemm.dst_factor_out, gemm.src_factor_out, gemm.wgt_factor_out);
  loops_.factor_in = Factors(gemm.dst_factor_in, gemm.src_factor_in, gemm.wgt_factor_in);
  if (auto violation = ReadUops(gemm.uop_bgn, gemm.uop_end, /*is_alu=*/false)) return violation;
  if (auto violation = CheckIndices(/*reads_inp_and_wgt=*/!gemm.reset, /*reads_src_of_acc=*/false)) {
    return violation;
  }
  if (gemm.reset) {
    Reset();
    counters_.reset_steps += steps;
    return std::nullopt;
  }
  if (auto violation = CheckWritten(/*is_gemm=*/true, /*reads_src=*/true)) return violation;
  RunGemm(config_, gemm_code_, loops_, pads_.inp.data(), pads_.wgt.data(), pads_.acc.data());
  MarkComputed(OutState::kCurrent);
  counters_.gemm_steps += steps;
  return std::nullopt;
}

std::optional<Violation> ModelCore::Run(const AluInstruction& alu) {
  const uint64_t steps = StepsOf(alu);
  if (steps == 0) return std::nullopt;
  const bool reads_src = !alu.use_imm;
  loops_.iter_out = alu.iter_out;
  loops_.iter_in = alu.iter_in;
  loops_.factor_out = Factors(alu.dst_factor_out, alu.src_factor_out, 0);
  loops_.factor_in = Factors(alu.dst_factor_in, alu.src_factor_in, 0);
  if (auto violation = ReadUops(alu.uop_bgn, alu.uop_end, /*is_alu=*/true)) return violation;
  if (auto violation = CheckIndices(/*reads_inp_and_wgt=*/false, /*reads_src_of_acc=*/reads_src)) {
    return violation;
  }
  if (alu.use_imm) {
    if (auto violation = CheckImmediateSource()) return violation;
  }
  if (auto violation = CheckWritten(/*is_gemm=*/false, reads_src)) return violation;
  if (auto violation = CheckAluDistance(reads_src)) return violation;
  const auto opcode = static_cast<AluOpcode>(alu.alu_opcode);
  if (opcode == AluOpcode::kShr && reads_src) {
    if (auto violation = CheckShiftAmounts()) return violation;
  }
  RunAlu(config_, loops_, {opcode, alu.use_imm, alu.imm}, pads_.acc.data());
  MarkComputed(OutState::kCurrent);
  counters_.alu_steps += steps;
  return std::nullopt;
}

}  // namespace baton::vta
