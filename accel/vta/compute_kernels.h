// The arithmetic of GEMM and ALU over scratchpads, for the model chip: the loop nests of the specification's
// sections 5 and 6, chosen once for the processor that runs them. Nothing is checked here.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/vta/config.h"
#include "accel/vta/isa.h"

namespace baton::vta {

// A micro-op's indices.
struct Indices {
  uint32_t dst;
  uint32_t src;
  uint32_t wgt;
};

// The steps of a GEMM or an ALU instruction: for out, for in, for each micro-op, indices + the loops' sum.
struct LoopNest {
  std::vector<Indices> uops;
  uint32_t iter_out = 0;
  uint32_t iter_in = 0;
  Indices factor_out{};
  Indices factor_in{};

  uint64_t num_steps() const { return uint64_t{iter_out} * iter_in * uops.size(); }

  // Calls visit(Indices) for each step in order, until it returns false.
  template <typename Visitor>
  bool VisitSteps(Visitor visit) const {
    for (uint32_t o = 0; o < iter_out; ++o) {
      for (uint32_t i = 0; i < iter_in; ++i) {
        const Indices base = Offset(o, i);
        for (const Indices& uop : uops) {
          if (!visit(Indices{uop.dst + base.dst, uop.src + base.src, uop.wgt + base.wgt})) return false;
        }
      }
    }
    return true;
  }

  Indices Offset(uint32_t o, uint32_t i) const {
    return {o * factor_out.dst + i * factor_in.dst, o * factor_out.src + i * factor_in.src,
            o * factor_out.wgt + i * factor_in.wgt};
  }
};

// Code for GEMM's tile; all compute the same.
enum class GemmCode { kPlain, kAvx2, kAvx512 };
const char* GemmCodeName(GemmCode code);  // "plain", ...
// What this processor and the size of the tile allow, the fastest last.
std::vector<GemmCode> GemmCodes(const Config& config);

// ACC[dst] += INP[src] * transpose(WGT[wgt]) for each step. The lanes lie as Scratchpads says.
// REQUIRES: indices in range; one of GemmCodes(config).
void RunGemm(const Config& config, GemmCode code, const LoopNest& loops, const int16_t* inp,
             const int16_t* wgt, uint32_t* acc);

// ACC[dst] = op(ACC[dst], imm or ACC[src]) for each step. REQUIRES: indices in range.
struct AluOperation {
  AluOpcode opcode;
  bool use_imm;
  int32_t imm;
};
void RunAlu(const Config& config, const LoopNest& loops, const AluOperation& operation, uint32_t* acc);

}  // namespace baton::vta
