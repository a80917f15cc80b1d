// ShapeCache: what a session has prepared for the most recent input shapes of one kernel. Small and linear: a
// model uses few shapes at a time. Not thread safe. Internal to ops/.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "vm/core/tensor.h"

namespace baton {

// The extents of up to two tensors as a key.
struct ShapeKey {
  int ranks[2] = {0, 0};
  std::array<int64_t, 2 * kMaxRank> dims = {};

  static ShapeKey Of(const TensorObject& a, const TensorObject* b = nullptr) {
    ShapeKey key;
    key.ranks[0] = a.rank;
    std::copy_n(a.dims, a.rank, key.dims.begin());
    if (b == nullptr) return key;
    key.ranks[1] = b->rank;
    std::copy_n(b->dims, b->rank, key.dims.begin() + a.rank);
    return key;
  }
  friend bool operator==(const ShapeKey& a, const ShapeKey& b) {
    return a.ranks[0] == b.ranks[0] && a.ranks[1] == b.ranks[1] &&
           std::equal(a.dims.begin(), a.dims.begin() + a.ranks[0] + a.ranks[1], b.dims.begin());
  }
};

template <typename Value, int kCapacity = 8>
class ShapeCache {
 public:
  // The value stored under `key`, or null. Allocates nothing.
  Value* Find(const ShapeKey& key) {
    for (int i = 0; i < size_; ++i) {
      if (!(entries_[i].key == key)) continue;
      entries_[i].last_use = ++clock_;
      return &entries_[i].value;
    }
    return nullptr;
  }
  // Stores `value`, in the place of the least recently used entry when full.
  Value* Insert(const ShapeKey& key, Value value) {
    const auto older = [](const Entry& a, const Entry& b) { return a.last_use < b.last_use; };
    Entry* entry =
        size_ < kCapacity ? &entries_[size_++] : std::min_element(entries_.begin(), entries_.end(), older);
    entry->key = key;
    entry->last_use = ++clock_;
    entry->value = std::move(value);
    return &entry->value;
  }

 private:
  struct Entry {
    ShapeKey key;
    uint64_t last_use = 0;
    Value value;
  };
  std::array<Entry, kCapacity> entries_;
  int size_ = 0;
  uint64_t clock_ = 0;
};

}  // namespace baton
