// A dense tensor cut at one axis: [outer, extent, inner]. For kernels that work along an axis.
#pragma once

#include "vm/core/tensor.h"

namespace baton {

struct AxisSplit {
  // REQUIRES: 0 <= axis < rank, and the tensor has elements (their extents multiply without overflow).
  AxisSplit(const TensorObject& tensor, int axis) : extent(tensor.dims[axis]) {
    for (int i = 0; i < axis; ++i) outer *= tensor.dims[i];
    for (int i = axis + 1; i < tensor.rank; ++i) inner *= tensor.dims[i];
  }
  int64_t outer = 1, extent, inner = 1;
};

// `axis`, which the type rule has checked, counted from the front.
inline int FromFront(int64_t axis, int rank) {
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

}  // namespace baton
