// Operators that put tensors together, repeat and pad them, and that read shapes.
#include <algorithm>
#include <limits>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {

using ir::Atom;

std::vector<int64_t> AxesWithout(int rank, absl::Span<const int64_t> left_out) {
  std::vector<int64_t> axes;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (std::find(left_out.begin(), left_out.end(), axis) == left_out.end()) axes.push_back(axis);
  }
  return axes;
}

Atom Iota(RelayBuilder& b, const RelayExtent& extent) {
  return b.Call("arange", {b.Int(0), b.ExtentScalar(extent), b.Int(1)});
}

Atom BroadcastTo(RelayBuilder& b, Atom data, absl::Span<const RelayExtent> extents) {
  const int rank = b.Rank(data);
  if (b.ok() && rank > static_cast<int>(extents.size())) {
    b.Invalid(absl::StrCat("data has rank ", rank, ", more than the shape's ", extents.size()));
  }
  // The registry's operator lets data be greater than the shape; the reshape does not.
  return b.Reshape(b.Call("expand", {data, b.ShapeOperand(extents)}), extents);
}

Atom ConvertBroadcastTo(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::vector<int64_t>& shape = attrs.Ints("shape");
  return BroadcastTo(b, args[0], std::vector<RelayExtent>(shape.begin(), shape.end()));
}

Atom ConvertBroadcastToLike(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  return BroadcastTo(b, args[0], b.Extents(args[1]));
}

Atom ConvertDynBroadcastTo(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  const Atom shape = b.Cast(args[1], DType::kInt64);
  return b.Call("reshape", {b.Call("expand", {args[0], shape}), shape}, {{"allow_zero", true}});
}

namespace {

// Sums the axes that data has and a tensor of shape `extents` broadcasts along.
Atom CollapseSum(RelayBuilder& b, Atom data, const std::vector<RelayExtent>& extents) {
  const int rank = b.Rank(data);
  const int offset = rank - static_cast<int>(extents.size());
  if (b.ok() && offset < 0) b.Invalid(absl::StrCat("data has rank ", rank, ", less than the shape's"));
  if (!b.ok()) return {};
  std::vector<int64_t> axes;
  for (int axis = 0; axis < rank; ++axis) {
    if (axis < offset || extents[axis - offset] == RelayExtent(int64_t{1})) axes.push_back(axis);
  }
  // Axes of other extents must be equal; the reshape sees to it.
  return b.Reshape(b.Reduce("sum", data, axes, true), extents);
}

}  // namespace

Atom ConvertCollapseSumLike(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  return CollapseSum(b, args[0], b.Extents(args[1]));
}

Atom ConvertCollapseSumTo(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::vector<int64_t>& shape = attrs.Ints("shape");
  return CollapseSum(b, args[0], std::vector<RelayExtent>(shape.begin(), shape.end()));
}

Atom ConvertStack(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  std::vector<Atom> parts = b.Fields(args[0]);
  if (b.ok() && parts.empty()) b.Invalid("its tuple is empty");
  if (!b.ok()) return {};
  const int64_t axis = b.Axis(attrs.Int("axis"), b.Rank(parts[0]) + 1);
  for (Atom& part : parts) part = b.Unsqueeze(part, {axis});
  return b.Concatenate(std::move(parts), axis);
}

namespace {

Atom Tile(RelayBuilder& b, Atom data, Atom reps, int num_reps) {
  const int rank = b.Rank(data);
  std::vector<int64_t> leading;
  for (int64_t i = 0; i < num_reps - rank && b.ok(); ++i) leading.push_back(i);
  if (num_reps < rank) {
    const std::vector<int64_t> ones(rank - num_reps, 1);
    reps = b.Concatenate({b.Ints(ones), reps}, 0);
  }
  return b.Call("tile", {b.Unsqueeze(data, leading), reps});
}

}  // namespace

Atom ConvertTile(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::vector<int64_t>& reps = attrs.Ints("reps");
  if (reps.size() > kMaxRank) b.Invalid(absl::StrCat("attribute 'reps' has ", reps.size(), " elements"));
  return Tile(b, args[0], b.Ints(reps), static_cast<int>(reps.size()));
}

Atom ConvertDynTile(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  const Shape shape = b.TypeOf(args[1]).shape;
  if (!shape.has_rank() || shape.rank() != 1 || !shape[0].is_constant() || shape[0].value() > kMaxRank) {
    b.Unsupported("the number of repetitions is not known");
    return {};
  }
  return Tile(b, args[0], b.Cast(args[1], DType::kInt64), static_cast<int>(shape[0].value()));
}

Atom ConvertRepeat(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  Atom data = args[0];
  if (!attrs.Has("axis")) data = b.Call("reshape", {data, b.Ints({-1})});
  return b.Call("repeat", {data, b.Int(attrs.Int("repeats"))},
                {{"axis", attrs.OptionalInt("axis").value_or(0)}});
}

Atom ConvertShapeOf(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Cast(b.ShapeOf(args[0]), attrs.ElementType("dtype").value_or(DType::kInt32));
}

Atom ConvertNdarraySize(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Cast(b.Call("ndarray_size", {args[0]}), attrs.ElementType("dtype").value_or(DType::kInt32));
}

