// Operators on sequences of different lengths in one tensor.
#include "absl/strings/str_cat.h"
#include "compiler/text/relay_ops/converters.h"

namespace baton {
namespace {

using ir::Atom;

// The axis of the batch, beside that of the sequence: both are the first two.
int BatchAxis(RelayBuilder& b, int sequence_axis, int rank) {
  if (b.ok() && (rank < 2 || sequence_axis > 1)) {
    b.Invalid(
        absl::StrCat("axis ", sequence_axis, " of data of rank ", rank, ", expected 0 or 1 of at least 2"));
  }
  return 1 - sequence_axis;
}

// Positions along axis `axis`, and lengths along `batch`, broadcasting against data of rank `rank`.
struct Positions {
  Atom position, length;
};
Positions PositionsOf(RelayBuilder& b, Atom data, Atom lengths, int axis, int batch) {
  const int rank = b.Rank(data);
  if (const int length_rank = b.Rank(lengths, "lengths"); b.ok() && length_rank != 1) {
    b.Invalid(absl::StrCat("lengths have rank ", length_rank, ", expected 1"));
  }
  lengths = b.Cast(lengths, DType::kInt64);
  return {b.AlongAxis(Iota(b, b.Extent(data, axis)), axis, rank), b.AlongAxis(lengths, batch, rank)};
}

}  // namespace

Atom ConvertSequenceMask(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int rank = b.Rank(args[0]);
  const int axis = b.Axis(attrs.Int("axis"), rank);
  const int batch = BatchAxis(b, axis, rank);
  if (!b.ok()) return {};
  const Positions at = PositionsOf(b, args[0], args[1], axis, batch);
  const Atom is_valid = b.Call("less", {at.position, at.length});
  return b.Call("where", {is_valid, args[0], b.ScalarLike(args[0], attrs.Float("mask_value"))});
}

// The first lengths[i] elements of sequence i in reverse order, the rest as it is.
Atom ConvertReverseSequence(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const Atom> args) {
  const int rank = b.Rank(args[0]);
  const int axis = b.Axis(attrs.Int("seq_axis"), rank);
  const int batch = b.Axis(attrs.Int("batch_axis"), rank);
  if (b.ok() && axis == batch) b.Invalid("attributes 'seq_axis' and 'batch_axis' are the same axis");
  if (!b.ok()) return {};
  const Positions at = PositionsOf(b, args[0], args[1], axis, batch);
  const Atom last = b.Call("subtract", {at.length, b.Int(1)});
  const Atom mirrored = b.Call("subtract", {last, at.position});
  const Atom is_inside = b.Call("less", {at.position, at.length});
  const Atom source = b.Call("where", {is_inside, mirrored, at.position});
  const Atom indices = BroadcastTo(b, source, b.Extents(args[0]));
  return b.Call("gather_elements", {args[0], indices}, {{"axis", int64_t{axis}}});
}

}  // namespace baton
