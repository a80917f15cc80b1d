#include "ops/tensor/slice_range.h"

#include <algorithm>

namespace baton {
namespace {

// Bounds from here on mean "to the end" (or, negative, "from the beginning").
constexpr int64_t kUnbounded = INT32_MAX;

// The magnitude of a step; -2^63 behaves as -(2^63 - 1) because no tensor is that long.
int64_t Magnitude(int64_t step) {
  return step == INT64_MIN ? INT64_MAX : std::abs(step);
}

enum class Sign { kUnknown, kNegative, kNonNegative };

Sign SignOf(const Dim& bound) {
  if (bound.LowerBound().value_or(-1) >= 0) return Sign::kNonNegative;
  if (bound.UpperBound().value_or(0) < 0) return Sign::kNegative;
  return Sign::kUnknown;
}

// A bound counted from the beginning, not clamped. REQUIRES: its sign is known and it is not unbounded.
Dim FromBeginning(const Dim& extent, const Dim& bound) {
  return SignOf(bound) == Sign::kNegative ? extent + bound : bound;
}

bool IsAbove(const Dim& bound) {
  return bound.is_constant() && bound.value() >= kUnbounded;
}
bool IsBelow(const Dim& bound) {
  return bound.is_constant() && bound.value() <= -kUnbounded;
}

// start clamps to [0, extent], end as well; what is clamped the other way leaves nothing.
Dim ForwardLength(const Dim& extent, const Dim& start, const Dim& end) {
  if (IsAbove(start) || IsBelow(end)) return 0;
  const Dim last = IsAbove(end) ? extent : Min(FromBeginning(extent, end), extent);
  if (IsBelow(start)) return last;
  // last - max(first, 0), in a form that folds for constant bounds.
  return Min(last - FromBeginning(extent, start), last);
}

// start clamps to [0, extent - 1], end to [-1, extent - 1].
Dim BackwardLength(const Dim& extent, const Dim& start, const Dim& end) {
  const Dim last = extent - Dim(1);
  Dim first;
  if (IsAbove(start) || start == Dim(-1)) {
    first = last;
  } else if (IsBelow(start)) {
    first = Min(Dim(0), last);
  } else if (SignOf(start) == Sign::kNonNegative) {
    first = Min(start, last);
  } else {
    first = Max(extent + start, Min(Dim(0), last));
  }
  if (IsAbove(end)) return 0;
  if (IsBelow(end)) return first + Dim(1);
  // first - max(end, -1)
  return Min(first - FromBeginning(extent, end), first + Dim(1));
}

}  // namespace

SliceRange ConstantSlice(int64_t extent, int64_t start, int64_t end, int64_t step) {
  if (start < 0) start += extent;
  if (end < 0) end += extent;
  int64_t distance = 0;
  if (extent == 0) return {0, 0};
  if (step > 0) {
    start = std::clamp<int64_t>(start, 0, extent);
    distance = std::clamp<int64_t>(end, 0, extent) - start;
  } else {
    start = std::clamp<int64_t>(start, 0, extent - 1);
    distance = start - std::clamp<int64_t>(end, -1, extent - 1);
  }
  return {start, distance <= 0 ? 0 : (distance - 1) / Magnitude(step) + 1};
}

std::optional<Dim> SymbolicSliceExtent(const Dim& extent, const Dim& start, const Dim& end, int64_t step) {
  if (extent.is_constant() && start.is_constant() && end.is_constant()) {
    if (extent.value() < 0) return std::nullopt;
    return Dim(ConstantSlice(extent.value(), start.value(), end.value(), step).extent);
  }
  if (SignOf(start) == Sign::kUnknown || SignOf(end) == Sign::kUnknown) return std::nullopt;
  const Dim length = step > 0 ? ForwardLength(extent, start, end) : BackwardLength(extent, start, end);
  // A step beyond the end takes the first element only.
  if (Magnitude(step) >= kUnbounded) return Max(Min(length, Dim(1)), Dim(0));
  return Max(CeilDiv(length, Dim(Magnitude(step))), Dim(0));
}

}  // namespace baton
