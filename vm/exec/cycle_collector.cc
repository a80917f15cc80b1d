// Reference cells make cycles possible, which counting never frees. All other objects only refer to what was
// there before them, so every cycle passes through a cell. The collector looks at what cells reach: it
// subtracts the references from within, sees who is still referred to from outside, gives all that these
// reach their counts back, and frees the rest. Source: Bacon and Rajan, Concurrent Cycle Collection in
// Reference Counted Systems, ECOOP 2001, section 3 (the synchronous form), with all cells as candidates and
// lists through Object::next for the recursion.
#include <utility>

#include "vm/core/tensor.h"
#include "vm/exec/object_heap.h"

namespace baton {
namespace {

void Push(Object* object, Object** list) {
  object->next = std::exchange(*list, object);
}

Object* Pop(Object** list) {
  return std::exchange(*list, (*list)->next);
}

// Calls `visit` with each object that a field refers to and that belongs to the session.
template <typename Visit>
void ForEachChild(Object* object, Visit visit) {
  for (const uint16_t index : object->layout->objects) {
    Object* child = object->fields()[index].object;
    if (child != nullptr && !child->immortal()) visit(child);
  }
}

// Gives the object `to` and puts it on the list if it was `from`.
void Repaint(Object* object, Object::Color from, Object::Color to, Object** list) {
  if (object->color != from) return;
  object->color = to;
  Push(object, list);
}

}  // namespace

using enum Object::Color;

template <typename Visit>
void ObjectHeap::ForEachCell(Visit visit) {
  for (ObjectHeap* heap : family_->heaps) {
    for (int64_t i = 0; i < heap->num_cells_; ++i) visit(heap->cells_[i]);
  }
}

void ObjectHeap::CollectCycles() {
  if (!family_->alone()) return;
  int64_t num_cells = 0;
  for (ObjectHeap* heap : family_->heaps) {
    heap->Drain();
    num_cells += heap->num_cells_;
  }
  if (num_cells == 0) return;
  SubtractInnerReferences();
  RestoreFrom(FindOuterReferences());
  FreeUnreached();
}

// What cells reach becomes gray, and counts only references from elsewhere.
void ObjectHeap::SubtractInnerReferences() {
  Object* pending = nullptr;
  ForEachCell([&](Object* cell) { Repaint(cell, kBlack, kGray, &pending); });
  while (pending != nullptr) {
    ForEachChild(Pop(&pending), [&](Object* child) {
      child->set_refs(child->refs() - 1);
      Repaint(child, kBlack, kGray, &pending);
    });
  }
}

// What is gray becomes white, or black if it is referred to from elsewhere. Gives the list of these.
Object* ObjectHeap::FindOuterReferences() {
  Object* pending = nullptr;
  Object* reached = nullptr;
  ForEachCell([&](Object* cell) { Repaint(cell, kGray, kWhite, &pending); });
  while (pending != nullptr) {
    Object* object = Pop(&pending);
    ForEachChild(object, [&](Object* child) { Repaint(child, kGray, kWhite, &pending); });
    if (object->refs() != 0) Repaint(object, kWhite, kBlack, &reached);
  }
  return reached;
}

// What is reached becomes black and counts the references from what is black again.
void ObjectHeap::RestoreFrom(Object* reached) {
  while (reached != nullptr) {
    ForEachChild(Pop(&reached), [&](Object* child) {
      child->set_refs(child->refs() + 1);
      Repaint(child, kWhite, kBlack, &reached);
    });
  }
}

// What is still white is reached from white cells only. Its references to black objects are subtracted
// already.
void ObjectHeap::FreeUnreached() {
  Object* pending = nullptr;
  ForEachCell([&](Object* cell) { Repaint(cell, kWhite, kBlack, &pending); });
  while (pending != nullptr) {
    Object* object = Pop(&pending);
    ForEachChild(object, [&](Object* child) { Repaint(child, kWhite, kBlack, &pending); });
    for (const uint16_t index : object->layout->references) {
      if (object->layout->fields[index] != SlotKind::kTensor) continue;
      TensorObject* tensor = object->fields()[index].tensor;
      if (tensor != nullptr) tensor->Unref();
    }
    ++num_collected_;
    Free(object);
  }
}

}  // namespace baton
