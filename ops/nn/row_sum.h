// Sum of a row in double, with partial sums side by side so that additions do not wait for each other.
#pragma once

#include "ops/elementwise/kernels.h"

namespace baton {

template <typename T>
double RowSum(const T* x, int64_t n) {
  constexpr int kLanes = 8;
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int j = 0; j < kLanes; ++j) lanes[j] += Load(x[i + j]);
  }
  double sum = 0;
  for (; i < n; ++i) sum += Load(x[i]);
  for (double lane : lanes) sum += lane;
  return sum;
}

}  // namespace baton
