// What nn.max_pool, nn.max_pool_with_indices, nn.avg_pool and nn.lp_pool share. Their Attrs have the fields
// that PoolAttrList names.
#pragma once

#include <string>
#include <vector>

#include "ops/nn/window.h"
#include "ops/op_def.h"
#include "ops/type_relations.h"

namespace baton {

// The result's shape for data [N, C, spatial...] of an element type in `set`.
absl::StatusOr<Shape> PoolShape(TypeContext& context, const WindowAttrs& window,
                                absl::Span<const int64_t> kernel_shape, DTypeSet set);

absl::Status CheckPool(const WindowAttrs& window, absl::Span<const int64_t> kernel_shape);

// The attributes that all of them have, then the `own` ones of one.
template <typename Attrs>
std::vector<Attr<Attrs>> PoolAttrList(const std::vector<Attr<Attrs>>& own) {
  std::vector<Attr<Attrs>> all = {
      {"kernel_shape", &Attrs::kernel_shape, "extents of the window", true},
      {"strides", &Attrs::strides, "steps per spatial axis; empty: 1"},
      {"pads", &Attrs::pads, "all begins, then all ends; empty: 0"},
      {"dilations", &Attrs::dilations, "distances between taps; empty: 1"},
      {"ceil_mode", &Attrs::ceil_mode, "round extents up"},
      {"auto_pad", &Attrs::auto_pad, "NOTSET (use pads), SAME_UPPER, SAME_LOWER or VALID"}};
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

// The type rule of those that take floats and have one result.
template <typename Attrs>
absl::Status FloatPoolType(TypeContext& context, const Attrs& attrs, TensorTypes* result) {
  BATON_ASSIGN_OR_RETURN(Shape shape,
                         PoolShape(context, WindowOf(attrs), attrs.kernel_shape, DTypeSet::kFloat));
  result->push_back({context.input(0)->dtype, std::move(shape)});
  return absl::OkStatus();
}

// Calls `pool(x, taps, position, result index)` for every window: `x` is the offset of its plane of data,
// `position` the window's on each axis. REQUIRES: the call obeys the type rule; the output is not empty.
template <typename Pool>
void ForEachWindow(const WindowGeometry& g, int64_t planes, const Pool& pool) {
  int64_t result = 0;
  int64_t position[kMaxWindowAxes];
  Taps taps[kMaxWindowAxes];
  for (int64_t plane = 0; plane < planes; ++plane) {
    for (position[0] = 0; position[0] < g.out[0]; ++position[0]) {
      taps[0] = TapsInside(g, 0, position[0]);
      for (position[1] = 0; position[1] < g.out[1]; ++position[1]) {
        taps[1] = TapsInside(g, 1, position[1]);
        for (position[2] = 0; position[2] < g.out[2]; ++position[2]) {
          taps[2] = TapsInside(g, 2, position[2]);
          pool(plane * g.InSize(), taps, position, result++);
        }
      }
    }
  }
}

// Calls `visit(offset within the plane)` for every tap inside the input, in order.
template <typename Visit>
void ForEachTap(const WindowGeometry& g, const Taps* taps, const Visit& visit) {
  for (int64_t i = taps[0].begin; i < taps[0].end; ++i) {
    for (int64_t j = taps[1].begin; j < taps[1].end; ++j) {
      const int64_t row =
          ((taps[0].first + i * g.dilation[0]) * g.in[1] + taps[1].first + j * g.dilation[1]) * g.in[2];
      for (int64_t k = taps[2].begin; k < taps[2].end; ++k) visit(row + taps[2].first + k * g.dilation[2]);
    }
  }
}

inline WindowGeometry PoolGeometry(const WindowAttrs& window, absl::Span<const int64_t> kernel_shape,
                                   const TensorObject& data, const TensorObject& output) {
  return ResolveWindow(window, data.shape().subspan(2), kernel_shape, output.shape().subspan(2));
}

}  // namespace baton
