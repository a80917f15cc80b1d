// FrameStack: the call stack of one invocation: a window of registers per call on a growable stack of slots,
// with a depth limit. Calls never recurse on the C++ stack. Internal to vm/exec.
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
  const uint16_t* pc;  // while it waits: the instruction that calls
  int64_t base;        // of its registers in the stack of slots
};

class FrameStack {
 public:
  FrameStack(MemoryPool* pool, ObjectHeap* heap) : pool_(pool), heap_(heap), frames_(pool), slots_(pool) {}
  FrameStack(const FrameStack&) = delete;

  // Empties the stack and sets aside `num_results` null slots for the results of the entry point.
  absl::Status BeginInvocation(int64_t max_depth, int64_t num_results);

  // A frame for `function`: reference registers that are no parameters are null, the rest is not initialised.
  // Returns its registers, or null when the depth or memory limit is reached (LimitError). Moves the
  // registers of all frames.
  Slot* Push(const LoadedFunction& function) {
    if (depth_ == frame_limit_ || function.num_registers > slots_.capacity() - top_) [[unlikely]] {
      if (!Grow(function.num_registers)) return nullptr;
    }
    frames_[depth_++] = {&function, function.code, top_};
    Slot* registers = slots_.data() + top_;
    top_ += function.num_registers;
    for (const uint16_t index : function.reference_locals()) registers[index].reference = nullptr;
    return registers;
  }
  // The first half of a tail call: where the parameters of `function` are put until ReplaceTop, or null when
  // the memory limit is reached (MemoryError). Moves the registers of all frames.
  Slot* StageParameters(const LoadedFunction& function) {
    const int64_t end = std::max(top_ + function.source->num_parameters, top().base + function.num_registers);
    if (end > slots_.capacity() && !slots_.Grow(end)) [[unlikely]]
      return nullptr;
    return slots_.data() + top_;
  }
  // The second half: the top frame becomes one for `function` with the parameters that were staged. Returns
  // its registers.
  Slot* ReplaceTop(const LoadedFunction& function) {
    ReleaseReferences();
    Frame& frame = top();
    Slot* registers = slots_.data() + frame.base;
    const auto num_parameters = static_cast<size_t>(function.source->num_parameters);
    std::memmove(registers, slots_.data() + top_, num_parameters * sizeof(Slot));
    frame = {&function, function.code, frame.base};
    top_ = frame.base + function.num_registers;
    for (const uint16_t index : function.reference_locals()) registers[index].reference = nullptr;
    return registers;
  }
  // Removes the top frame without releasing anything.
  void Pop() { top_ = frames_[--depth_].base; }
  // Drops the references of the top frame's registers; those that were moved away are null.
  void ReleaseReferences() {
    const Frame& frame = top();
    Slot* registers = slots_.data() + frame.base;
    for (const uint16_t index : frame.function->references) {
      if (registers[index].reference != nullptr) heap_->Release(registers[index].reference);
    }
  }
  // Removes all frames and releases their references, and the results.
  void Unwind();

  int64_t depth() const { return depth_; }
  Frame& top() const { return frames_[depth_ - 1]; }
  const Frame& frame(int64_t index) const { return frames_[index]; }
  Slot* registers(const Frame& frame) const { return slots_.data() + frame.base; }
  Slot* results() const { return slots_.data(); }

  // Why Push(callee) failed.
  absl::Status LimitError(const LoadedFunction& callee) const;
  // Why StageParameters(callee) failed.
  absl::Status MemoryError(const LoadedFunction& callee) const;
  // Gives all memory back. REQUIRES: no frames.
  void Free();

 private:
  bool Grow(int64_t num_registers);

  MemoryPool* pool_;
  ObjectHeap* heap_;
  GrowableArray<Frame> frames_;
  GrowableArray<Slot> slots_;
  int64_t depth_ = 0;
  int64_t frame_limit_ = 0;  // the smaller of frames_.capacity() and max_depth_
  int64_t max_depth_ = 0;
  int64_t top_ = 0;  // first free slot
  int64_t num_results_ = 0;
};

}  // namespace baton
