// Operators that read or write elements by index.
#include <algorithm>
#include <limits>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {

using ir::Atom;

Atom AsIndices(RelayBuilder& b, Atom indices) {
  const DType dtype = b.ElementType(indices);
  if (b.ok() && !IsInteger(dtype))
    b.Invalid(absl::StrCat("indices are ", DTypeName(dtype), ", expected integers"));
  return dtype == DType::kInt32 ? indices : b.Cast(indices, DType::kInt64);
}

namespace {

// True when the indices are known to lie in [0, extent).
bool AreInRange(Atom indices, const RelayExtent& extent) {
  const auto* bound = std::get_if<int64_t>(&extent);
  const auto values = RelayBuilder::ConstantInts(indices);
  return bound != nullptr && values &&
         std::all_of(values->begin(), values->end(), [&](int64_t i) { return i >= 0 && i < *bound; });
}

// What `mode` makes of indices outside [0, extent).
Atom ApplyMode(RelayBuilder& b, Atom indices, const RelayExtent& extent, const std::string& mode) {
  if (mode != "clip" && mode != "wrap" && mode != "fast") {
    b.Invalid(absl::StrCat("attribute 'mode' is \"", mode, "\", expected clip, wrap or fast"));
  }
  if (!b.ok() || mode == "fast" || AreInRange(indices, extent)) return indices;
  const Atom bound = b.CastLike(b.ExtentScalar(extent), indices);
  if (mode == "wrap") return b.Call("floor_mod", {indices, bound});
  const Atom last = b.Call("subtract", {bound, b.ScalarLike(indices, 1)});
  return b.Call("minimum", {b.Call("maximum", {indices, b.ScalarLike(indices, 0)}), last});
}

// The first `batch` axes of data and indices go together; the result has data's axes between them and `axis`
// before those of the indices.
Atom TakeBatched(RelayBuilder& b, Atom data, Atom indices, int axis, int batch) {
  const int rank = b.Rank(data);
  const int index_rank = b.Rank(indices, "indices");
  if (b.ok() && (batch > axis || batch > index_rank)) {
    b.Invalid(absl::StrCat("attribute 'batch_dims' is ", batch, ", expected at most axis ", axis,
                           " and the indices' rank ", index_rank));
  }
  if (!b.ok()) return {};
  std::vector<int64_t> order = AxesWithout(rank, {axis});
  order.insert(order.begin() + batch, axis);
  const Atom moved = b.Transpose(data, order);
  const Atom tuples = b.Unsqueeze(indices, {index_rank});
  const Atom taken = b.Call("gather_nd", {moved, tuples}, {{"batch_dims", int64_t{batch}}});
  // [batch, indices, between, behind] -> [batch, between, indices, behind].
  const int between = axis - batch, chosen = index_rank - batch;
  std::vector<int64_t> back;
  for (int i = 0; i < batch; ++i) back.push_back(i);
  for (int i = 0; i < between; ++i) back.push_back(batch + chosen + i);
  for (int i = 0; i < chosen; ++i) back.push_back(batch + i);
  for (int i = axis + 1; i < rank; ++i) back.push_back(chosen + i - 1);
  return b.Transpose(taken, back);
}

}  // namespace

Atom ConvertTake(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  Atom data = args[0];
  if (!attrs.Has("axis")) data = b.Call("reshape", {data, b.Ints({-1})});
  const int axis = b.Axis(attrs.OptionalInt("axis").value_or(0), b.Rank(data));
  const Atom indices = ApplyMode(b, AsIndices(b, args[1]), b.Extent(data, axis), attrs.String("mode"));
  const int64_t batch = attrs.Int("batch_dims");
  if (batch == 0) return b.Call("take", {data, indices}, {{"axis", int64_t{axis}}});
  return TakeBatched(b, data, indices, axis, b.Axis(batch, b.Rank(indices, "indices") + 1));
}

Atom ConvertGather(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  if (!attrs.Has("axis")) b.Invalid("attribute 'axis' is not set");
  const int64_t axis = attrs.OptionalInt("axis").value_or(0);
  return b.Call("gather_elements", {args[0], AsIndices(b, args[1])}, {{"axis", axis}});
}

namespace {

// Relay's index tuples lie along the first axis, the registry's along the last.
Atom TuplesLast(RelayBuilder& b, Atom indices) {
  indices = AsIndices(b, indices);
  const int rank = b.Rank(indices, "indices");
  if (b.ok() && rank == 0) b.Invalid("indices have rank 0, expected at least 1");
  if (!b.ok()) return {};
  std::vector<int64_t> order = AxesWithout(rank, {0});
  order.push_back(0);
  return b.Transpose(indices, order);
}

}  // namespace

Atom ConvertGatherNd(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  Atom indices = args[1];
  if (const auto length = attrs.OptionalInt("index_rank")) {
    indices = b.RequireExtent(indices, 0, *length, "indices");
  }
  return b.Call("gather_nd", {args[0], TuplesLast(b, indices)}, {{"batch_dims", attrs.Int("batch_dims")}});
}

