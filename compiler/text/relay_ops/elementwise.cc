// Arithmetic and other element-wise operators whose form in Relay is not the registry's.
#include <cmath>
#include <limits>

#include "compiler/text/relay_ops/converters.h"

namespace baton {

using ir::Atom;

Atom ConvertTruncDivide(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  const Atom quotient = b.Call("divide", {args[0], args[1]});
  return IsFloat(b.ElementType(quotient)) ? b.Call("trunc", {quotient}) : quotient;
}

// Half away from zero, by the fraction that truncation leaves: adding 0.5 first would round 0.49999997 up.
Atom ConvertRound(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  const Atom x = args[0];
  if (!IsFloat(b.ElementType(x))) return x;
  const Atom whole = b.Call("trunc", {x});
  const Atom fraction = b.Call("abs", {b.Call("subtract", {x, whole})});
  const Atom is_half = b.Call("greater_equal", {fraction, b.ScalarLike(x, 0.5)});
  const Atom away = b.Call("add", {whole, b.Call("sign", {x})});
  return b.Call("where", {is_half, away, whole});
}

Atom ConvertClip(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const auto bound = [&](const char* name) {
    const double value = attrs.Float(name);
    // What does not bound is left out, for integer types have no infinity.
    return std::isinf(value) ? Atom() : b.ScalarLike(args[0], value);
  };
  return b.Call("clip", {args[0], bound("a_min"), bound("a_max")});
}

Atom ConvertCastLike(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  return b.CastLike(args[0], args[1]);
}

Atom ConvertWhere(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  return b.Call("where", {b.Cast(args[0], DType::kBool), args[1], args[2]});
}

Atom ConvertFullLike(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  return b.Call("full", {b.ShapeOf(args[0]), b.AsScalar(b.CastLike(args[1], args[0]))});
}

Atom ConvertZerosLike(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  return b.Call("full", {b.ShapeOf(args[0]), b.ScalarLike(args[0], 0)});
}

Atom ConvertOnesLike(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  return b.Call("full", {b.ShapeOf(args[0]), b.ScalarLike(args[0], 1)});
}

// Operators that only tell TVM's passes something.
Atom ConvertIdentity(RelayBuilder&, const RelayAttributes&, absl::Span<const Atom> args) {
  return args[0];
}

}  // namespace baton
