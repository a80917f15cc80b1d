// GrowableArray: a stack's storage on the heap, charged to the session's memory limit. Internal to vm/exec.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <type_traits>

#include "vm/exec/memory_pool.h"

namespace baton {

// Uninitialised elements that keep their bits when the array grows.
template <typename T>
class GrowableArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  explicit GrowableArray(MemoryPool* pool) : pool_(pool) {}
  ~GrowableArray() { Free(); }
  GrowableArray(const GrowableArray&) = delete;

  // Whose budget further changes are charged to.
  void set_pool(MemoryPool* pool) { pool_ = pool; }

  T* data() const { return data_; }
  int64_t capacity() const { return capacity_; }
  T& operator[](int64_t index) const { return data_[index]; }

  // Makes room for `count` elements, doubling if it can. False when memory is exhausted; then nothing has
  // changed.
  [[gnu::cold, gnu::noinline]] bool Grow(int64_t count) {
    return count <= capacity_ || GrowTo(std::max(count, 2 * capacity_)) || GrowTo(count + capacity_ / 8);
  }
  void Free() {
    std::free(data_);
    pool_->Unreserve(capacity_ * static_cast<int64_t>(sizeof(T)));
    data_ = nullptr;
    capacity_ = 0;
  }

 private:
  bool GrowTo(int64_t count) {
    const int64_t more = (count - capacity_) * static_cast<int64_t>(sizeof(T));
    if (!pool_->Reserve(more)) return false;
    void* data = std::realloc(static_cast<void*>(data_), static_cast<size_t>(count) * sizeof(T));
    if (data == nullptr) {
      pool_->Unreserve(more);
      return false;
    }
    data_ = static_cast<T*>(data);
    capacity_ = count;
    return true;
  }

  MemoryPool* pool_;
  T* data_ = nullptr;
  int64_t capacity_ = 0;
};

}  // namespace baton
