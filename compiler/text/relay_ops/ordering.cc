// Operators about the order of elements: sums so far, sorting, search.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// The k first of data in order along an axis: (values, positions).
Atom TopK(RelayBuilder& b, Atom data, Atom k, int axis, bool is_ascending) {
  return b.Call("topk", {data, k}, {{"axis", int64_t{axis}}, {"largest", !is_ascending}});
}

// What attribute ret_type asks for.
Atom TopKResult(RelayBuilder& b, const RelayAttributes& attrs, Atom data, Atom k, int axis) {
  const std::string& wanted = attrs.String("ret_type");
  if (wanted != "both" && wanted != "values" && wanted != "indices") {
    b.Invalid(absl::StrCat("attribute 'ret_type' is \"", wanted, "\", expected both, values or indices"));
  }
  const Atom both = TopK(b, data, k, axis, attrs.Bool("is_ascend"));
  if (wanted == "values") return b.Field(both, 0);
  const Atom indices = b.Cast(b.Field(both, 1), attrs.ElementType("dtype").value_or(DType::kInt32));
  return wanted == "indices" ? indices : b.Tuple({b.Field(both, 0), indices});
}

}  // namespace

// cumsum and cumprod are the registry's names too.
Atom ConvertCumulate(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const DType given = b.ElementType(args[0]);
  const DType dtype = given == DType::kBool ? DType::kInt32 : given;
  Atom data = b.Cast(args[0], attrs.ElementType("dtype").value_or(dtype));
  if (!attrs.Has("axis")) data = b.Call("reshape", {data, b.Ints({-1})});
  const int axis = b.Axis(attrs.OptionalInt("axis").value_or(0), b.Rank(data));
  return b.Call(attrs.op().name, {data, b.Int(axis)}, {{"exclusive", attrs.Bool("exclusive")}});
}

Atom ConvertTopK(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int axis = b.Axis(attrs.Int("axis"), b.Rank(args[0]));
  const int64_t k = attrs.Int("k");
  const Atom count = k < 1 ? b.ExtentScalar(b.Extent(args[0], axis)) : b.Int(k);
  return TopKResult(b, attrs, args[0], count, axis);
}

Atom ConvertDynTopK(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int axis = b.Axis(attrs.Int("axis"), b.Rank(args[0]));
  const Atom k = b.Cast(b.AsScalar(args[1]), DType::kInt64);
  const Atom all = b.ExtentScalar(b.Extent(args[0], axis));
  const Atom count = b.Call("where", {b.Call("less", {k, b.Int(1)}), all, k});
  return TopKResult(b, attrs, args[0], count, axis);
}

Atom ConvertArgwhere(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  return b.Cast(b.Call("transpose", {b.Call("nonzero", {args[0]})}), DType::kInt32);
}

// (values, first positions, inverse, number of values, counts), with the extents that they really have.
Atom ConvertUnique(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const Atom found = b.Call("unique", {args[0]}, {{"sorted", attrs.Bool("sorted")}});
  const auto field = [&](int index) { return b.Cast(b.Field(found, index), DType::kInt32); };
  const Atom values = b.Field(found, 0);
  const Atom count = b.Cast(b.ShapeOf(values), DType::kInt32);
  std::vector<Atom> fields = {values, field(1), field(2), count};
  if (attrs.Bool("return_counts")) fields.push_back(field(3));
  return b.Tuple(std::move(fields));
}

}  // namespace baton
