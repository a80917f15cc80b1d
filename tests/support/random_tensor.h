// Tensors of reproducible random numbers for tests.
#pragma once

#include <random>

#include "ops/elementwise/convert.h"
#include "vm/core/tensor.h"

namespace baton::test {

// Uniform in [low, high), rounded to `dtype` (bool: either value). The same seed gives the same tensor
// everywhere.
inline Tensor RandomTensor(DType dtype, absl::Span<const int64_t> dims, uint32_t seed, double low = -4.0,
                           double high = 4.0) {
  Tensor tensor = Tensor::Allocate(dtype, dims).value();
  std::mt19937 random(seed);
  VisitDType(dtype, [&](auto element) {
    using T = decltype(element);
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      const double value = low + (high - low) * (random() / 4294967296.0);
      tensor->As<T>()[i] = std::is_same_v<T, Bool> ? Convert<T>(random() % 2) : Convert<T>(value);
    }
  });
  return tensor;
}

}  // namespace baton::test
