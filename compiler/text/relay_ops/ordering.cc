// Operators about the order of elements: sums so far, sorting, search.
#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// cumsum and cumprod are the registry's names too.
Atom Cumulate(RelayBuilder& b, const RelayAttributes& attrs, Atom data) {
  DType dtype = b.ElementType(data);
  if (dtype == DType::kBool) dtype = DType::kInt32;
  data = b.Cast(data, attrs.ElementType("dtype").value_or(dtype));
  if (!attrs.Has("axis")) data = b.Call("reshape", {data, b.Ints({-1})});
  const int axis = b.Axis(attrs.OptionalInt("axis").value_or(0), b.Rank(data));
  return b.Call(attrs.op().name, {data, b.Int(axis)}, {{"exclusive", attrs.Bool("exclusive")}});
}

// The k first of data in order along an axis: (values, positions).
Atom TopK(RelayBuilder& b, Atom data, Atom k, int axis, bool is_ascending) {
  return b.Call("topk", {data, k}, {{"axis", int64_t{axis}}, {"largest", !is_ascending}});
}

// All of data in order: field 0 or 1 of TopK.
Atom Sorted(RelayBuilder& b, const RelayAttributes& attrs, Atom data, int field) {
  const int axis = b.Axis(attrs.Int("axis"), b.Rank(data));
  const Atom k = b.ExtentScalar(b.Extent(data, axis));
  return b.Field(TopK(b, data, k, axis, attrs.Bool("is_ascend")), field);
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

Atom ConvertCumulate(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return Cumulate(b, attrs, args[0]);
}

Atom ConvertSort(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return Sorted(b, attrs, args[0], 0);
}

Atom ConvertArgsort(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Cast(Sorted(b, attrs, args[0], 1), attrs.ElementType("dtype").value_or(DType::kInt32));
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

}  // namespace baton
