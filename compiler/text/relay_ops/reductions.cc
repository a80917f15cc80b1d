// Reductions.
#include <algorithm>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {

using ir::Atom;

std::vector<int64_t> ReducedAxes(RelayBuilder& b, const RelayAttributes& attrs, int rank) {
  if (!attrs.Has("axis")) return AxesWithout(rank, {});
  std::vector<int64_t> axes;
  for (const int64_t axis : attrs.Ints("axis")) axes.push_back(b.Axis(axis, rank));
  // An empty list means all, as None does; excluded, nothing.
  if (axes.empty() && !attrs.Bool("exclude")) return AxesWithout(rank, {});
  if (attrs.Bool("exclude")) return AxesWithout(rank, axes);
  std::sort(axes.begin(), axes.end());
  const auto twice = std::adjacent_find(axes.begin(), axes.end());
  if (b.ok() && twice != axes.end()) b.Invalid(absl::StrCat("axis ", *twice, " is given twice"));
  return axes;
}

namespace {

Atom Reduced(RelayBuilder& b, const RelayAttributes& attrs, absl::string_view op, Atom data) {
  const std::vector<int64_t> axes = ReducedAxes(b, attrs, b.Rank(data));
  return b.Reduce(op, data, axes, attrs.Bool("keepdims"));
}

// Of bools: all is the least of them, any the greatest.
Atom ReducedBools(RelayBuilder& b, const RelayAttributes& attrs, absl::string_view op, Atom data) {
  const Atom bytes = b.Cast(b.Cast(data, DType::kBool), DType::kUInt8);
  return b.Cast(Reduced(b, attrs, op, bytes), DType::kBool);
}

}  // namespace

// sum, prod, max, min and mean are the registry's names too.
Atom ConvertReduce(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return Reduced(b, attrs, attrs.op().name, args[0]);
}

Atom ConvertAll(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return ReducedBools(b, attrs, "min", args[0]);
}

Atom ConvertAny(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return ReducedBools(b, attrs, "max", args[0]);
}

// The mean is an operand, with reduced axes kept.
Atom ConvertVariance(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom difference = b.Call("subtract", {args[0], args[1]});
  const std::vector<int64_t> axes = ReducedAxes(b, attrs, b.Rank(args[0]));
  const Atom sum =
      b.Reduce("sum", b.Call("multiply", {difference, difference}), axes, attrs.Bool("keepdims"));
  std::vector<RelayExtent> extents;
  for (const int64_t axis : axes) extents.push_back(b.Extent(args[0], static_cast<int>(axis)));
  RelayExtent count = b.Product(extents);
  if (attrs.Bool("unbiased")) count = b.Arithmetic("subtract", count, int64_t{1});
  return b.Call("divide", {sum, b.CastLike(b.ExtentScalar(count), args[0])});
}

// The position of the greatest element along one axis, or in several axes taken as one.
Atom ConvertArgReduce(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int rank = b.Rank(args[0]);
  const std::vector<int64_t> axes = ReducedAxes(b, attrs, rank);
  if (!b.ok()) return {};
  if (axes.empty()) b.Invalid("has no axis to search");
  const std::vector<int64_t> kept = AxesWithout(rank, axes);
  std::vector<RelayExtent> lines, result = b.Extents(args[0]);
  for (const int64_t axis : kept) lines.push_back(result[axis]);
  for (const int64_t axis : axes) result[axis] = int64_t{1};
  Atom data = args[0];
  int64_t axis = axes.empty() ? 0 : axes[0];
  if (axes.size() > 1) {
    std::vector<int64_t> order = kept;
    order.insert(order.end(), axes.begin(), axes.end());
    std::vector<RelayExtent> reduced;
    for (const int64_t i : axes) reduced.push_back(b.Extent(data, static_cast<int>(i)));
    axis = static_cast<int64_t>(lines.size());
    lines.push_back(b.Product(reduced));
    data = b.Reshape(b.Transpose(data, order), lines);
  }
  const Attributes attributes = {{"axis", axis},
                                 {"keepdims", attrs.Bool("keepdims") && axes.size() == 1},
                                 {"select_last_index", attrs.Bool("select_last_index")}};
  const Atom index = b.Cast(b.Call(attrs.op().name, {data}, attributes), DType::kInt32);
  return attrs.Bool("keepdims") ? b.Reshape(index, result) : index;
}

}  // namespace baton
