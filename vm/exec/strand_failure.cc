// How a strand fails: it gives up its frames from the top. What a frame has forked and not yet awaited comes
// before what failed in the program, so it is waited for: should it fail too, its error is the first.
#include <map>
#include <utility>

#include "vm/bytecode/operand_stack.h"
#include "vm/exec/interpreter.h"
#include "vm/exec/strand_scheduler.h"

namespace baton {

void Interpreter::BeginFailure() {
  if (program_.dispatch == Dispatch::kStack) ReleaseOperandStacks();
  failing_ = true;
  // Those that it waits for need them.
  GiveSteps();
  error_.trace.Append(program_, frames_);
}

// False when a future must be done first.
bool Interpreter::GiveUpFrames() {
  while (frames_.depth() > 0) {
    while (FutureHeader* future = FindEarlierFuture()) {
      const FutureState state = future->state.load(std::memory_order_acquire);
      if (state == FutureState::kDeferred) scheduler_->Queue(future, this);
      if (state != FutureState::kDone) {
        awaited_ = future;
        return false;
      }
      // It may have ended well just now.
      if (future->error != nullptr) TakeError(future);
    }
    const int64_t forked_sequence = frames_.top().forked_sequence;
    frames_.ReleaseReferences();
    frames_.Pop();
    failed_sequence_ = forked_sequence;
  }
  return true;
}

// The first future of the top frame that may hold an earlier error, or null.
FutureHeader* Interpreter::FindEarlierFuture() const {
  if (IsLimit(error_.status)) return nullptr;
  const Frame& frame = frames_.top();
  FutureHeader* earliest = nullptr;
  for (const uint16_t index : frame.function->futures) {
    Object* object = frames_.slots(frame)[index].object;
    if (object == nullptr) continue;
    FutureHeader* future = HeaderOf(object);
    const int64_t limit = earliest == nullptr ? failed_sequence_ : earliest->sequence;
    const bool is_fine =
        future->state.load(std::memory_order_acquire) == FutureState::kDone && future->error == nullptr;
    if (future->sequence < limit && !is_fine) earliest = future;
  }
  return earliest;
}

// The future has failed, before what this strand failed of.
void Interpreter::TakeError(FutureHeader* future) {
  failed_sequence_ = future->sequence;
  error_ = *future->error;
  error_.trace.Append(program_, frames_);
}

void Interpreter::ReleaseOperandStacks() {
  // Many frames may be of one function, and stand at one call.
  std::map<const LoadedFunction*, OperandStacks> functions;
  std::map<const uint8_t*, std::vector<SlotKind>> stacks;
  for (int64_t i = 0; i < frames_.depth(); ++i) {
    const Frame& frame = frames_.frame(i);
    const auto [stack, is_new] = stacks.try_emplace(frame.pc);
    if (is_new) {
      const auto index = static_cast<int>(frame.function - program_.functions.data());
      const auto function = functions.try_emplace(frame.function, *program_.executable, index).first;
      stack->second = function->second.At(PlaceOf(program_, frame));
    }
    // A frame that waits has given away the arguments of its call: they are locals of the next frame.
    const bool waits = i + 1 < frames_.depth();
    Slot* slots = frames_.slots(frame) + frame.function->num_locals;
    const int64_t num_left =
        waits ? frames_.slots(frames_.frame(i + 1)) - slots : static_cast<int64_t>(stack->second.size());
    for (int64_t s = 0; s < num_left; ++s) {
      if (IsReference(stack->second[s]) && slots[s].reference != nullptr) heap_->Release(slots[s].reference);
    }
  }
}

}  // namespace baton
