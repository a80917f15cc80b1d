// Boxes of object detection and how much they overlap. Internal to ops/vision.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/types/span.h"
#include "ops/tensor/number.h"

namespace baton {

struct Box {
  double x1, y1, x2, y2;
};

// From any two opposite corners.
inline Box BoxFromCorners(double x1, double y1, double x2, double y2) {
  return {std::min(x1, x2), std::min(y1, y2), std::max(x1, x2), std::max(y1, y2)};
}

// The area that two boxes share over the area that they cover; 0 for boxes without area. `border` is 1 where
// the corners are pixels that belong to the box, else 0.
inline double IntersectionOverUnion(const Box& a, const Box& b, double border = 0) {
  const double width = std::max(0.0, std::min(a.x2, b.x2) - std::max(a.x1, b.x1) + border);
  const double height = std::max(0.0, std::min(a.y2, b.y2) - std::max(a.y1, b.y1) + border);
  const double shared = width * height;
  const double area_a = (a.x2 - a.x1 + border) * (a.y2 - a.y1 + border);
  const double area_b = (b.x2 - b.x1 + border) * (b.y2 - b.y1 + border);
  const double covered = area_a + area_b - shared;
  return covered <= 0 ? 0 : shared / covered;
}

// Greedy suppression: visits `candidates`, best first, and keeps those that `suppresses(kept, candidate)` is
// false for with every box kept before, up to `max_kept` of them. The kept ones move to the front of
// `candidates`, in order. Returns their number.
template <typename Suppresses>
int64_t SuppressBoxes(absl::Span<int64_t> candidates, int64_t max_kept, Suppresses&& suppresses) {
  int64_t kept = 0;
  for (const int64_t candidate : candidates) {
    if (kept >= max_kept) break;
    const auto winners = candidates.first(static_cast<size_t>(kept));
    if (std::any_of(winners.begin(), winners.end(),
                    [&](int64_t winner) { return suppresses(winner, candidate); })) {
      continue;
    }
    candidates[kept++] = candidate;
  }
  return kept;
}

// Orders candidates by descending score; equal ones keep their order, NaN comes last.
template <typename Score>
void SortByScore(absl::Span<int64_t> candidates, Score&& score) {
  std::sort(candidates.begin(), candidates.end(), [&](int64_t a, int64_t b) {
    const auto left = score(a);
    const auto right = score(b);
    if (left > right || (right != right && left == left)) return true;
    if (right > left || (left != left && right == right)) return false;
    return a < b;
  });
}

}  // namespace baton
