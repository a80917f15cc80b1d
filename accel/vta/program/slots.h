// Places of equal size in a scratchpad, each holding a chunk of a tensor. Chunks that are still there are not
// loaded again.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace baton::vta {

class Slots {
 public:
  Slots(uint32_t num_slots, uint32_t slot_elements) : slot_elements_(slot_elements), slots_(num_slots) {}

  struct Place {
    uint32_t base = 0;       // first element in the scratchpad
    bool is_loaded = false;  // the chunk is there already
  };
  // The place for the chunk `key`: where it is, or the place that has not been asked for longest.
  Place Acquire(uint64_t key) {
    ++now_;
    size_t oldest = 0;
    for (size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].key == key) return {Use(i), true};
      if (slots_[i].last_use < slots_[oldest].last_use) oldest = i;
    }
    slots_[oldest].key = key;
    return {Use(oldest), false};
  }

 private:
  struct Slot {
    std::optional<uint64_t> key;
    uint64_t last_use = 0;
  };

  uint32_t Use(size_t slot) {
    slots_[slot].last_use = now_;
    return static_cast<uint32_t>(slot) * slot_elements_;
  }

  uint32_t slot_elements_;
  std::vector<Slot> slots_;
  uint64_t now_ = 0;
};

}  // namespace baton::vta
