// What nn.adaptive_avg_pool and nn.adaptive_max_pool share: the input is cut into as many parts as the result
// has places.
#pragma once

#include "ops/elementwise/kernels.h"

namespace baton {

inline constexpr int kMaxAdaptiveAxes = 3;

inline absl::Status AdaptivePoolType(TypeContext& context, const NoAttrs&, TensorTypes* result) {
  BATON_RETURN_IF_ERROR(RequireDType(context, 0, DTypeSet::kFloat));
  const TensorType& data = *context.input(0);
  BATON_ASSIGN_OR_RETURN(const std::optional<int64_t> length, OperandLength(context, 1, "output_size"));
  if (!data.shape.has_rank()) return result->push_back({data.dtype, Shape::Unranked()}), absl::OkStatus();
  const int spatial = data.shape.rank() - 2;
  if (spatial < 1 || spatial > kMaxAdaptiveAxes || (length && *length != spatial)) {
    return absl::InvalidArgumentError(absl::StrCat("data has rank ", data.shape.rank(),
                                                   ", expected batch, channels and one to ", kMaxAdaptiveAxes,
                                                   " spatial axes, as many as output_size has elements"));
  }
  const std::vector<Dim>* size = context.InputValue(1);
  Dims dims = data.shape.dims();
  for (int i = 0; i < spatial; ++i) {
    const Dim extent = size != nullptr ? (*size)[i] : context.FreshDim("extent");
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(extent, Dim(0), "element of output_size"));
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(dims[2 + i], Dim(1), "spatial extent of data"));
    dims[2 + i] = extent;
  }
  result->push_back({data.dtype, Shape(std::move(dims))});
  return absl::OkStatus();
}

// Spatial extents; missing leading axes have extent 1.
struct AdaptiveExtents {
  int64_t in[kMaxAdaptiveAxes] = {1, 1, 1};
  int64_t out[kMaxAdaptiveAxes] = {1, 1, 1};

  // The first place of part `part` along `axis`, and the one behind its last.
  int64_t Begin(int axis, int64_t part) const { return part * in[axis] / out[axis]; }
  int64_t End(int axis, int64_t part) const { return ((part + 1) * in[axis] + out[axis] - 1) / out[axis]; }
};

// One part of one plane.
template <typename Pool, typename T>
T PoolPart(const AdaptiveExtents& extents, const T* plane, const int64_t (&part)[kMaxAdaptiveAxes]) {
  Pool pool;
  for (int64_t i = extents.Begin(0, part[0]); i < extents.End(0, part[0]); ++i) {
    for (int64_t j = extents.Begin(1, part[1]); j < extents.End(1, part[1]); ++j) {
      const T* row = plane + (i * extents.in[1] + j) * extents.in[2];
      for (int64_t k = extents.Begin(2, part[2]); k < extents.End(2, part[2]); ++k) {
        pool.Add(Convert<double>(row[k]));
      }
    }
  }
  return Convert<T>(pool.Result());
}

// `Pool` takes the elements of a part by Add and gives its Result.
template <typename Pool>
absl::Status AdaptivePoolKernel(const NoAttrs&, KernelCall& call) {
  const TensorObject& data = *call.inputs[0];
  TensorObject& result = *call.outputs[0];
  const int64_t n = result.num_elements();
  if (n == 0) return absl::OkStatus();
  AdaptiveExtents extents;
  for (int axis = 2, at = kMaxAdaptiveAxes + 2 - data.rank; axis < data.rank; ++axis, ++at) {
    extents.in[at] = data.dims[axis];
    extents.out[at] = result.dims[axis];
  }
  const int64_t plane_size = extents.in[0] * extents.in[1] * extents.in[2];
  return VisitDTypeIn<DTypeSet::kFloat>(data.dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t i = 0; i < n; ++i) {
      int64_t rest = i;
      int64_t part[kMaxAdaptiveAxes];
      for (int axis = kMaxAdaptiveAxes; axis-- > 0; rest /= extents.out[axis])
        part[axis] = rest % extents.out[axis];
      result.As<T>()[i] = PoolPart<Pool>(extents, data.As<T>() + rest * plane_size, part);
    }
    return absl::OkStatus();
  });
}

}  // namespace baton
