#include "ops/strided_copy.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "ops/element_bits.h"

namespace baton {
namespace {

struct Axis {
  int64_t extent;
  int64_t source;  // strides
  int64_t result;
};
using Axes = absl::InlinedVector<Axis, 2 * kMaxRank>;

// Without axes of extent 1, with neighbours merged where both layouts allow it. Outermost first.
Axes MergeAxes(const StridedCopySpec& spec) {
  Axes axes;
  for (size_t i = 0; i < spec.dims.size(); ++i) {
    const Axis axis = {spec.dims[i], spec.source_strides[i], spec.result_strides[i]};
    if (axis.extent == 1) continue;
    if (!axes.empty()) {
      Axis& outer = axes.back();
      if (outer.source == axis.source * axis.extent && outer.result == axis.result * axis.extent) {
        outer = {outer.extent * axis.extent, axis.source, axis.result};
        continue;
      }
    }
    axes.push_back(axis);
  }
  return axes;
}

template <typename T>
void CopyRow(const Axis& axis, const T* source, T* result) {
  if (axis.source == 1 && axis.result == 1) {
    std::memcpy(result, source, static_cast<size_t>(axis.extent) * sizeof(T));
  } else if (axis.source == 0 && axis.result == 1) {
    std::fill(result, result + axis.extent, *source);
  } else {
    for (int64_t i = 0; i < axis.extent; ++i) result[i * axis.result] = source[i * axis.source];
  }
}

// Both layouts change along both axes, so each cache line is used for a whole tile before it is left.
template <typename T>
void CopyPlane(const Axis& outer, const Axis& inner, const T* source, T* result) {
  constexpr int64_t kTile = 32;
  for (int64_t i0 = 0; i0 < outer.extent; i0 += kTile) {
    const int64_t i1 = std::min(i0 + kTile, outer.extent);
    for (int64_t j0 = 0; j0 < inner.extent; j0 += kTile) {
      const int64_t j1 = std::min(j0 + kTile, inner.extent);
      for (int64_t i = i0; i < i1; ++i) {
        const T* from = source + i * outer.source;
        T* to = result + i * outer.result;
        for (int64_t j = j0; j < j1; ++j) to[j * inner.result] = from[j * inner.source];
      }
    }
  }
}

// Moves the axis along which the source is contiguous beside the innermost one, if that is another.
bool PairForTiles(Axes* axes) {
  const size_t last = axes->size() - 1;
  if (last == 0 || (*axes)[last].source == 1 || (*axes)[last].source == 0) return false;
  for (size_t i = 0; i < last; ++i) {
    if ((*axes)[i].source != 1) continue;
    std::rotate(axes->begin() + i, axes->begin() + i + 1, axes->begin() + last);
    return true;
  }
  return false;
}

template <typename T>
void CopyAxes(Axes axes, const T* source, T* result) {
  if (axes.empty()) {
    *result = *source;
    return;
  }
  const bool tiles = PairForTiles(&axes);
  const size_t num_outer = axes.size() - (tiles ? 2 : 1);
  absl::InlinedVector<int64_t, 2 * kMaxRank> index(num_outer, 0);
  while (true) {
    if (tiles) {
      CopyPlane(axes[num_outer], axes[num_outer + 1], source, result);
    } else {
      CopyRow(axes[num_outer], source, result);
    }
    size_t i = num_outer;
    for (; i > 0; --i) {
      const Axis& axis = axes[i - 1];
      source += axis.source;
      result += axis.result;
      if (++index[i - 1] < axis.extent) break;
      source -= axis.source * axis.extent;
      result -= axis.result * axis.extent;
      index[i - 1] = 0;
    }
    if (i == 0) return;
  }
}

}  // namespace

Strides DenseStrides(absl::Span<const int64_t> dims) {
  Strides strides(dims.size(), 0);
  // Without elements any strides do, and their products might overflow.
  if (std::find(dims.begin(), dims.end(), 0) != dims.end()) return strides;
  int64_t stride = 1;
  for (size_t i = dims.size(); i > 0; --i) {
    strides[i - 1] = stride;
    stride *= dims[i - 1];
  }
  return strides;
}

void StridedCopy(DType dtype, const StridedCopySpec& spec, const void* source, void* result) {
  if (std::find(spec.dims.begin(), spec.dims.end(), 0) != spec.dims.end()) return;
  VisitElementBits(dtype, [&](auto element) {
    using T = decltype(element);
    CopyAxes(MergeAxes(spec), static_cast<const T*>(source), static_cast<T*>(result));
  });
}

absl::Status CopyBytes(KernelCall& call) {
  const int64_t num_bytes = call.inputs[0]->num_bytes();
  if (num_bytes != 0)
    std::memcpy(call.outputs[0]->data, call.inputs[0]->data, static_cast<size_t>(num_bytes));
  return absl::OkStatus();
}

}  // namespace baton
