// Which kernels' micro-ops lie where in the scratchpad. Source: the specification's section 14.2.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace baton::vta {

// Micro-ops to be loaded before a kernel can run.
struct UopLoad {
  uint32_t sram_base = 0;
  uint32_t dram_base = 0;  // in the program's micro-ops
  uint32_t size = 0;
};

// A ring: kernels are written one behind the other and from the start again, over the oldest.
class UopMemory {
 public:
  // REQUIRES: no kernel is larger than the capacity; `capacity` in micro-ops.
  UopMemory(absl::Span<const std::vector<uint32_t>> kernels, uint32_t capacity);

  // The place of `kernel`, and what must be loaded if it is not there.
  struct Placement {
    uint32_t begin = 0;
    std::optional<UopLoad> load;
  };
  Placement Place(uint32_t kernel);

 private:
  absl::Span<const std::vector<uint32_t>> kernels_;
  uint32_t capacity_;
  std::vector<uint32_t> offsets_;                  // of each kernel in the program's micro-ops
  std::vector<std::optional<uint32_t>> resident_;  // where each kernel lies
  uint32_t next_ = 0;
};

}  // namespace baton::vta
