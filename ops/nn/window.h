// Sliding windows: the attributes that convolutions and pools share, the extents that follow from them, and
// their geometry at run time. Used by ops/nn and ops/onednn. Source: ONNX Conv-11, MaxPool-12,
// AveragePool-19.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "ops/op_def.h"

namespace baton {

inline constexpr int kMaxWindowAxes = 3;

// Views of an operator's attributes; empty lists stand for the defaults.
struct WindowAttrs {
  absl::Span<const int64_t> strides;
  absl::Span<const int64_t> pads;  // all begins, then all ends
  absl::Span<const int64_t> dilations;
  absl::string_view auto_pad;
  bool ceil_mode = false;  // round extents up, without windows that start in the end padding
};

template <typename Attrs>
WindowAttrs WindowOf(const Attrs& attrs) {
  WindowAttrs window{attrs.strides, attrs.pads, attrs.dilations, attrs.auto_pad};
  if constexpr (requires { attrs.ceil_mode; }) window.ceil_mode = attrs.ceil_mode;
  return window;
}

// Errors: InvalidArgument "strides[0] is 0, expected 1 to 2147483647" and the like.
absl::Status CheckWindow(const WindowAttrs& window);
absl::Status CheckPositive(absl::Span<const int64_t> values, absl::string_view name);
absl::Status CheckNonNegative(absl::Span<const int64_t> values, absl::string_view name);

// The number of window axes of input `index` of rank 2 + axes. Errors: InvalidArgument when the rank is below
// 3, Unimplemented when it is above 5, InvalidArgument when an attribute has another number of axes.
absl::StatusOr<int> WindowAxes(const TypeContext& context, int index, const WindowAttrs& window);

// The number of windows along axis `axis`: floor((in + pads - extent) / stride) + 1, where extent is the
// dilated kernel's. Errors: InvalidArgument when the kernel is empty or exceeds the padded input (or a
// run-time check of that).
absl::StatusOr<Dim> WindowOutput(TypeContext& context, const WindowAttrs& window, int axis, const Dim& in,
                                 const Dim& kernel);

// Windows of one call, always over three axes: missing leading ones have extent 1. All numbers are constants
// that the type rule has accepted.
struct WindowGeometry {
  int64_t in[kMaxWindowAxes] = {1, 1, 1};
  int64_t kernel[kMaxWindowAxes] = {1, 1, 1};
  int64_t out[kMaxWindowAxes] = {1, 1, 1};
  int64_t stride[kMaxWindowAxes] = {1, 1, 1};
  int64_t dilation[kMaxWindowAxes] = {1, 1, 1};
  int64_t pad_begin[kMaxWindowAxes] = {0, 0, 0};
  int64_t pad_end[kMaxWindowAxes] = {0, 0,
                                     0};  // as given; the last windows may end before or (ceil_mode) after

  int64_t InSize() const { return in[0] * in[1] * in[2]; }
  int64_t OutSize() const { return out[0] * out[1] * out[2]; }
  int64_t KernelSize() const { return kernel[0] * kernel[1] * kernel[2]; }
};

// `in`, `kernel`, `out`: the extents of the window axes. REQUIRES: the output is not empty.
WindowGeometry ResolveWindow(const WindowAttrs& window, absl::Span<const int64_t> in,
                             absl::Span<const int64_t> kernel, absl::Span<const int64_t> out);

// The taps of window `position` along `axis` that lie inside the input: [begin, end), and the input index of
// tap 0.
struct Taps {
  int64_t begin, end, first;
};
inline Taps TapsInside(const WindowGeometry& g, int axis, int64_t position) {
  const int64_t first = position * g.stride[axis] - g.pad_begin[axis];
  const int64_t dilation = g.dilation[axis];
  const int64_t begin = first >= 0 ? 0 : (-first + dilation - 1) / dilation;
  const int64_t room = g.in[axis] - first;
  const int64_t end = room <= 0 ? 0 : (room + dilation - 1) / dilation;
  return {begin < g.kernel[axis] ? begin : g.kernel[axis], end < g.kernel[axis] ? end : g.kernel[axis],
          first};
}

}  // namespace baton
