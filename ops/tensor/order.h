// The order of elements along an axis: what sort, argsort, topk, searchsorted and unique share. NaN is
// greater than every number and equal to itself; ties keep their order. Internal to ops/.
#pragma once

#include <algorithm>

#include "ops/elementwise/kernels.h"
#include "ops/nn/axis_split.h"

namespace baton {

// A strict order of all values, NaN included.
template <typename C>
bool OrdersAfter(C a, C b) {
  return a > b || (a != a && b == b);
}

// The first `k` of `order` become the positions of the first k elements of line `x` in order.
template <typename T>
void OrderLine(const T* x, int64_t stride, int64_t extent, int64_t k, bool descending, int64_t* order) {
  for (int64_t i = 0; i < extent; ++i) order[i] = i;
  const auto comes_before = [&](int64_t a, int64_t b) {
    const auto left = Load(x[a * stride]);
    const auto right = Load(x[b * stride]);
    if (OrdersAfter(left, right)) return descending;
    if (OrdersAfter(right, left)) return !descending;
    return a < b;
  };
  if (k == extent) {
    std::sort(order, order + extent, comes_before);
  } else {
    std::partial_sort(order, order + k, order + extent, comes_before);
  }
}

// Orders every line of data along `axis` and calls `write(offset, stride, order, line)`: element i of the
// line in order is line[order[i] * stride], its place in a result of the same shape is offset + i * stride.
template <typename Write>
absl::Status OrderLines(KernelCall& call, int axis, bool descending, Write&& write) {
  const TensorObject& data = *call.inputs[0];
  if (data.num_elements() == 0) return absl::OkStatus();
  const AxisSplit split(data, axis);
  auto* order = static_cast<int64_t*>(call.context.Scratch(split.extent * sizeof(int64_t)));
  if (order == nullptr) return absl::ResourceExhaustedError("no memory for the order of a line");
  return VisitDTypeIn<DTypeSet::kNumeric>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t line = 0; line < split.outer * split.inner; ++line) {
      const int64_t offset = line / split.inner * split.extent * split.inner + line % split.inner;
      const T* x = data.As<T>() + offset;
      OrderLine(x, split.inner, split.extent, split.extent, descending, order);
      write(offset, split.inner, absl::MakeConstSpan(order, split.extent), x);
    }
    return absl::OkStatus();
  });
}

}  // namespace baton
