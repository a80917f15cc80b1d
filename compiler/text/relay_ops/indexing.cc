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

Atom ConvertTake(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  std::string mode = attrs.String("mode");
  if (mode != "clip" && mode != "wrap" && mode != "fast") {
    b.Invalid(absl::StrCat("attribute 'mode' is \"", mode, "\", expected clip, wrap or fast"));
  }
  // What TVM leaves unchecked is checked.
  if (mode == "fast") mode = "check";
  Atom data = args[0];
  if (!attrs.Has("axis")) data = b.Call("reshape", {data, b.Ints({-1})});
  const Atom indices = AsIndices(b, args[1]);
  int64_t batch = attrs.Int("batch_dims");
  if (batch < 0) batch += b.Rank(indices, "indices");
  return b.Call("take", {data, indices},
                {{"axis", attrs.OptionalInt("axis").value_or(0)}, {"batch_dims", batch}, {"mode", mode}});
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

}  // namespace

Atom ConvertScatterElements(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const std::string& reduction = attrs.String("reduction");
  const int64_t axis = attrs.Int("axis");
  const Atom indices = AsIndices(b, args[1]);
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

Atom OneHot(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args, Atom depth) {
  const DType dtype = attrs.ElementType("dtype").value_or(b.ElementType(args[1]));
  const auto value = [&](Atom atom) { return b.Unsqueeze(b.AsScalar(b.Cast(atom, dtype)), {0}); };
  const Atom values = b.Concatenate({value(args[2]), value(args[1])}, 0);
  return b.Call("one_hot", {args[0], depth, values}, {{"axis", attrs.Int("axis")}, {"wrap_negative", false}});
}

}  // namespace

Atom ConvertOneHot(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return OneHot(b, attrs, args, b.Int(attrs.Int("depth")));
}

Atom ConvertDynOneHot(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return OneHot(b, attrs, args, b.Cast(b.AsScalar(args[3]), DType::kInt64));
}

// The shape is an attribute.
Atom ConvertSparseToDense(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom fill = args.size() > 2 ? args[2] : Atom();
  return b.Call("sparse_to_dense", {args[0], b.Ints(attrs.Ints("output_shape")), args[1], fill});
}

}  // namespace baton
