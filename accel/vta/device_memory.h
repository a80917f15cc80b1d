// PUBLIC: the memory that an accelerator reads and writes: a byte image with addresses from 0, and who owns
// which part of it. Instructions hold 32-bit element numbers, so an image has at most 4 GiB. Source: the
// specification's sections 4 and 14.4.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace baton::vta {

inline constexpr uint32_t kPageBytes = 4096;

// Threads: not safe; a chip that runs uses the bytes.
class DeviceMemory {
 public:
  // An image of `num_bytes` zeros; the operating system gives pages only to what is used.
  // Errors: InvalidArgument for 0 bytes or more than 2^32; ResourceExhausted when there is no room.
  static absl::StatusOr<std::unique_ptr<DeviceMemory>> Create(uint64_t num_bytes);
  ~DeviceMemory();
  DeviceMemory(const DeviceMemory&) = delete;
  DeviceMemory& operator=(const DeviceMemory&) = delete;

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  uint64_t size() const { return size_; }
  absl::Span<uint8_t> bytes() { return absl::MakeSpan(data_, size_); }
  absl::Span<const uint8_t> bytes() const { return absl::MakeConstSpan(data_, size_); }

  // The address of `num_bytes` on pages of their own, which are contiguous. Never 0. What they hold is
  // undefined. Errors: ResourceExhausted with what was asked and the largest free piece.
  absl::StatusOr<uint32_t> Allocate(uint64_t num_bytes);
  // Errors: InvalidArgument when `address` is not one that Allocate gave and that is still in use.
  absl::Status Free(uint32_t address);
  uint64_t allocated_bytes() const { return allocated_bytes_; }  // whole pages

 private:
  DeviceMemory(uint8_t* data, uint64_t size);

  uint8_t* data_;
  uint64_t size_;
  uint64_t allocated_bytes_ = 0;
  std::map<uint64_t, uint64_t> free_;       // address -> bytes; neighbours are merged
  std::map<uint64_t, uint64_t> allocated_;  // address -> bytes
};

}  // namespace baton::vta
