#include "accel/vta/device_memory.h"

#include <sys/mman.h>

#include <algorithm>

#include "absl/strings/str_format.h"

namespace baton::vta {
namespace {

uint64_t WholePages(uint64_t num_bytes) {
  return (num_bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<DeviceMemory>> DeviceMemory::Create(uint64_t num_bytes) {
  if (num_bytes == 0 || num_bytes > uint64_t{1} << 32) {
    return absl::InvalidArgumentError(
        absl::StrFormat("VTA memory of %d bytes, expected 1 to 2^32: addresses have 32 bits", num_bytes));
  }
  void* data =
      mmap(nullptr, num_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) {
    return absl::ResourceExhaustedError(absl::StrFormat("VTA memory of %d bytes: no room", num_bytes));
  }
  return std::unique_ptr<DeviceMemory>(new DeviceMemory(static_cast<uint8_t*>(data), num_bytes));
}

DeviceMemory::DeviceMemory(uint8_t* data, uint64_t size) : data_(data), size_(size) {
  // The first page stays free: address 0 is invalid.
  const uint64_t end = size / kPageBytes * kPageBytes;
  if (end > kPageBytes) free_[kPageBytes] = end - kPageBytes;
}

DeviceMemory::~DeviceMemory() {
  munmap(data_, size_);
}

absl::StatusOr<uint32_t> DeviceMemory::Allocate(uint64_t num_bytes) {
  const uint64_t needed = num_bytes > size_ ? num_bytes : WholePages(std::max<uint64_t>(num_bytes, 1));
  uint64_t largest = 0;
  for (auto it = free_.begin(); it != free_.end(); ++it) {
    const auto [address, bytes] = *it;
    largest = std::max(largest, bytes);
    if (bytes < needed) continue;
    free_.erase(it);
    if (bytes > needed) free_[address + needed] = bytes - needed;
    allocated_[address] = needed;
    allocated_bytes_ += needed;
    return static_cast<uint32_t>(address);
  }
  return absl::ResourceExhaustedError(
      absl::StrFormat("VTA memory: %d bytes asked for, the largest free piece of %d has %d bytes", num_bytes,
                      size_, largest));
}

absl::Status DeviceMemory::Free(uint32_t address) {
  const auto found = allocated_.find(address);
  if (found == allocated_.end()) {
    return absl::InvalidArgumentError(absl::StrFormat("VTA memory: nothing is allocated at 0x%x", address));
  }
  uint64_t begin = found->first;
  uint64_t bytes = found->second;
  allocated_bytes_ -= bytes;
  allocated_.erase(found);
  auto next = free_.lower_bound(begin);
  if (next != free_.end() && begin + bytes == next->first) {
    bytes += next->second;
    next = free_.erase(next);
  }
  if (next != free_.begin()) {
    const auto previous = std::prev(next);
    if (previous->first + previous->second == begin) {
      previous->second += bytes;
      return absl::OkStatus();
    }
  }
  free_[begin] = bytes;
  return absl::OkStatus();
}

}  // namespace baton::vta
