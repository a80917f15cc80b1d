// Sequences as the interpreter holds them: an Object whose fields are the number of elements and a block of
// the session's pool with the elements, each an owned reference to a tensor. They are values: one with other
// references is copied before it changes. Internal to vm/exec.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "vm/core/tensor.h"
#include "vm/exec/memory_pool.h"
#include "vm/exec/object.h"
#include "vm/exec/object_heap.h"

namespace baton {

ObjectLayout MakeSequenceLayout();

// REQUIRES for all below: the object's layout is a sequence's.
inline int64_t SequenceLength(const Object& sequence) {
  return sequence.fields()[0].i64;
}
inline absl::Span<TensorObject*> SequenceElements(const Object& sequence) {
  const Storage* storage = sequence.fields()[1].storage;
  if (storage == nullptr) return {};
  return {static_cast<TensorObject**>(storage->data()), static_cast<size_t>(SequenceLength(sequence))};
}
// Gives up the elements and their block.
void ReleaseElements(Object* sequence);

// Makes sequences for one session.
class SequenceMaker {
 public:
  SequenceMaker(const ObjectLayout& layout, MemoryPool* pool, ObjectHeap* heap)
      : layout_(layout), pool_(pool), heap_(heap) {}

  // An empty one with room for `capacity` elements; null when memory is exhausted.
  Object* New(int64_t capacity);
  // A copy with room for `more` elements; null when memory is exhausted.
  Object* Copy(const Object& sequence, int64_t more);
  // Makes room for one more element, in steps that grow with the length. False when memory is exhausted.
  bool Grow(Object* sequence);

 private:
  const ObjectLayout& layout_;
  MemoryPool* pool_;
  ObjectHeap* heap_;
};

// These take over or give up the caller's reference. REQUIRES: nothing else refers to the sequence; room;
// 0 <= position <= length, < length to erase.
void AppendElement(Object* sequence, TensorObject* element);
void InsertElement(Object* sequence, int64_t position, TensorObject* element);
void EraseElement(Object* sequence, int64_t position);

// The elements one after the other along an axis that they have, or that is new (`stack`). Errors:
// InvalidArgument, naming elements and their types; ResourceExhausted.
absl::StatusOr<TensorObject*> JoinElements(const Object& sequence, int64_t axis, bool stack,
                                           MemoryPool* pool);

}  // namespace baton
