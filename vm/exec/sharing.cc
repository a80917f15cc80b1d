#include "vm/exec/sharing.h"

#include "vm/exec/sequence.h"

namespace baton {
namespace {

// The objects that have been marked, linked by Object::next in the order in which they were found.
class Marker {
 public:
  bool Mark(Counted* value) {
    // What is shared or immortal reaches nothing else: such objects do not change.
    if (value->shared() || value->immortal()) return true;
    if (value->kind() == Counted::Kind::kTensor) return MarkTensor(static_cast<TensorObject*>(value));
    auto* object = static_cast<Object*>(value);
    if (object->layout->is_cell) return false;
    object->set_shared(true);
    object->next = nullptr;
    (last_ == nullptr ? first_ : last_->next) = object;
    last_ = object;
    return true;
  }

  // Marks what those marked so far refer to.
  bool Follow() {
    for (Object* object = first_; object != nullptr; object = object->next) {
      if (object->layout->is_sequence) {
        for (TensorObject* element : SequenceElements(*object)) {
          if (!Mark(element)) return false;
        }
      }
      for (const uint16_t index : object->layout->references) {
        if (!Mark(object->fields()[index].reference)) return false;
      }
    }
    return true;
  }

  // Tensors stay marked, which only makes counting them slower.
  void Undo() {
    for (Object* object = first_; object != nullptr; object = object->next) object->set_shared(false);
  }

 private:
  static bool MarkTensor(TensorObject* tensor) {
    if (tensor->in_arena) return false;
    tensor->set_shared(true);
    return true;
  }

  Object* first_ = nullptr;
  Object* last_ = nullptr;
};

}  // namespace

bool MakeShareable(FutureHeader* future) {
  Marker marker;
  bool shareable = true;
  for (const uint16_t index : future->function->reference_parameters()) {
    shareable = shareable && marker.Mark(future->values()[index].reference);
  }
  if (shareable && marker.Follow()) return true;
  marker.Undo();
  return false;
}

}  // namespace baton
