#include "accel/vta/program/uop_memory.h"

namespace baton::vta {

UopMemory::UopMemory(absl::Span<const std::vector<uint32_t>> kernels, uint32_t capacity)
    : kernels_(kernels), capacity_(capacity), resident_(kernels.size()) {
  uint32_t offset = 0;
  for (const std::vector<uint32_t>& kernel : kernels) {
    offsets_.push_back(offset);
    offset += static_cast<uint32_t>(kernel.size());
  }
}

UopMemory::Placement UopMemory::Place(uint32_t kernel) {
  if (resident_[kernel].has_value()) return {*resident_[kernel], std::nullopt};
  const auto size = static_cast<uint32_t>(kernels_[kernel].size());
  if (next_ + size > capacity_) next_ = 0;
  for (size_t i = 0; i < kernels_.size(); ++i) {
    if (resident_[i].has_value() && *resident_[i] < next_ + size &&
        next_ < *resident_[i] + kernels_[i].size()) {
      resident_[i].reset();
    }
  }
  const uint32_t begin = next_;
  resident_[kernel] = begin;
  next_ += size;
  return {begin, UopLoad{begin, offsets_[kernel], size}};
}

}  // namespace baton::vta
