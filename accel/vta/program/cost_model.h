// PUBLIC: how long a program takes, without running it: each instruction is given its cost, and waits for its
// queue, its tokens and the memory port. What it leaves out: conflicts inside the scratchpads, and the order
// in which the memory serves requests that come in the same cycle. `baton vta bench` compares it with the
// RTL.
#pragma once

#include <cstdint>
#include <vector>

#include "accel/vta/program/program.h"

namespace baton::vta {

// Source: the specification's section 16 (reference memory), and the RTL (docs/vta_rtl.md).
struct Machine {
  uint32_t bus_bytes = 8;  // a beat each cycle
  uint32_t read_latency = 16;
  uint32_t write_latency = 1;
  uint32_t load_overhead = 4;   // cycles of a LOAD besides beats and latency
  uint32_t store_overhead = 5;  // of a STORE besides its beats
  uint32_t store_cycles_per_beat = 1;
  uint32_t gemm_overhead = 3;  // cycles of an instruction besides its steps
  uint32_t alu_overhead = 3;
  uint32_t alu_tensor_cycles = 2;  // an element, with two tensor operands; 1 with a constant
  uint32_t engine_queue = 2;       // instructions that wait before each of GEMM and ALU
  bool engines_overlap = true;     // GEMM and ALU run beside each other when their accumulators differ
};

// When each instruction is at work. Cycles from launch.
struct InstructionTime {
  uint64_t begin = 0;
  uint64_t end = 0;
};

// REQUIRES: a program that a builder made: its instructions run one after the other.
std::vector<InstructionTime> PredictTimes(const Program& program, const Machine& machine);
uint64_t PredictCycles(const Program& program, const Machine& machine);

}  // namespace baton::vta
