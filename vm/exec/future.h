// Futures: calls that have been forked. A future is an Object (object.h) whose fields are a FutureHeader and
// room for the arguments, later the results, of its call. It has one reference, which stays in the frame that
// forked (verify_function.cc, CheckRegister). What happens to it: scheduler.h. Internal to vm/exec.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "vm/exec/loaded_program.h"
#include "vm/exec/object.h"
#include "vm/exec/object_heap.h"

namespace baton {

class Interpreter;
struct StrandError;
struct LoadedFunction;

// Who may do what with a future; docs/futures.md draws the transitions.
enum class FutureState : uint8_t {
  kDeferred,  // known to the strand that forked only, which runs the call when it awaits it
  kQueued,    // offered to all workers: whoever claims it runs it, the strand that forked too
  kRunning,   // claimed by a worker: a strand of its own
  kAwaited,   // the same, and `waiter` goes on when it is done
  kDropped,   // the same, and nobody wants what it gives
  kDone,      // the results are there, or the error
};

// Of a ring of futures: those that one strand has deferred, oldest first.
struct FutureLink {
  FutureLink* previous = this;
  FutureLink* next = this;

  FutureLink() = default;
  FutureLink(const FutureLink&) = delete;
  void Remove() {
    previous->next = next;
    next->previous = previous;
  }
  void InsertBefore(FutureLink* other) {
    previous = other->previous;
    next = other;
    previous->next = this;
    other->previous = this;
  }
};

struct FutureHeader : FutureLink {
  std::atomic<FutureState> state{FutureState::kDeferred};
  const LoadedFunction* function = nullptr;
  int64_t sequence = 0;           // of the forks of one strand, in the order of the program
  int64_t depth = 0;              // of the frame that forked, counted from the entry point
  int64_t work_ns = 0;            // about what the call takes; 0: unknown
  int64_t strand = 0;             // its number in traces, once it is not deferred
  Interpreter* waiter = nullptr;  // kAwaited
  StrandError* error = nullptr;   // kDone: why there are no results, owned; or null

  Object* object() { return reinterpret_cast<Object*>(this) - 1; }
  // The arguments; the results once it is done.
  Slot* values() { return reinterpret_cast<Slot*>(this + 1); }
};

inline constexpr int kFutureHeaderSlots = sizeof(FutureHeader) / sizeof(Slot);
static_assert(sizeof(FutureHeader) % sizeof(Slot) == 0 && alignof(FutureHeader) <= alignof(Slot));

// Of the futures of calls of one function.
ObjectLayout MakeFutureLayout(int64_t num_parameters, int64_t num_results);

// REQUIRES: an object with a future's layout. The header is made by the first.
inline FutureHeader* NewHeader(Object* future) {
  return new (future->fields()) FutureHeader;
}
inline FutureHeader* HeaderOf(Object* future) {
  return std::launder(reinterpret_cast<FutureHeader*>(future->fields()));
}

// What a future holds: its arguments, or once it is done its results, null or owned.
struct FutureContents {
  Slot* values;
  absl::Span<const uint16_t> references;
};
// Gives up a future: false when a strand is running its call, which then frees it.
bool TakeContents(Object* object, HeapFamily* family, FutureContents* contents);

// Moves the arguments of a deferred future to `parameters` and frees it; `parameters` may be where its only
// reference lies.
inline void TakeArguments(FutureHeader* future, Slot* parameters, ObjectHeap* heap) {
  future->Remove();
  std::copy_n(future->values(), future->function->source->num_parameters, parameters);
  heap->FreeEmptied(future->object());
}

}  // namespace baton
