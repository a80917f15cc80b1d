// Walks a broadcast of N dense operands as rows in which every operand either advances by one element or
// stands still, so that kernels need no general strided loop. Internal to ops/. Threads: plans are plain
// values.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "vm/core/tensor.h"

namespace baton {

// Axes of extent 1 are dropped and neighbours merged where all operands allow it. The innermost axis is the
// row.
template <int N>
struct BroadcastPlan {
  int rank = 1;  // after merging, at least 1
  int64_t dims[kMaxRank] = {1};
  int64_t strides[N][kMaxRank] = {};  // in elements; 0 where the operand is broadcast
  int64_t num_elements = 1;           // of the result

  int64_t row_length() const { return dims[rank - 1]; }
  // True when operand `i` advances along a row, false when it stands still.
  bool advances(int i) const { return strides[i][rank - 1] != 0; }
};

// REQUIRES: `inputs` broadcast to `result` (the type rule has been obeyed).
template <int N>
BroadcastPlan<N> PlanBroadcast(absl::Span<const int64_t> result,
                               const std::array<absl::Span<const int64_t>, N>& inputs) {
  BroadcastPlan<N> plan;
  if (std::find(result.begin(), result.end(), 0) != result.end()) {
    plan.num_elements = 0;
    return plan;
  }
  int rank = 0;  // axes placed so far, innermost first
  int64_t extent[N];
  std::fill(extent, extent + N, int64_t{1});  // elements of each operand inside the current axis
  const int result_rank = static_cast<int>(result.size());
  for (int axis = result_rank - 1; axis >= 0; --axis) {
    plan.num_elements *= result[axis];
    if (result[axis] == 1) continue;
    int64_t stride[N];
    bool merges = rank > 0;
    for (int i = 0; i < N; ++i) {
      const int own = axis - (result_rank - static_cast<int>(inputs[i].size()));
      const int64_t dim = own < 0 ? 1 : inputs[i][own];
      stride[i] = dim == 1 ? 0 : extent[i];
      extent[i] *= dim;
      merges = merges && stride[i] == plan.strides[i][rank - 1] * plan.dims[rank - 1];
    }
    if (merges) {
      plan.dims[rank - 1] *= result[axis];
      continue;
    }
    plan.dims[rank] = result[axis];
    for (int i = 0; i < N; ++i) plan.strides[i][rank] = stride[i];
    ++rank;
  }
  if (rank == 0) {  // one element: every operand may be said to advance
    rank = 1;
    for (int i = 0; i < N; ++i) plan.strides[i][0] = 1;
  }
  std::reverse(plan.dims, plan.dims + rank);
  for (int i = 0; i < N; ++i) std::reverse(plan.strides[i], plan.strides[i] + rank);
  plan.rank = rank;
  return plan;
}

// Calls `row(result_offset, operand_offsets)` for every row in order; offsets in elements.
template <int N, typename Row>
void ForEachRow(const BroadcastPlan<N>& plan, Row&& row) {
  if (plan.num_elements == 0) return;
  int64_t index[kMaxRank] = {};
  std::array<int64_t, N> offsets = {};
  for (int64_t result_offset = 0;; result_offset += plan.row_length()) {
    row(result_offset, offsets);
    int axis = plan.rank - 2;
    for (; axis >= 0; --axis) {
      for (int i = 0; i < N; ++i) offsets[i] += plan.strides[i][axis];
      if (++index[axis] < plan.dims[axis]) break;
      for (int i = 0; i < N; ++i) offsets[i] -= plan.strides[i][axis] * plan.dims[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

}  // namespace baton
