#include "accel/vta/program/uop_kernel.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_format.h"

namespace baton::vta {
namespace {

constexpr uint32_t kMaxIterations = (1u << 14) - 1;
constexpr uint64_t kMinRotation = 3;  // accumulators in turn: section 10.1, rule 6

// `outer` goes on where `inner` ends: one loop does for both.
bool Continues(const LoopDim& outer, const LoopDim& inner) {
  return uint64_t{outer.extent} * inner.extent <= kMaxIterations && outer.dst == inner.extent * inner.dst &&
         outer.src == inner.extent * inner.src && outer.wgt == inner.extent * inner.wgt;
}

bool MergeOnce(std::vector<LoopDim>& dims) {
  for (size_t outer = 0; outer < dims.size(); ++outer) {
    for (size_t inner = 0; inner < dims.size(); ++inner) {
      if (outer == inner || !Continues(dims[outer], dims[inner])) continue;
      dims[inner].extent *= dims[outer].extent;
      dims.erase(dims.begin() + outer);
      return true;
    }
  }
  return false;
}

std::vector<LoopDim> Simplified(const LoopNest& nest) {
  std::vector<LoopDim> dims = nest.dims;
  std::erase_if(dims, [](const LoopDim& dim) { return dim.extent == 1; });
  while (MergeOnce(dims)) {
  }
  return dims;
}

bool FitsLoop(const Config& config, const LoopDim& dim) {
  return dim.extent <= kMaxIterations && dim.dst < config.acc_depth() && dim.src < config.inp_depth() &&
         dim.wgt < config.wgt_depth();
}

// Which loops run in hardware; the same index twice: one loop only.
struct Choice {
  size_t outer, inner;
  uint64_t num_uops;
  uint64_t rotation;  // different accumulators before one is used again
};

// Micro-ops are ordered with the loops that change the accumulator innermost. Without those, the same
// accumulator is used by all of them in turn.
Choice Evaluate(const std::vector<LoopDim>& dims, size_t outer, size_t inner) {
  Choice choice = {outer, inner, 1, 1};
  uint64_t sums = 1;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i == outer || i == inner) continue;
    choice.num_uops *= dims[i].extent;
    (dims[i].dst == 0 ? sums : choice.rotation) *= dims[i].extent;
  }
  if (sums == 1 && choice.num_uops == choice.rotation) {
    if (dims[inner].dst != 0) choice.rotation *= dims[inner].extent;
    if (dims[inner].dst != 0 && inner != outer && dims[outer].dst != 0) choice.rotation *= dims[outer].extent;
  }
  return choice;
}

bool IsBetter(const Choice& a, const Choice& b) {
  const bool a_rotates = a.rotation >= kMinRotation;
  const bool b_rotates = b.rotation >= kMinRotation;
  if (a_rotates != b_rotates) return a_rotates;
  if (a.num_uops != b.num_uops) return a.num_uops < b.num_uops;
  return a.rotation > b.rotation;
}

// The best choice with at most `max_uops`; of those, one whose accumulators rotate if there is one.
std::optional<Choice> Choose(const Config& config, const std::vector<LoopDim>& dims, uint32_t max_uops) {
  std::optional<Choice> best;
  for (size_t outer = 0; outer < dims.size(); ++outer) {
    for (size_t inner = 0; inner < dims.size(); ++inner) {
      if (!FitsLoop(config, dims[outer]) || !FitsLoop(config, dims[inner])) continue;
      const Choice choice = Evaluate(dims, outer, inner);
      if (choice.num_uops <= max_uops && (!best || IsBetter(choice, *best))) best = choice;
    }
  }
  return best;
}

// `dims` outermost first.
std::vector<Uop> Unrolled(const Uop& base, const std::vector<LoopDim>& dims) {
  std::vector<Uop> uops = {base};
  for (const LoopDim& dim : dims) {
    std::vector<Uop> next;
    next.reserve(uops.size() * dim.extent);
    for (const Uop& uop : uops) {
      for (uint32_t i = 0; i < dim.extent; ++i) {
        Uop step = uop;
        step.dst_idx += i * dim.dst;
        step.src_idx += i * dim.src;
        step.wgt_idx += i * dim.wgt;
        next.push_back(step);
      }
    }
    uops = std::move(next);
  }
  return uops;
}

}  // namespace

uint64_t NumSteps(const LoopNest& nest) {
  uint64_t steps = 1;
  for (const LoopDim& dim : nest.dims) steps *= dim.extent;
  return steps;
}

NestRanges RangesOf(const LoopNest& nest) {
  NestRanges ranges;
  ranges.dst = {nest.base.dst_idx, nest.base.dst_idx};
  ranges.src = {nest.base.src_idx, nest.base.src_idx};
  ranges.wgt = {nest.base.wgt_idx, nest.base.wgt_idx};
  for (const LoopDim& dim : nest.dims) {
    ranges.dst.last += (dim.extent - 1) * dim.dst;
    ranges.src.last += (dim.extent - 1) * dim.src;
    ranges.wgt.last += (dim.extent - 1) * dim.wgt;
  }
  return ranges;
}

LoopNest Slice(const LoopNest& nest, uint32_t begin, uint32_t end) {
  LoopNest slice = nest;
  LoopDim& dim = slice.dims.front();
  dim.extent = end - begin;
  slice.base.dst_idx += begin * dim.dst;
  slice.base.src_idx += begin * dim.src;
  slice.base.wgt_idx += begin * dim.wgt;
  return slice;
}

absl::StatusOr<UopKernel> Compress(const Config& config, const LoopNest& nest, uint32_t max_uops) {
  std::vector<LoopDim> dims = Simplified(nest);
  UopKernel kernel;
  if (dims.empty()) {
    kernel.uops = {nest.base};
    return kernel;
  }
  const std::optional<Choice> choice = Choose(config, dims, max_uops);
  if (!choice.has_value()) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("VTA micro-ops: a nest of %d loops and %d steps needs more than %d", dims.size(),
                        NumSteps(nest), max_uops));
  }
  kernel.inner = dims[choice->inner];
  if (choice->outer != choice->inner) kernel.outer = dims[choice->outer];
  std::vector<LoopDim> unrolled;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i != choice->outer && i != choice->inner) unrolled.push_back(dims[i]);
  }
  std::stable_partition(unrolled.begin(), unrolled.end(), [](const LoopDim& dim) { return dim.dst == 0; });
  kernel.uops = Unrolled(nest.base, unrolled);
  return kernel;
}

}  // namespace baton::vta
