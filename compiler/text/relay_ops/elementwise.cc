// Arithmetic and other element-wise operators whose form in Relay is not the registry's.
#include <cmath>
#include <string>

#include "compiler/text/relay_ops/converters.h"

namespace baton {

using ir::Atom;

// Integers are round.
Atom ConvertRound(RelayBuilder& b, const RelayAttributes&, absl::Span<const Atom> args) {
  if (!IsFloat(b.ElementType(args[0]))) return args[0];
  return b.Call("round", {args[0]}, {{"ties", std::string("away")}});
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
