// Comparison of a result with its reference, as conformance tests want it.
#pragma once

#include "absl/status/status.h"
#include "vm/core/tensor.h"

namespace baton {

struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-7;
};

// OK when element type and shape are the same and all elements are close. Floats: |got - expected| <=
// absolute + relative * |expected|; NaN is equal to NaN, an infinity to itself. Integers may differ by
// `absolute` only, so by default not at all; booleans must agree. Errors: FailedPrecondition "3 of 60
// elements differ, first at [0, 1]: got 1.5, expected 1.25".
absl::Status CompareTensors(const TensorObject& got, const TensorObject& expected,
                            const Tolerance& tolerance);

}  // namespace baton
