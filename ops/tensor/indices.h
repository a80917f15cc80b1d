// Indices from tensors, which may be negative and are never trusted. Internal to ops/.
#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "vm/core/tensor.h"

namespace baton {

// Makes an index in [-extent, extent) non-negative; false when it lies outside.
inline bool NormalizeIndex(int64_t extent, int64_t* index) {
  if (*index < 0) *index += extent;
  return *index >= 0 && *index < extent;
}

[[gnu::cold]] inline absl::Status IndexError(int64_t index, int64_t extent, int axis) {
  return absl::InvalidArgumentError(
      absl::StrCat("index ", index, " is outside [", -extent, ", ", extent, ") along axis ", axis));
}

// Element `i` of an int32 or int64 tensor.
inline int64_t IndexAt(const TensorObject& indices, int64_t i) {
  return indices.dtype == DType::kInt32 ? indices.As<int32_t>()[i] : indices.As<int64_t>()[i];
}

// Element `i` of a tensor of any integer type; uint64 saturates. The operands of shapes, not for hot loops.
inline int64_t IntegerAt(const TensorObject& tensor, int64_t i) {
  return VisitDType(tensor.dtype, [&](auto element) -> int64_t {
    using T = decltype(element);
    if constexpr (std::is_same_v<T, uint64_t>) {
      return static_cast<int64_t>(std::min<uint64_t>(tensor.As<T>()[i], INT64_MAX));
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<int64_t>(tensor.As<T>()[i]);
    } else {
      return 0;  // kept out by the type rules
    }
  });
}

}  // namespace baton
