#include "vm/exec/future.h"

#include <algorithm>
#include <vector>

namespace baton {

ObjectLayout MakeFutureLayout(int64_t num_parameters, int64_t num_results) {
  const int64_t num_slots = kFutureHeaderSlots + std::max(num_parameters, num_results);
  ObjectLayout layout =
      MakeLayout(std::vector<SlotKind>(static_cast<size_t>(num_slots), SlotKind::kI64), false);
  layout.is_future = true;
  return layout;
}

FutureContents ContentsOf(FutureHeader* future) {
  const bool done = future->state.load(std::memory_order_acquire) == FutureState::kDone;
  const LoadedFunction& function = *future->function;
  if (done) return {future->values(), function.reference_results};
  return {future->values(), function.reference_parameters()};
}

}  // namespace baton
