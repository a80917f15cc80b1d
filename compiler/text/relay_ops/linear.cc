// Products of matrices and what surrounds them.
#include <numeric>

#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// The operands of a product in the element type of its result.
std::pair<Atom, Atom> Operands(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const DType dtype = attrs.ElementType("out_dtype").value_or(b.ElementType(args[0]));
  return {b.Cast(args[0], dtype), b.Cast(args[1], dtype)};
}

// The last two axes exchanged.
Atom TransposeMatrices(RelayBuilder& b, Atom value) {
  const int rank = b.Rank(value);
  if (b.ok() && rank < 2) b.Invalid(absl::StrCat("an operand of rank ", rank, " is to be transposed"));
  if (!b.ok()) return value;
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  std::swap(axes[rank - 1], axes[rank - 2]);
  return b.Transpose(value, axes);
}

// data [..., k] times the transpose of weight [units, k].
Atom Dense(RelayBuilder& b, const RelayAttributes& attrs, Atom data, Atom weight) {
  if (b.Rank(weight, "weight") != 2) {
    b.Invalid(absl::StrCat("weight has rank ", b.Rank(weight, "weight"), ", expected 2"));
  }
  if (const std::optional<int64_t> units = attrs.OptionalInt("units")) {
    weight = b.RequireExtent(weight, 0, *units, "weight");
  }
  if (b.Rank(data) == 2) return b.Call("nn.gemm", {data, weight}, {{"trans_b", true}});
  return b.Call("nn.matmul", {data, TransposeMatrices(b, weight)});
}

}  // namespace

Atom ConvertDense(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const auto [data, weight] = Operands(b, attrs, args);
  return Dense(b, attrs, data, weight);
}

// The weight lies in blocks of units: layout "NC8n".
Atom ConvertDensePack(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const auto [data, packed] = Operands(b, attrs, args);
  const Atom weight = TransformLayout(b, packed, attrs.String("weight_layout"), "NC");
  return Dense(b, attrs, data, weight);
}

Atom ConvertMatmul(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  auto [left, right] = Operands(b, attrs, args);
  if (attrs.Bool("transpose_a")) left = TransposeMatrices(b, left);
  if (attrs.Bool("transpose_b")) right = TransposeMatrices(b, right);
  if (const std::optional<int64_t> units = attrs.OptionalInt("units")) {
    right = b.RequireExtent(right, b.Rank(right) - 1, *units, "the right operand");
  }
  return b.Call("nn.matmul", {left, right});
}

Atom ConvertBatchMatmul(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  auto [left, right] = Operands(b, attrs, args);
  for (const Atom& operand : {left, right}) {
    if (const int rank = b.Rank(operand); b.ok() && rank != 3) {
      b.Invalid(absl::StrCat("an operand has rank ", rank, ", expected 3"));
    }
  }
  if (attrs.Bool("transpose_a")) left = TransposeMatrices(b, left);
  if (attrs.Bool("transpose_b")) right = TransposeMatrices(b, right);
  return b.Call("nn.matmul", {left, right});
}

Atom ConvertBiasAdd(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int rank = b.Rank(args[0]);
  const int axis = b.Axis(attrs.Int("axis"), rank);
  if (const int bias = b.Rank(args[1], "bias"); b.ok() && bias != 1) {
    b.Invalid(absl::StrCat("bias has rank ", bias, ", expected 1"));
  }
  return b.Call("add", {args[0], b.AlongAxis(args[1], axis, rank)});
}

Atom ConvertLeakyRelu(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Call("nn.leaky_relu", {args[0]}, {{"alpha", attrs.Float("alpha")}});
}

Atom ConvertPRelu(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  return b.Call("nn.prelu", {args[0], args[1]}, {{"axis", attrs.Int("axis")}});
}

}  // namespace baton
