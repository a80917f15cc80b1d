// What max and min over axes share: they take every element type, bool as 0 and 1.
#pragma once

#include <limits>

#include "ops/reduce/reduce.h"

namespace baton {

template <typename T>
struct Extremum {
  using Acc = ComputeType<T>;
  static Acc Lowest() {
    using Limits = std::numeric_limits<Acc>;
    return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  }
  static Acc Greatest() {
    using Limits = std::numeric_limits<Acc>;
    return Limits::has_infinity ? Limits::infinity() : Limits::max();
  }
  static T Finish(const Acc& acc, int64_t) { return T(acc); }
};

inline absl::Status ReduceExtremumType(TypeContext& context, const ReduceAttrs& attrs, TensorTypes* result) {
  return ReduceType(context, attrs, DTypeSet::kAny, result);
}

}  // namespace baton
