// The converters that relay_operators.def names, declared from it, and what several of them share.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/text/relay_attributes.h"
#include "compiler/text/relay_call.h"
#include "compiler/text/relay_operators.h"

namespace baton {

#define RELAY_SAME(name)
#define RELAY_AS(name, registry_name)
#define RELAY_OP(name, min_args, max_args, schema, converter) \
  ir::Atom converter(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const ir::Atom> args);
#define RELAY_INFERRED(name, min_args, max_args, schema, converter, infer)                            \
  ir::Atom converter(RelayBuilder& b, const RelayAttributes& attrs, absl::Span<const ir::Atom> args); \
  void infer(const RelayAttributes& attrs, absl::Span<Type> args);
#define RELAY_REFUSED(name, reason)
#include "compiler/text/relay_operators.def"
#undef RELAY_SAME
#undef RELAY_AS
#undef RELAY_OP
#undef RELAY_INFERRED
#undef RELAY_REFUSED

// The axes 0, ..., rank - 1 without `left_out`.
std::vector<int64_t> AxesWithout(int rank, absl::Span<const int64_t> left_out);
// The axes that a reduction's attributes axis and exclude name, from the front, ascending.
std::vector<int64_t> ReducedAxes(RelayBuilder& b, const RelayAttributes& attrs, int rank);
// As reshape does it, with Relay's codes 0 and -1 to -4.
ir::Atom ReshapeWithCodes(RelayBuilder& b, ir::Atom data, absl::Span<const int64_t> codes, bool allow_zero);
// `data` from one layout to another: "NCHW", "NHWC", "NCHW16c". The data itself when they are equal.
ir::Atom TransformLayout(RelayBuilder& b, ir::Atom data, absl::string_view from, absl::string_view to);
// Numpy's slice of every axis in `axes` by operands of one element per axis.
ir::Atom Slice(RelayBuilder& b, ir::Atom data, ir::Atom starts, ir::Atom ends,
               absl::Span<const int64_t> axes);
// The integers 0, ..., extent - 1 as int64.
ir::Atom Iota(RelayBuilder& b, const RelayExtent& extent);
// `data`, broadcast to exactly this shape.
ir::Atom BroadcastTo(RelayBuilder& b, ir::Atom data, absl::Span<const RelayExtent> extents);
// Indices as int64, unless they are int32.
ir::Atom AsIndices(RelayBuilder& b, ir::Atom indices);

}  // namespace baton
