// PUBLIC: how many steps an instruction takes: what InstructionRecord::steps counts (chip.h), in every chip.
#pragma once

#include <cstdint>

#include "accel/vta/isa.h"

namespace baton::vta {

// GEMM and ALU: micro-op steps; LOAD: elements written to the scratchpad, padding included; STORE: elements
// stored; else 0.
uint64_t StepsOf(const Instruction& instruction);

}  // namespace baton::vta
