// Operators that make tensors from shapes and numbers.
#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// `fill` everywhere, in the attribute's element type if there is one.
Atom Full(RelayBuilder& b, const RelayAttributes& attrs, Atom shape, Atom fill) {
  const DType dtype = attrs.ElementType("dtype").value_or(b.ElementType(fill));
  return b.Call("full", {shape, b.AsScalar(b.Cast(fill, dtype))});
}

Atom Number(RelayBuilder& b, const RelayAttributes& attrs, double value) {
  return b.Scalar(attrs.ElementType("dtype").value_or(DType::kFloat32), value);
}

Atom ShapeAttribute(RelayBuilder& b, const RelayAttributes& attrs) {
  return b.Ints(attrs.Ints("shape"));
}

}  // namespace

Atom ConvertFull(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return Full(b, attrs, ShapeAttribute(b, attrs), args[0]);
}

Atom ConvertZeros(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom>) {
  return b.Call("full", {ShapeAttribute(b, attrs), Number(b, attrs, 0)});
}

Atom ConvertOnes(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom>) {
  return b.Call("full", {ShapeAttribute(b, attrs), Number(b, attrs, 1)});
}

Atom ConvertDynFull(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return Full(b, attrs, args[1], args[0]);
}

Atom ConvertDynZeros(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Call("full", {args[0], Number(b, attrs, 0)});
}

Atom ConvertDynOnes(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Call("full", {args[0], Number(b, attrs, 1)});
}

// The attributes start, stop and step repeat the operands.
Atom ConvertArange(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const DType dtype = attrs.ElementType("dtype").value_or(b.ElementType(args[0]));
  const auto number = [&](Atom atom) { return b.AsScalar(b.Cast(atom, dtype)); };
  return b.Call("arange", {number(args[0]), number(args[1]), number(args[2])});
}

}  // namespace baton
