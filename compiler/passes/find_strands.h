// Which bindings of a region to run beside the others. Internal to parallelise.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "compiler/passes/region_graph.h"

namespace baton {

struct StrandLimits {
  double min_ns = 0;  // least work of a strand, and least work beside it
  // False for bindings that cannot be one function, having too many inputs.
  std::function<bool(const std::vector<int>& members)> fits;
};

// Bindings that are evaluated together, where they are forked, in their order.
struct Strand {
  std::vector<int> members;  // in order
  std::vector<int> roots;    // those whose values others use, in order
  int forked_after = -1;     // the binding that its Fork follows; -1: the region's begin
  int awaited_before = 0;    // the first binding that uses its values; num_nodes(): the region's end
  int first_fallible = 0;    // orders the Forks of one place
  double ns = 0;
  double ns_beside = 0;  // what the region does meanwhile
};

// Why work that would be worth a strand is none.
enum class Refusal : uint8_t { kNothingBeside, kStays, kEffect, kFailure, kTooLarge };

struct StrandChoice {
  std::vector<Strand> strands;
  struct Refused {
    int root = 0;
    Refusal why = Refusal::kNothingBeside;
  };
  std::vector<Refused> refused;
  double small_ns = 0;  // of all work that was too small, and how many bindings that is
  int num_small = 0;
};

// Chooses strands such that in program order, a strand's bindings standing where it is forked, bindings that
// may fail keep their order. Time O(n log n) for n bindings.
StrandChoice FindStrands(const RegionGraph& graph, const StrandLimits& limits);

}  // namespace baton
