// FrameStack: the call stack of one invocation: a window of slots per call on a growable stack of slots, with
// a depth limit. The window of register code holds its registers; that of stack code its locals, parameters
// first, and above them its operand stack. Calls never recurse on the C++ stack. Internal to vm/exec.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "vm/core/value.h"
#include "vm/exec/growable_array.h"
#include "vm/exec/loaded_program.h"
#include "vm/exec/memory_pool.h"
#include "vm/exec/object_heap.h"

namespace baton {

struct Frame {
  const LoadedFunction* function;
  const uint8_t* pc;  // while it waits: the instruction that calls
  int64_t base;       // of its window in the stack of slots
  // Of the future whose deferred call this is; or kNotForked.
  int64_t forked_sequence;
  static constexpr int64_t kNotForked = INT64_MAX;
};

class FrameStack {
 public:
  FrameStack(MemoryPool* pool, ObjectHeap* heap) : pool_(pool), heap_(heap), frames_(pool), slots_(pool) {}
  FrameStack(const FrameStack&) = delete;
  // Charges memory to another pool, and releases to another heap, from now on.
  void Attach(MemoryPool* pool, ObjectHeap* heap) {
    pool_ = pool;
    heap_ = heap;
    frames_.set_pool(pool);
    slots_.set_pool(pool);
  }

  // Empties the stack and sets aside `num_results` null slots for the results of the first frame.
  // `base_depth`: the calls that it is nested in already.
  absl::Status Begin(int64_t max_depth, int64_t base_depth, int64_t num_results);

  // A frame for `function`: references that are no parameters are null, the rest is not initialised. Returns
  // its slots, or null when the depth or memory limit is reached (LimitError). Moves the slots of all frames.
  Slot* Push(const LoadedFunction& function) {
    if (depth_ == frame_limit_ || function.num_slots > slots_.capacity() - top_) [[unlikely]] {
      if (!Grow(top_ + function.num_slots)) return nullptr;
    }
    frames_[depth_++] = {&function, function.code, top_, Frame::kNotForked};
    Slot* slots = slots_.data() + top_;
    top_ += function.num_slots;
    function.ClearLocals(slots);
    return slots;
  }
  // The same for stack code: the window begins at `arguments`, which lie on top of the caller's operand stack
  // and so become the first locals; the others are not initialised.
  Slot* PushOver(const LoadedFunction& function, const Slot* arguments) {
    const int64_t base = arguments - slots_.data();
    if (depth_ == frame_limit_ || function.num_slots > slots_.capacity() - base) [[unlikely]] {
      if (!Grow(base + function.num_slots)) return nullptr;
    }
    frames_[depth_++] = {&function, function.code, base, Frame::kNotForked};
    return slots_.data() + base;
  }
  // The first half of a tail call: where the parameters of `function` are put until ReplaceTop, or null when
  // the memory limit is reached (MemoryError). Moves the slots of all frames.
  Slot* StageParameters(const LoadedFunction& function) {
    return StageParameters(function, slots_.data() + top_);
  }
  // The same for stack code: the parameters are put at `staged`, at or above where arguments lie already.
  Slot* StageParameters(const LoadedFunction& function, const Slot* staged) {
    const int64_t offset = staged - slots_.data();
    const int64_t end = std::max(offset + function.source->num_parameters, top().base + function.num_slots);
    if (end > slots_.capacity() && !slots_.Grow(end)) [[unlikely]]
      return nullptr;
    return slots_.data() + offset;
  }
  // The second half: the top frame becomes one for `function` with the parameters that were staged. Returns
  // its slots.
  Slot* ReplaceTop(const LoadedFunction& function, const Slot* staged) {
    ReleaseReferences();
    Frame& frame = top();
    Slot* slots = slots_.data() + frame.base;
    std::memmove(slots, staged, static_cast<size_t>(function.source->num_parameters) * sizeof(Slot));
    frame = {&function, function.code, frame.base, frame.forked_sequence};
    top_ = frame.base + function.num_slots;
    function.ClearLocals(slots);
    return slots;
  }
  // Removes the top frame without releasing anything.
  void Pop() { top_ = frames_[--depth_].base; }
  // Drops the references of the top frame's registers or locals; those that were moved away are null.
  void ReleaseReferences() {
    const Frame& frame = top();
    Slot* slots = slots_.data() + frame.base;
    for (const uint16_t index : frame.function->references) {
      if (slots[index].reference != nullptr) heap_->Release(slots[index].reference);
    }
  }
  // Removes all frames and releases their references, and the results.
  void Unwind();

  // Takes the results away, which the caller then owns.
  void ForgetResults() { num_results_ = 0; }

  int64_t depth() const { return depth_; }
  Frame& top() const { return frames_[depth_ - 1]; }
  const Frame& frame(int64_t index) const { return frames_[index]; }
  Slot* slots(const Frame& frame) const { return slots_.data() + frame.base; }
  Slot* results() const { return slots_.data(); }

  // Why Push(callee) failed.
  absl::Status LimitError(const LoadedFunction& callee) const;
  // Why StageParameters(callee) failed.
  absl::Status MemoryError(const LoadedFunction& callee) const;
  // Gives all memory back. REQUIRES: no frames.
  void Free();

 private:
  // Makes room for one more frame, and for `num_slots` slots in all.
  bool Grow(int64_t num_slots);

  MemoryPool* pool_;
  ObjectHeap* heap_;
  GrowableArray<Frame> frames_;
  GrowableArray<Slot> slots_;
  int64_t depth_ = 0;
  int64_t frame_limit_ = 0;  // the smaller of frames_.capacity() and max_depth_
  int64_t max_depth_ = 0;
  int64_t base_depth_ = 0;
  int64_t top_ = 0;  // first free slot
  int64_t num_results_ = 0;
};

}  // namespace baton
