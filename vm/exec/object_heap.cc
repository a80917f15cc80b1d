#include "vm/exec/object_heap.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdlib>
#include <new>
#include <utility>

#include "vm/core/tensor.h"
#include "vm/exec/future.h"
#include "vm/exec/sequence.h"

namespace baton {
namespace {

// Fewer cells than this are not worth a collection.
constexpr int64_t kMinCellsToCollect = 4096;
constexpr int kExactClasses = 16;

int64_t& PlaceOf(Object* cell) {
  return cell->fields()[cell->layout->fields.size()].i64;
}

}  // namespace

int ObjectClass(int64_t num_slots) {
  if (num_slots <= kExactClasses) return static_cast<int>(num_slots) - 1;
  const uint64_t last = static_cast<uint64_t>(num_slots) - 1;
  const int log2 = std::bit_width(last) - 1;
  const int quarter = static_cast<int>(last >> (log2 - 2)) & 3;
  return kExactClasses + (log2 - 4) * 4 + quarter;
}

int64_t SlotsOfObjectClass(int size_class) {
  if (size_class < kExactClasses) return size_class + 1;
  const int log2 = 4 + (size_class - kExactClasses) / 4;
  return (int64_t{1} << log2) + ((size_class - kExactClasses) % 4 + 1) * (int64_t{1} << (log2 - 2));
}

ObjectLayout MakeLayout(std::vector<SlotKind> fields, bool is_cell) {
  ObjectLayout layout;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (IsReference(fields[i])) layout.references.push_back(static_cast<uint16_t>(i));
    if (fields[i] == SlotKind::kObject) layout.objects.push_back(static_cast<uint16_t>(i));
  }
  layout.is_cell = is_cell;
  layout.is_tracked_cell = is_cell && !layout.objects.empty();
  const int64_t num_slots = static_cast<int64_t>(fields.size()) + (layout.is_tracked_cell ? 1 : 0);
  if (num_slots != 0) layout.size_class = static_cast<uint8_t>(ObjectClass(num_slots));
  layout.fields = std::move(fields);
  return layout;
}

ObjectHeap::ObjectHeap(MemoryPool* pool, HeapFamily* family)
    : pool_(pool), family_(family), cells_(pool), collect_at_cells_(kMinCellsToCollect) {
  pool_->SetReclaimer(this);
}

ObjectHeap::~ObjectHeap() {
  Drain();
  assert(num_live_ == 0);
  pool_->SetReclaimer(nullptr);
  FreeEmptySlabs();
}

[[gnu::cold, gnu::noinline]] ObjectHeap::Slab* ObjectHeap::AddSlab(int size_class) {
  Drain();
  if (slabs_[size_class] != nullptr) return slabs_[size_class];
  const bool reserved = pool_->Reserve(kSlabBytes);
  // Making room may have freed objects of this class.
  Slab* freed = slabs_[size_class];
  if (reserved && freed != nullptr) pool_->Unreserve(kSlabBytes);
  if (!reserved || freed != nullptr) return freed;
  void* memory = std::aligned_alloc(kSlabBytes, kSlabBytes);
  if (memory == nullptr) {
    pool_->Unreserve(kSlabBytes);
    return nullptr;
  }
  Slab* slab = new (memory) Slab{this, nullptr, nullptr, 0, size_class};
  ++num_slabs_;
  const size_t stride = sizeof(Object) + sizeof(Slot) * static_cast<size_t>(SlotsOfObjectClass(size_class));
  // From the end, so that neighbours in the list are neighbours in memory, ascending.
  for (size_t i = (kSlabBytes - sizeof(Slab)) / stride; i-- > 0;) {
    auto* object = new (static_cast<char*>(memory) + sizeof(Slab) + i * stride) Object;
    object->next = std::exchange(slab->free, object);
  }
  return slabs_[size_class] = slab;
}

[[gnu::noinline]] void ObjectHeap::NoteFull(Slab* slab) {
  slabs_[slab->size_class] = slab->next;
  most_full_slabs_ = std::max(most_full_slabs_, ++num_full_slabs_);
}

[[gnu::cold, gnu::noinline]] void ObjectHeap::ReturnFromElsewhere(Object* object) {
  object->next = returned_.load(std::memory_order_relaxed);
  while (!returned_.compare_exchange_weak(object->next, object, std::memory_order_release,
                                          std::memory_order_relaxed)) {
  }
}

void ObjectHeap::Drain() {
  if (returned_.load(std::memory_order_relaxed) == nullptr) return;
  Object* object = returned_.exchange(nullptr, std::memory_order_acquire);
  while (object != nullptr) Free(std::exchange(object, object->next));
}

void ObjectHeap::Trim() {
  Drain();
  // Each class in use has one that is not full.
  if (num_slabs_ > 2 * most_full_slabs_ + kNumObjectClasses) FreeEmptySlabs();
  most_full_slabs_ = num_full_slabs_;
}

void ObjectHeap::FreeEmptySlabs() {
  for (Slab*& list : slabs_) {
    for (Slab** link = &list; *link != nullptr;) {
      Slab* slab = *link;
      if (slab->num_live != 0) {
        link = &slab->next;
        continue;
      }
      *link = slab->next;
      std::free(slab);
      --num_slabs_;
      pool_->Unreserve(kSlabBytes);
    }
  }
}

[[gnu::noinline]] Object* ObjectHeap::NewCell(const ObjectLayout& layout) {
  if (num_cells_ >= collect_at_cells_) {
    CollectCycles();
    collect_at_cells_ = std::max(kMinCellsToCollect, 2 * num_cells_);
  }
  // Making room may have freed cells.
  if (num_cells_ == cells_.capacity() && !cells_.Grow(num_cells_ + 1) && num_cells_ == cells_.capacity()) {
    return nullptr;
  }
  Object* cell = Allocate(layout);
  if (cell == nullptr) return nullptr;
  PlaceOf(cell) = num_cells_;
  cells_[num_cells_++] = cell;
  return cell;
}

void ObjectHeap::Untrack(Object* cell) {
  Object* last = cells_[--num_cells_];
  PlaceOf(last) = PlaceOf(cell);
  cells_[PlaceOf(cell)] = last;
}

[[gnu::noinline]] void ObjectHeap::Destroy(Counted* value) {
  if (value->kind() == Counted::Kind::kTensor) {
    static_cast<TensorObject*>(value)->Destroy();
    return;
  }
  // Objects without references whose fields are still to be released.
  auto* dead = static_cast<Object*>(value);
  dead->next = nullptr;
  while (dead != nullptr) {
    Object* object = std::exchange(dead, dead->next);
    if (object->layout->is_sequence) ReleaseElements(object);
    FutureContents contents{object->fields(), object->layout->references};
    if (object->layout->is_future) [[unlikely]] {
      if (!TakeContents(object, family_, &contents)) continue;
    }
    for (const uint16_t index : contents.references) {
      Counted* field = contents.values[index].reference;
      // Null while a value from outside is being converted.
      if (field == nullptr || !field->Drop()) continue;
      if (field->kind() == Counted::Kind::kTensor) {
        static_cast<TensorObject*>(field)->Destroy();
      } else {
        static_cast<Object*>(field)->next = std::exchange(dead, static_cast<Object*>(field));
      }
    }
    Free(object);
  }
}

void ObjectHeap::FreeMemory() {
  FreeEmptySlabs();
  cells_.Free();
}

void ObjectHeap::Reclaim() {
  CollectCycles();
  FreeEmptySlabs();
}

}  // namespace baton
