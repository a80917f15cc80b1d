// Loop nests over scratchpad elements, and how they become a GEMM or ALU instruction: two of the loops run in
// hardware, the others are written out as micro-ops. Source: the specification's sections 5, 6, 11 and 14.2.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "accel/vta/config.h"
#include "accel/vta/isa.h"

namespace baton::vta {

// A loop of a nest: per iteration the three indices grow by so much.
struct LoopDim {
  uint32_t extent = 1;
  uint32_t dst = 0;
  uint32_t src = 0;
  uint32_t wgt = 0;

  friend bool operator==(const LoopDim&, const LoopDim&) = default;
};

// One step for each combination of iterations. The order is free: steps of GEMM add, those of an ALU
// instruction do not meet.
struct LoopNest {
  Uop base = {};
  std::vector<LoopDim> dims = {};
};

uint64_t NumSteps(const LoopNest& nest);

// Indices that a nest touches: [first, last].
struct IndexRange {
  uint32_t first = 0;
  uint32_t last = 0;
};
struct NestRanges {
  IndexRange dst, src, wgt;
};
// REQUIRES: no extent is 0.
NestRanges RangesOf(const LoopNest& nest);

// The iterations [begin, end) of the first loop.
LoopNest Slice(const LoopNest& nest, uint32_t begin, uint32_t end);

// What an instruction runs.
struct UopKernel {
  std::vector<Uop> uops;
  LoopDim outer, inner;

  friend bool operator==(const UopKernel&, const UopKernel&) = default;
};

// Chooses the loops so that few micro-ops remain and, where there are three accumulators at all, three steps
// that follow each other use different ones: not every VTA forwards from a step to the next.
// Errors: ResourceExhausted when more than `max_uops` remain.
absl::StatusOr<UopKernel> Compress(const Config& config, const LoopNest& nest, uint32_t max_uops);

// The most micro-ops that a program may use: those that upstream's RTL has. Section 1.1.
constexpr uint32_t UsableUops(const Config& config) {
  return config.uop_depth() < 2048 ? config.uop_depth() : 2048;
}

}  // namespace baton::vta