namespace {

std::string Reduction(const std::string& relay) {
  return relay == "update" ? "none" : relay;
}

// The mean of the element of data and all updates that go to it.
Atom ScatterMean(RelayBuilder& b, Atom data, Atom indices, Atom updates, int64_t axis) {
  const Attributes add = {{"axis", axis}, {"reduction", std::string("add")}};
  const auto ones = [&](Atom like) { return b.Call("full", {b.ShapeOf(like), b.ScalarLike(like, 1)}); };
  const Atom sum = b.Call("scatter_elements", {data, indices, updates}, add);
  const Atom count = b.Call("scatter_elements", {ones(data), indices, ones(updates)}, add);
  return b.Call("divide", {sum, count});
}

}  // namespace

Atom ConvertScatterElements(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::string& reduction = attrs.String("reduction");
  const int64_t axis = attrs.Int("axis");
  const Atom indices = AsIndices(b, args[1]);
  if (reduction == "mean") return ScatterMean(b, args[0], indices, args[2], axis);
  return b.Call("scatter_elements", {args[0], indices, args[2]},
                {{"axis", axis}, {"reduction", Reduction(reduction)}});
}

Atom ConvertScatterNd(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Call("scatter_nd", {args[0], TuplesLast(b, args[1]), args[2]},
                {{"reduction", Reduction(attrs.String("mode"))}});
}

// Numpy's data[i1, i2, ...]: the indices broadcast against each other.
Atom ConvertAdvIndex(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  std::vector<Atom> indices = b.Fields(args[0]);
  if (b.ok() && indices.size() < 2) b.Invalid("its tuple has no indices");
  if (!b.ok()) return {};
  const Atom data = indices[0];
  indices.erase(indices.begin());
  Atom zeros = b.Int(0);
  for (Atom& index : indices) {
    index = b.Cast(AsIndices(b, index), DType::kInt64);
    zeros = b.Call("add", {zeros, b.Call("multiply", {index, b.Int(0)})});
  }
  const int rank = b.Rank(zeros, "the indices' broadcast");
  for (Atom& index : indices) index = b.Unsqueeze(b.Call("add", {index, zeros}), {rank});
  return b.Call("gather_nd", {data, b.Concatenate(std::move(indices), rank)});
}

namespace {

// Indices from the end are not Relay's: they are nowhere, as all indices outside [0, depth).
Atom OneHot(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args, Atom depth) {
  const DType dtype = attrs.ElementType("dtype").value_or(b.ElementType(args[1]));
  const auto value = [&](Atom atom) { return b.Unsqueeze(b.AsScalar(b.Cast(atom, dtype)), {0}); };
  const Atom values = b.Concatenate({value(args[2]), value(args[1])}, 0);
  const Atom indices = b.Cast(AsIndices(b, args[0]), DType::kInt64);
  const Atom is_negative = b.Call("less", {indices, b.Int(0)});
  const Atom position = b.Call("where", {is_negative, depth, indices});
  return b.Call("one_hot", {position, depth, values}, {{"axis", attrs.Int("axis")}});
}

}  // namespace

Atom ConvertOneHot(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return OneHot(b, attrs, args, b.Int(attrs.Int("depth")));
}

Atom ConvertDynOneHot(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return OneHot(b, attrs, args, b.Cast(b.AsScalar(args[3]), DType::kInt64));
}

// Flat indices as one row of coordinates per axis of `shape`.
Atom ConvertUnravelIndex(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  const Shape shape = b.TypeOf(args[1]).shape;
  if (!shape.has_rank() || shape.rank() != 1 || !shape[0].is_constant() || shape[0].value() > 64) {
    b.Unsupported("the number of axes is not known");
    return {};
  }
  Atom rest = AsIndices(b, args[0]);
  const Atom extents = b.CastLike(args[1], rest);
  std::vector<Atom> coordinates(static_cast<size_t>(shape[0].value()));
  for (int64_t axis = shape[0].value() - 1; axis >= 0; --axis) {
    const Atom extent = b.Call("take", {extents, b.Int(axis)}, {{"axis", int64_t{0}}});
    coordinates[axis] = b.Unsqueeze(b.Call("floor_mod", {rest, extent}), {0});
    rest = b.Call("floor_divide", {rest, extent});
  }
  if (coordinates.empty()) b.Invalid("the shape has no axes");
  return b.ok() ? b.CastLike(b.Concatenate(std::move(coordinates), 0), args[0]) : Atom();
}

// result[data[i]] = i.
Atom ConvertInvertPermutation(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  const Atom positions = b.CastLike(Iota(b, b.Extent(args[0], 0)), args[0]);
  return b.Call("scatter_elements", {positions, AsIndices(b, args[0]), positions});
}

}  // namespace baton
