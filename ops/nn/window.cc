#include "ops/nn/window.h"

#include <algorithm>

#include "vm/core/status.h"

namespace baton {
namespace {

// Larger window attributes than this make no sense, and products of two cannot overflow below it.
constexpr int64_t kMaxAttribute = INT32_MAX;

int64_t AxisValue(absl::Span<const int64_t> values, int axis, int64_t otherwise) {
  return values.empty() ? otherwise : values[axis];
}

absl::Status CheckRange(absl::Span<const int64_t> values, absl::string_view name, int64_t least) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= least && values[i] <= kMaxAttribute) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(name, "[", i, "] is ", values[i], ", expected ", least, " to ", kMaxAttribute));
  }
  return absl::OkStatus();
}

absl::Status CheckCount(absl::Span<const int64_t> values, absl::string_view name, int expected) {
  if (values.empty() || static_cast<int>(values.size()) == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " has ", values.size(), " elements, expected ", expected));
}

bool IsSame(absl::string_view auto_pad) {
  return auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
}

}  // namespace

absl::Status CheckPositive(absl::Span<const int64_t> values, absl::string_view name) {
  return CheckRange(values, name, 1);
}

absl::Status CheckNonNegative(absl::Span<const int64_t> values, absl::string_view name) {
  return CheckRange(values, name, 0);
}

absl::Status CheckWindow(const WindowAttrs& window) {
  BATON_RETURN_IF_ERROR(CheckRange(window.strides, "strides", 1));
  BATON_RETURN_IF_ERROR(CheckRange(window.dilations, "dilations", 1));
  BATON_RETURN_IF_ERROR(CheckRange(window.pads, "pads", 0));
  if (window.auto_pad == "NOTSET" || window.auto_pad == "VALID" || IsSame(window.auto_pad)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("auto_pad is '", window.auto_pad, "', expected NOTSET, SAME_UPPER, SAME_LOWER or VALID"));
}

absl::StatusOr<int> WindowAxes(const TypeContext& context, int index, const WindowAttrs& window) {
  const int rank = context.input(index)->shape.rank();
  if (rank < 3) {
    return absl::InvalidArgumentError(
        absl::StrCat("data has rank ", rank, ", expected 3 to 5 (batch, channels, 1 to 3 spatial axes)"));
  }
  const int axes = rank - 2;
  if (axes > kMaxWindowAxes) {
    return absl::UnimplementedError(
        absl::StrCat("data has ", axes, " spatial axes, at most ", kMaxWindowAxes, " are supported"));
  }
  BATON_RETURN_IF_ERROR(CheckCount(window.strides, "strides", axes));
  BATON_RETURN_IF_ERROR(CheckCount(window.dilations, "dilations", axes));
  BATON_RETURN_IF_ERROR(CheckCount(window.pads, "pads", 2 * axes));
  return axes;
}

absl::StatusOr<Dim> WindowOutput(TypeContext& context, const WindowAttrs& window, int axis, const Dim& in,
                                 const Dim& kernel) {
  const int64_t stride = AxisValue(window.strides, axis, 1);
  const Dim extent = (kernel - Dim(1)) * Dim(AxisValue(window.dilations, axis, 1)) + Dim(1);
  BATON_RETURN_IF_ERROR(
      context.RequireAtLeast(kernel, Dim(1), absl::StrCat("the kernel's extent on spatial axis ", axis)));
  if (IsSame(window.auto_pad)) {
    // Bounds what ResolveWindow computes.
    BATON_RETURN_IF_ERROR(context.RequireAtLeast(
        Dim(kMaxAttribute), extent, absl::StrCat("the limit of the dilated kernel on spatial axis ", axis)));
    return CeilDiv(in, Dim(stride));
  }
  const bool padded = window.auto_pad == "NOTSET" && !window.pads.empty();
  const int axes = static_cast<int>(window.pads.size()) / 2;
  const Dim begin = padded ? window.pads[axis] : 0;
  const Dim total = in + begin + (padded ? Dim(window.pads[axes + axis]) : Dim(0));
  BATON_RETURN_IF_ERROR(context.RequireAtLeast(
      total, extent, absl::StrCat("the padded extent of data on spatial axis ", axis, " (for the kernel)")));
  if (!window.ceil_mode) return FloorDiv(total - extent, Dim(stride)) + Dim(1);
  // The last window must start inside the input or its begin padding.
  return Min(CeilDiv(total - extent, Dim(stride)) + Dim(1), CeilDiv(in + begin, Dim(stride)));
}

WindowGeometry ResolveWindow(const WindowAttrs& window, absl::Span<const int64_t> in,
                             absl::Span<const int64_t> kernel, absl::Span<const int64_t> out) {
  WindowGeometry g;
  const int axes = static_cast<int>(in.size());
  for (int axis = 0; axis < axes; ++axis) {
    const int to = kMaxWindowAxes - axes + axis;
    g.in[to] = in[axis];
    g.kernel[to] = kernel[axis];
    g.out[to] = out[axis];
    g.stride[to] = AxisValue(window.strides, axis, 1);
    g.dilation[to] = AxisValue(window.dilations, axis, 1);
    if (IsSame(window.auto_pad)) {
      const int64_t needed = (out[axis] - 1) * g.stride[to] + (kernel[axis] - 1) * g.dilation[to] + 1;
      const int64_t total = std::max<int64_t>(needed - in[axis], 0);
      g.pad_begin[to] = window.auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
      g.pad_end[to] = total - g.pad_begin[to];
    } else if (window.auto_pad == "NOTSET" && !window.pads.empty()) {
      g.pad_begin[to] = window.pads[axis];
      g.pad_end[to] = window.pads[axes + axis];
    }
  }
  return g;
}

}  // namespace baton
