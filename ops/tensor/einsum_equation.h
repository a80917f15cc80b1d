// The equation of einsum: which axes of the operands and of the result are one loop. Used by einsum and by
// the converter of Relay's.
#pragma once

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "vm/core/type.h"

namespace baton {

// A loop of the nest: a letter, or the i-th axis from the right of what an ellipsis stands for.
using EinsumLabel = int8_t;
inline constexpr int kNumEinsumLetters = 52;
inline constexpr int kNumEinsumLabels = kNumEinsumLetters + kMaxRank;
inline constexpr EinsumLabel kEinsumEllipsis = -1;

// The labels of one operand's axes. `ellipsis` is the place of "..." among them, -1 without.
struct EinsumTerm {
  absl::InlinedVector<EinsumLabel, 2 * kMaxRank> labels;
  int ellipsis = -1;

  // Puts `count` axes in the place of "...".
  void ExpandEllipsis(int count);
};

struct EinsumEquation {
  absl::InlinedVector<EinsumTerm, 4> inputs;
  EinsumTerm output;
};

// Parses "bhqd,bhkd->bhqk", "...ij,...jk", "ii->i". Without an arrow the result has the ellipsis, then the
// letters that occur once, in alphabetical order.
//   Errors: InvalidArgument "equation 'ij,j->k': the result has 'k', which no operand has".
//   Source: numpy.einsum, ONNX Einsum-12.
absl::StatusOr<EinsumEquation> ParseEinsum(absl::string_view equation);

// Puts axes in the place of every ellipsis, for operands of these ranks; the result's has as many as the
// longest. Errors: InvalidArgument when the ranks do not fit.
absl::Status ExpandEllipses(EinsumEquation* equation, absl::Span<const int> ranks);

}  // namespace baton
