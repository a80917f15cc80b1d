// MemoryPlan: which tensors lie in which region's arena, and where. Made by passes/plan_memory.cc, read by
// lowering.
#pragma once

#include <map>
#include <utility>

#include "compiler/ir/module.h"
#include "vm/core/dim.h"

namespace baton::ir {

// One arena, opened when control enters the region and closed when it leaves.
struct RegionPlan {
  // Bytes; all symbols are defined when the region is entered. A multiple of 64 for any non-negative extents.
  Dim num_bytes;
  // Byte offset of (variable, index of the tensor within its tuple; 0 for a plain tensor).
  std::map<std::pair<const Var*, int>, Dim> offsets;
};

struct MemoryPlan {
  std::map<const Region*, RegionPlan> regions;  // only those with tensors in an arena
};

}  // namespace baton::ir