namespace {

// All amounts before, then all after, as the registry has them.
Atom PadWidths(RelayBuilder& b, const RelayAttributes& attrs, int rank) {
  const std::vector<std::vector<int64_t>>& widths = attrs.IntLists("pad_width");
  std::vector<int64_t> pads(2 * rank, 0);
  if (b.ok() && static_cast<int>(widths.size()) != rank) {
    b.Invalid(absl::StrCat("attribute 'pad_width' has ", widths.size(), " pairs, expected ", rank));
  }
  for (int axis = 0; axis < rank && b.ok(); ++axis) {
    if (widths[axis].size() != 2) {
      b.Invalid(absl::StrCat("attribute 'pad_width' has ", widths[axis].size(), " numbers for axis ", axis,
                             ", expected 2"));
      break;
    }
    pads[axis] = widths[axis][0];
    pads[rank + axis] = widths[axis][1];
  }
  return b.Ints(pads);
}

Atom Pad(RelayBuilder& b, Atom data, Atom pads, Atom value, const std::string& mode) {
  if (!value.empty()) value = b.AsScalar(b.CastLike(value, data));
  return b.Call("nn.pad", {data, pads, value}, {{"mode", mode}});
}

}  // namespace

Atom ConvertPad(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom pads = PadWidths(b, attrs, b.Rank(args[0]));
  return Pad(b, args[0], pads, args.size() > 1 ? args[1] : Atom(), attrs.String("pad_mode"));
}

// The amounts are data: [rank, 2].
Atom ConvertDynPad(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom widths = b.Call("transpose", {b.Cast(args[1], DType::kInt64)});
  const Atom pads = b.Call("reshape", {widths, b.Ints({-1})});
  return Pad(b, args[0], pads, args.size() > 2 ? args[2] : Atom(), attrs.String("pad_mode"));
}

namespace {

// `data` with `before` and `after` mirrored elements along an axis, the edge repeated.
Atom PadSymmetric(RelayBuilder& b, Atom data, int64_t axis, int64_t before, int64_t after) {
  // Taken one by one: an index beyond the data is an error.
  const auto mirrored = [&](int64_t count, int64_t first) {
    std::vector<int64_t> indices(count);
    std::iota(indices.begin(), indices.end(), first);
    std::reverse(indices.begin(), indices.end());
    return b.Call("take", {data, b.Ints(indices)}, {{"axis", axis}});
  };
  std::vector<Atom> parts = {data};
  if (before > 0) parts.insert(parts.begin(), mirrored(before, 0));
  if (after > 0) parts.push_back(mirrored(after, -after));
  return b.Concatenate(std::move(parts), axis);
}

}  // namespace

Atom ConvertMirrorPad(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  constexpr int64_t kMaxPad = 1 << 20;
  const std::string& mode = attrs.String("mode");
  const int rank = b.Rank(args[0]);
  const Atom pads = PadWidths(b, attrs, rank);
  if (mode == "REFLECT") return Pad(b, args[0], pads, {}, "reflect");
  if (mode != "SYMMETRIC") {
    b.Invalid(absl::StrCat("attribute 'mode' is \"", mode, "\", expected SYMMETRIC or REFLECT"));
  }
  Atom data = args[0];
  for (int axis = 0; axis < rank && b.ok(); ++axis) {
    const std::vector<int64_t>& widths = attrs.IntLists("pad_width")[axis];
    if (std::min(widths[0], widths[1]) < 0 || std::max(widths[0], widths[1]) > kMaxPad) {
      b.Invalid(absl::StrCat("attribute 'pad_width' is outside [0, ", kMaxPad, "] for axis ", axis));
    } else {
      data = PadSymmetric(b, data, axis, widths[0], widths[1]);
    }
  }
  return data;
}

// The last elements of `buffer` followed by `data`, as many as the buffer has.
Atom ConvertFifoBuffer(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom data = args[0], buffer = args[1];
  const int axis = b.Axis(attrs.Int("axis"), b.Rank(data));
  const Atom start = b.ShapeOperand({b.Extent(data, axis)});
  const Atom end = b.Ints({std::numeric_limits<int64_t>::max()});
  return b.Reshape(Slice(b, b.Concatenate({buffer, data}, axis), start, end, {axis}), b.Extents(buffer));
}

// Every vector along an axis of its own, broadcast against all others.
Atom ConvertMeshgrid(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::string& indexing = attrs.String("indexing");
  if (indexing != "ij" && indexing != "xy") {
    b.Invalid(absl::StrCat("attribute 'indexing' is \"", indexing, "\", expected ij or xy"));
  }
  std::vector<Atom> vectors = b.Fields(args[0]);
  const int rank = static_cast<int>(vectors.size());
  if (b.ok() && rank == 0) b.Invalid("its tuple is empty");
  std::vector<int> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (indexing == "xy" && rank > 1) std::swap(axes[0], axes[1]);
  std::vector<RelayExtent> extents(rank);
  for (int i = 0; i < rank && b.ok(); ++i) {
    const int vector_rank = b.Rank(vectors[i]);
    if (vector_rank > 1)
      b.Invalid(absl::StrCat("field ", i, " has rank ", vector_rank, ", expected at most 1"));
    if (vector_rank == 0) vectors[i] = b.Unsqueeze(vectors[i], {0});
    extents[axes[i]] = b.Extent(vectors[i], 0);
  }
  if (!b.ok()) return {};
  std::vector<Atom> grids;
  for (int i = 0; i < rank; ++i)
    grids.push_back(BroadcastTo(b, b.AlongAxis(vectors[i], axes[i], rank), extents));
  return b.Tuple(std::move(grids));
}

}  // namespace baton
