// ObjectHeap: where a worker's objects come from: slabs of equal slots by size class, charged to the
// session's memory limit. Frees what loses its last reference, and, by collecting, cycles. Nothing here
// recurses, however long the list or deep the tree. Internal to vm/exec.
#pragma once

#include <atomic>
#include <cstdint>

#include "vm/exec/growable_array.h"
#include "vm/exec/heap_family.h"
#include "vm/exec/memory_pool.h"
#include "vm/exec/object.h"

namespace baton {

inline constexpr int64_t kSlabBytes = 32 << 10;
inline constexpr int64_t kMaxObjectSlots = 1024;
// 1 to 16 slots exactly, then powers of two and their quarter steps.
inline constexpr int kNumObjectClasses = 16 + 6 * 4;
// REQUIRES: 1 <= num_slots <= kMaxObjectSlots.
int ObjectClass(int64_t num_slots);
int64_t SlotsOfObjectClass(int size_class);

// Threads: belongs to one worker, as its pool. An object whose last reference another worker drops comes back
// over a lock-free stack.
class ObjectHeap final : private MemoryPool::Reclaimer {
 public:
  // `family` outlives it, and lists it.
  ObjectHeap(MemoryPool* pool, HeapFamily* family);
  // REQUIRES: no live objects.
  ~ObjectHeap() override;
  ObjectHeap(const ObjectHeap&) = delete;

  // An object with one reference, whose fields are not initialised; null when memory is exhausted.
  // REQUIRES: the layout has fields (else: its singleton).
  Object* New(const ObjectLayout& layout) {
    if (layout.is_tracked_cell) [[unlikely]]
      return NewCell(layout);
    return Allocate(layout);
  }

  // Drops a reference of either kind.
  void Release(Counted* value) {
    if (value->Drop()) Destroy(value);
  }
  // Frees a future that has been given up before it was done.
  void DestroyDropped(Object* future) { Destroy(future); }
  // Moves or copies the fields out of `object` into set(index, slot), and drops the caller's reference to it.
  // Always inline: a call of its own costs a third of the time that a list takes to fold.
  template <typename Set>
  [[gnu::always_inline]] void Unpack(Object* object, Set set);

  // Frees the memory of an object whose last reference and fields the caller has taken.
  void FreeEmptied(Object* object) { Free(object); }

  // Frees all objects of the family that only cycles keep alive, unless other strands are running. Takes time
  // in proportion to the objects that cells reach.
  void CollectCycles();
  // Takes back what other workers freed.
  void Drain();
  // Gives back slabs without objects.
  void FreeEmptySlabs();
  // The same when most slabs were not needed since the last call.
  void Trim();

  // Gives all memory back. REQUIRES: no live objects.
  void FreeMemory();

  int64_t num_live() const { return num_live_; }
  int64_t num_tracked_cells() const { return num_cells_; }
  // Objects that collections have freed so far.
  int64_t num_collected() const { return num_collected_; }

 private:
  // Lies at the start of its memory, which is aligned to its size.
  struct alignas(64) Slab {
    ObjectHeap* heap;
    Slab* next;    // of the slabs of this class that have free slots
    Object* free;  // linked by Object::next; null: full, and on no list
    int64_t num_live;
    int size_class;
  };

  static Slab* SlabOf(Object* object) {
    return reinterpret_cast<Slab*>(reinterpret_cast<uintptr_t>(object) & ~uintptr_t{kSlabBytes - 1});
  }
  Object* Allocate(const ObjectLayout& layout) {
    Slab* slab = slabs_[layout.size_class];
    if (slab == nullptr) [[unlikely]] {
      slab = AddSlab(layout.size_class);
      if (slab == nullptr) return nullptr;
    }
    Object* object = slab->free;
    slab->free = object->next;
    if (slab->free == nullptr) [[unlikely]]
      NoteFull(slab);
    ++slab->num_live;
    ++num_live_;
    object->Revive(/*shared=*/false);
    object->tag = layout.tag;
    object->layout = &layout;
    return object;
  }
  // The memory of an object whose fields have been given up.
  void Free(Object* object) {
    Slab* slab = SlabOf(object);
    if (slab->heap != this) [[unlikely]]
      return slab->heap->ReturnFromElsewhere(object);
    if (object->layout->is_tracked_cell) [[unlikely]]
      Untrack(object);
    if (slab->free == nullptr) [[unlikely]] {
      slab->next = slabs_[slab->size_class];
      slabs_[slab->size_class] = slab;
      --num_full_slabs_;
    }
    object->next = slab->free;
    slab->free = object;
    --slab->num_live;
    --num_live_;
  }
  Slab* AddSlab(int size_class);
  void NoteFull(Slab* slab);
  void ReturnFromElsewhere(Object* object);
  Object* NewCell(const ObjectLayout& layout);
  void Untrack(Object* cell);
  // REQUIRES: the last reference has been dropped.
  void Destroy(Counted* value);
  void Reclaim() override;

  // The collector's passes (cycle_collector.cc).
  void SubtractInnerReferences();
  Object* FindOuterReferences();
  void RestoreFrom(Object* reached);
  void FreeUnreached();
  template <typename Visit>
  void ForEachCell(Visit visit);

  MemoryPool* pool_;
  HeapFamily* family_;
  std::atomic<Object*> returned_{nullptr};  // by other workers
  Slab* slabs_[kNumObjectClasses] = {};
  int64_t num_live_ = 0;
  int64_t num_slabs_ = 0;
  int64_t num_full_slabs_ = 0;
  int64_t most_full_slabs_ = 0;   // since the last Trim
  GrowableArray<Object*> cells_;  // those alive
  int64_t num_cells_ = 0;
  int64_t collect_at_cells_;  // the next collection
  int64_t num_collected_ = 0;
};

template <typename Set>
inline void ObjectHeap::Unpack(Object* object, Set set) {
  const std::vector<SlotKind>& kinds = object->layout->fields;
  const Slot* fields = object->fields();
  // With one reference, which is about to go, the fields are moved.
  const bool moves = object->unique();
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (!moves && IsReference(kinds[i])) fields[i].reference->Ref();
    set(i, fields[i]);
  }
  if (moves) {
    Free(object);
  } else {
    Release(object);
  }
}

}  // namespace baton
