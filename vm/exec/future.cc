#include "vm/exec/future.h"

#include <algorithm>
#include <vector>

#include "vm/exec/back_trace.h"

namespace baton {

ObjectLayout MakeFutureLayout(int64_t num_parameters, int64_t num_results) {
  const int64_t num_slots = kFutureHeaderSlots + std::max(num_parameters, num_results);
  ObjectLayout layout =
      MakeLayout(std::vector<SlotKind>(static_cast<size_t>(num_slots), SlotKind::kI64), false);
  layout.is_future = true;
  return layout;
}

bool TakeContents(Object* object, HeapFamily* family, FutureContents* contents) {
  FutureHeader* future = HeaderOf(object);
  const LoadedFunction& function = *future->function;
  if (future->state.load(std::memory_order_relaxed) == FutureState::kDeferred) {
    future->Remove();
    *contents = {future->values(), function.reference_parameters()};
    return true;
  }
  if (!family->DropShared(object)) return false;
  const bool done = future->state.load(std::memory_order_relaxed) == FutureState::kDone;
  *contents = {future->values(), done ? function.reference_results : function.reference_parameters()};
  if (future->error != nullptr) {
    delete future->error;
    contents->references = {};
  }
  return true;
}

}  // namespace baton
