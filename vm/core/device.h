// Device: where tensor data lives. The interface that the memory pool, the placement pass and kernels share;
// CPU memory is accel/cpu_device.h.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace baton {

// Tensor data starts at a multiple of this many bytes (a cache line, and the widest SIMD register).
inline constexpr size_t kTensorAlignment = 64;

inline constexpr size_t AlignUp(size_t num_bytes, size_t alignment) {
  return (num_bytes + alignment - 1) / alignment * alignment;
}

// Threads: all functions may be called concurrently.
class Device {
 public:
  virtual ~Device() = default;
  virtual absl::string_view name() const = 0;
  // Memory of `num_bytes` > 0, aligned to kTensorAlignment, or null when there is none. Owned by the caller.
  virtual void* Allocate(size_t num_bytes) = 0;
  virtual void Free(void* data, size_t num_bytes) = 0;
};

}  // namespace baton
