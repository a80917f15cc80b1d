// Sparse tensors as lists of indices and values.
#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// The number of elements of a vector, which must be known.
int KnownLength(RelayBuilder& b, Atom vector, absl::string_view what) {
  const Shape shape = b.TypeOf(vector).shape;
  if (shape.has_rank() && shape.rank() == 1 && shape[0].is_constant() && shape[0].value() <= kMaxRank) {
    return static_cast<int>(shape[0].value());
  }
  b.Unsupported(absl::StrCat("the number of elements of ", what, " is not known or above ", kMaxRank));
  return 0;
}

// Indices [n, rank], also of a single element or of a vector's elements.
Atom SparseToDense(RelayBuilder& b, Atom indices, Atom shape, Atom values, Atom fill) {
  const int length = KnownLength(b, shape, "the shape");
  indices = AsIndices(b, indices);
  const int index_rank = b.Rank(indices, "indices");
  if (index_rank == 1 && length == 1) indices = b.Unsqueeze(indices, {1});
  if (index_rank == 0 || (index_rank == 1 && length != 1)) indices = b.Unsqueeze(indices, {0});
  if (index_rank == 0) indices = b.Unsqueeze(indices, {1});
  const RelayExtent count = b.Extent(indices, 0);
  fill = fill.empty() ? b.ScalarLike(values, 0) : b.AsScalar(b.CastLike(fill, values));
  const Atom dense = b.Call("full", {shape, fill});
  return b.Call("scatter_nd", {dense, indices, BroadcastTo(b, values, {count})});
}

// Column `index` of a matrix, as a vector.
Atom Column(RelayBuilder& b, Atom matrix, int64_t index) {
  return b.Call("take", {matrix, b.Int(index)}, {{"axis", int64_t{1}}});
}

// Element `index` of a vector, as a scalar.
Atom Element(RelayBuilder& b, Atom vector, int64_t index) {
  return b.Call("take", {vector, b.Int(index)}, {{"axis", int64_t{0}}});
}

}  // namespace

Atom ConvertSparseToDense(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return SparseToDense(b, args[0], b.Ints(attrs.Ints("output_shape")), args[1],
                       args.size() > 2 ? args[2] : Atom());
}

Atom ConvertDynSparseToDense(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  const Atom shape = b.Cast(args[1], DType::kInt64);
  return SparseToDense(b, args[0], shape, args[2], args.size() > 3 ? args[3] : Atom());
}

// Indices [n, rank] in a tensor of the old shape become indices in one of the new shape, in which one extent
// may be -1: (indices, shape).
Atom ConvertSparseReshape(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  const Atom indices = b.Cast(AsIndices(b, args[0]), DType::kInt64);
  const Atom old_shape = b.Cast(args[1], DType::kInt64), wanted = b.Cast(args[2], DType::kInt64);
  const int old_rank = KnownLength(b, old_shape, "the old shape");
  const int new_rank = KnownLength(b, wanted, "the new shape");
  if (b.ok() && std::min(old_rank, new_rank) == 0) b.Invalid("a shape is empty");
  if (!b.ok()) return {};
  Atom flat = Column(b, indices, 0);
  for (int axis = 1; axis < old_rank; ++axis) {
    const Atom row = b.Call("multiply", {flat, Element(b, old_shape, axis)});
    flat = b.Call("add", {row, Column(b, indices, axis)});
  }
  // With -1 in it, the product of the new shape is minus that of its other extents.
  const Atom old_size = b.Reduce("prod", old_shape, {0}, false);
  const Atom others = b.Call("abs", {b.Reduce("prod", wanted, {0}, false)});
  const Atom inferred = b.Call("floor_divide", {old_size, b.Call("maximum", {others, b.Int(1)})});
  const Atom is_open = b.Call("less", {wanted, b.Int(0)});
  const Atom new_shape = b.Call("where", {is_open, inferred, wanted});
  std::vector<Atom> columns(new_rank);
  for (int axis = new_rank - 1; axis >= 0; --axis) {
    const Atom extent = Element(b, new_shape, axis);
    columns[axis] = b.Unsqueeze(axis == 0 ? flat : b.Call("floor_mod", {flat, extent}), {1});
    if (axis > 0) flat = b.Call("floor_divide", {flat, extent});
  }
  const Atom result = b.CastLike(b.Concatenate(std::move(columns), 1), args[0]);
  return b.Tuple({result, b.CastLike(new_shape, args[2])});
}

// Rows without elements get one, the default in column 0: (indices sorted by row, values, which rows were
// empty).
Atom ConvertSparseFillEmptyRows(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  const Atom indices = b.Cast(AsIndices(b, args[0]), DType::kInt64);
  const Atom rows = Column(b, indices, 0);
  const Atom num_rows = b.Unsqueeze(b.Cast(Element(b, args[2], 0), DType::kInt64), {0});
  const auto ones = [&](Atom shape) { return b.Call("full", {shape, b.Int(1)}); };
  const Atom zeros = b.Call("full", {num_rows, b.Int(0)});
  const Atom counts =
      b.Call("scatter_elements", {zeros, rows, ones(b.ShapeOf(rows))}, {{"reduction", std::string("add")}});
  const Atom is_empty = b.Call("equal", {counts, b.Int(0)});
  const Atom empty_rows = b.Call("squeeze", {b.Call("nonzero", {is_empty}), b.Ints({0})});
  const RelayExtent num_empty = b.Extent(empty_rows, 0);
  const RelayExtent columns = b.Extent(indices, 1);
  // The new indices are the row and zeros.
  const std::vector<RelayExtent> tail = {num_empty, b.Arithmetic("subtract", columns, int64_t{1})};
  const Atom new_tail = b.Call("full", {b.ShapeOperand(tail), b.Int(0)});
  const Atom new_indices = b.Concatenate({b.Unsqueeze(empty_rows, {1}), new_tail}, 1);
  const Atom fill = b.AsScalar(b.CastLike(args[3], args[1]));
  const Atom new_values = b.Call("full", {b.ShapeOperand({num_empty}), fill});
  const Atom all_indices = b.Concatenate({indices, new_indices}, 0);
  const Atom all_values = b.Concatenate({args[1], new_values}, 0);
  const Atom all_rows = Column(b, all_indices, 0);
  const Atom order =
      b.Field(b.Call("topk", {all_rows, b.ExtentScalar(b.Extent(all_rows, 0))}, {{"largest", false}}), 1);
  const auto sorted = [&](Atom data) { return b.Call("take", {data, order}, {{"axis", int64_t{0}}}); };
  return b.Tuple({b.CastLike(sorted(all_indices), args[0]), sorted(all_values), is_empty});
}

}  // namespace baton
