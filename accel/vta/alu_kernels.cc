// ALU's lanes: one loop for each operation and kind of right operand, compiled for the processor's vectors.
#include <algorithm>

#include "accel/vta/compute_kernels.h"

namespace baton::vta {
namespace {

template <AluOpcode kOpcode>
inline __attribute__((always_inline)) uint32_t Apply(int32_t a, int32_t b) {
  switch (kOpcode) {
    case AluOpcode::kMin:
      return static_cast<uint32_t>(std::min(a, b));
    case AluOpcode::kMax:
      return static_cast<uint32_t>(std::max(a, b));
    case AluOpcode::kAdd:
      return static_cast<uint32_t>(a) + static_cast<uint32_t>(b);
    case AluOpcode::kShr: {
      const uint32_t right = static_cast<uint32_t>(a >> std::clamp(b, 0, 31));
      const uint32_t left = b <= -32 ? 0 : static_cast<uint32_t>(a) << (-static_cast<uint32_t>(b) & 31);
      return b >= 0 ? right : left;
    }
    case AluOpcode::kMul:
      return static_cast<uint32_t>(a) * static_cast<uint32_t>(b);
  }
  return 0;
}

struct Pass {
  const LoopNest& loops;
  uint32_t* acc;
  int lanes;
  int32_t imm;
};

template <AluOpcode kOpcode, bool kImmediate>
inline __attribute__((always_inline)) void RunSteps(const Pass& pass) {
  const LoopNest& loops = pass.loops;
  for (uint32_t o = 0; o < loops.iter_out; ++o) {
    for (uint32_t i = 0; i < loops.iter_in; ++i) {
      const Indices base = loops.Offset(o, i);
      for (const Indices& uop : loops.uops) {
        uint32_t* dst = pass.acc + size_t{uop.dst + base.dst} * pass.lanes;
        const uint32_t* src = pass.acc + size_t{uop.src + base.src} * pass.lanes;
        for (int lane = 0; lane < pass.lanes; ++lane) {
          const int32_t b = kImmediate ? pass.imm : static_cast<int32_t>(src[lane]);
          dst[lane] = Apply<kOpcode>(static_cast<int32_t>(dst[lane]), b);
        }
      }
    }
  }
}

using Kernel = void (*)(const Pass& pass);

template <AluOpcode kOpcode, bool kImmediate>
void RunPlain(const Pass& pass) {
  RunSteps<kOpcode, kImmediate>(pass);
}

#if defined(__x86_64__)
template <AluOpcode kOpcode, bool kImmediate>
__attribute__((target("avx2"))) void RunAvx2(const Pass& pass) {
  RunSteps<kOpcode, kImmediate>(pass);
}

template <AluOpcode kOpcode, bool kImmediate>
Kernel ChooseKernel() {
  return __builtin_cpu_supports("avx2") ? RunAvx2<kOpcode, kImmediate> : RunPlain<kOpcode, kImmediate>;
}
#else
template <AluOpcode kOpcode, bool kImmediate>
Kernel ChooseKernel() {
  return RunPlain<kOpcode, kImmediate>;
}
#endif

Kernel KernelOf(const AluOperation& operation) {
  switch (operation.opcode) {
#define VTA_ALU_OPCODE(code, name, meaning)                                            \
  case AluOpcode::k##name:                                                             \
    return operation.use_imm ? ChooseKernel<AluOpcode::k##name, /*kImmediate=*/true>() \
                             : ChooseKernel<AluOpcode::k##name, /*kImmediate=*/false>();
#include "accel/vta/isa.def"
  }
  return nullptr;
}

}  // namespace

void RunAlu(const Config& config, const LoopNest& loops, const AluOperation& operation, uint32_t* acc) {
  KernelOf(operation)(Pass{loops, acc, config.batch() * config.block(), operation.imm});
}

}  // namespace baton::vta
