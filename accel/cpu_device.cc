#include "accel/cpu_device.h"

#include <cstdlib>

namespace baton {
namespace {

// Larger requests are refused at once: with overcommit the system may grant what no machine can back.
constexpr size_t kMaxAllocationBytes = size_t{1} << 40;

}  // namespace

void* CpuDevice::Allocate(size_t num_bytes) {
  if (num_bytes >= kMaxAllocationBytes) return nullptr;
  return std::aligned_alloc(kTensorAlignment, AlignUp(num_bytes, kTensorAlignment));
}

void CpuDevice::Free(void* data, size_t num_bytes) {
  std::free(data);
}

}  // namespace baton
