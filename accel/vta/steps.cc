#include "accel/vta/steps.h"

namespace baton::vta {
namespace {

uint64_t Steps(const MemoryInstruction& memory) {
  if (memory.x_size == 0) return 0;
  if (memory.opcode == static_cast<uint32_t>(Opcode::kStore)) return uint64_t{memory.y_size} * memory.x_size;
  const uint64_t rows = memory.y_pad_0 + memory.y_size + memory.y_pad_1;
  return rows * (memory.x_pad_0 + memory.x_size + memory.x_pad_1);
}

template <typename Loop>
uint64_t LoopSteps(const Loop& loop) {
  if (loop.uop_bgn >= loop.uop_end) return 0;
  return uint64_t{loop.iter_out} * loop.iter_in * (loop.uop_end - loop.uop_bgn);
}

uint64_t Steps(const GemmInstruction& gemm) {
  return LoopSteps(gemm);
}
uint64_t Steps(const AluInstruction& alu) {
  return LoopSteps(alu);
}
uint64_t Steps(const FinishInstruction&) {
  return 0;
}

}  // namespace

uint64_t StepsOf(const Instruction& instruction) {
  return std::visit([](const auto& fields) { return Steps(fields); }, instruction);
}

}  // namespace baton::vta
