// Elements of tensors of any type as numbers: operands that are thresholds or coordinates. Internal to ops/.
#pragma once

#include "ops/elementwise/convert.h"
#include "vm/core/tensor.h"

namespace baton {

// Element `i` of a tensor. Not for hot loops.
inline double NumberAt(const TensorObject& tensor, int64_t i) {
  return VisitDType(tensor.dtype,
                    [&](auto element) { return Convert<double>(tensor.As<decltype(element)>()[i]); });
}

}  // namespace baton
