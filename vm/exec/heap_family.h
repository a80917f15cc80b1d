// HeapFamily: the heaps of the workers of one session, whose objects refer to each other. Internal to
// vm/exec.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

namespace baton {

class Object;
class ObjectHeap;

// Threads: `heaps` changes only between invocations.
class HeapFamily {
 public:
  virtual ~HeapFamily() = default;
  // True while one strand exists: cycles can be collected, of all heaps.
  bool alone() const { return num_others_.load(std::memory_order_acquire) == 0; }
  // Gives up a future that others know. True when its contents are the caller's to release.
  virtual bool DropShared(Object* future) = 0;

  std::vector<ObjectHeap*> heaps;

 protected:
  std::atomic<int64_t> num_others_{0};  // futures that are shared and not done
};

}  // namespace baton
