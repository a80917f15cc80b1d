// Interpreter: the state of one running invocation and everything that its instructions do off the fast path.
// The handlers are in interpreter.inc; the loops that run them are in register_interpreter.cc and
// stack_interpreter.cc. Internal to vm/exec.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "vm/core/tensor.h"
#include "vm/core/value.h"
#include "vm/exec/arena.h"
#include "vm/exec/frame.h"
#include "vm/exec/future.h"
#include "vm/exec/kernel_call.h"
#include "vm/exec/loaded_program.h"
#include "vm/exec/memory_pool.h"
#include "vm/exec/object_heap.h"
#include "vm/exec/sequence.h"
#include "vm/exec/session.h"

namespace baton {

class Interpreter {
 public:
  Interpreter(const LoadedProgram& program, MemoryPool* pool)
      : program_(program),
        pool_(pool),
        heap_(pool),
        frames_(pool, &heap_),
        sequences_(program.sequence_layout, pool, &heap_),
        arena_(pool),
        kernels_(program, pool) {}

  // Opens an invocation of `function`. The caller puts owned references that fit into parameters(), which are
  // null before; then Run.
  absl::Status Begin(const LoadedFunction& function, const Limits& limits);
  Slot* parameters() const { return frames_.slots(frames_.top()); }
  // On success the results lie in results(), each an owned reference; on an error they are null. The error
  // carries a back trace of source locations.
  absl::Status Run(bool counting);
  Slot* results() const { return frames_.results(); }
  // Closes the invocation: releases what is left, cycles included, and makes the arena ready for the next
  // one.
  void End();
  // Gives back all memory but the pool's.
  void FreeMemory();

  int64_t instructions() const { return instructions_; }
  int64_t kernel_calls() const { return kernel_calls_; }
  int64_t collected_objects() const { return heap_.num_collected() - collected_before_; }
  ObjectHeap& heap() { return heap_; }

 private:
  // The loop, from the first instruction of the top frame to its return. False: status_ says why, and the top
  // frame stands at the instruction that failed. kCounting: counts instructions.
  template <bool kCounting>
  static bool RunRegisterCode(Interpreter& vm);
  template <bool kCounting>
  static bool RunStackCode(Interpreter& vm);
  // What lies on the operand stacks of a run that failed.
  void ReleaseOperandStacks();
  // Where the frame stands, as its function's debug entries count.
  uint32_t PlaceOf(const Frame& frame) const;

  // Back edges, calls and kernel calls take a step each; in most of them this counter is all that they touch.
  bool Step() {
    if (steps_granted_-- == 0) [[unlikely]]
      return GrantSteps();
    return true;
  }
  bool GrantSteps();
  bool CheckInterrupt();

  // These store an error and return false.
  bool Fail(absl::Status status);
  bool FailRaise(uint32_t message);
  bool FailDivision();
  bool FailOverflow(absl::string_view sum, int64_t a, int64_t b);
  bool FailCall(const LoadedFunction& callee);
  bool FailTailCall(const LoadedFunction& callee);
  bool FailObjectType(const Object& object, const ObjectLayout& expected);
  bool FailSignature(const Object& object, uint32_t expected);
  bool FailSequence(const Object& object);
  bool FailFuture(const FutureHeader& future, const LoadedFunction& expected);
  bool FailCheckEqual(uint32_t message, int64_t a, int64_t b);
  bool FailCheckBroadcast(uint32_t message, int64_t a, int64_t b);
  bool FailCheckAtLeast(uint32_t message, int64_t a, int64_t b);
  bool FailGetDim(const TensorObject& tensor, int64_t axis);
  bool FailShape(const LoadedType& type, const int64_t* dims);
  bool FailElement(const TensorObject& tensor, int64_t index, absl::string_view expected);

  // An owned object with fields to be filled, or the singleton of the layout; null after an error.
  Object* NewObject(const ObjectLayout& layout) {
    if (layout.singleton != nullptr) return layout.singleton;
    Object* object = heap_.New(layout);
    if (object == nullptr) [[unlikely]]
      FailObject(layout);
    return object;
  }
  void FailObject(const ObjectLayout& layout);
  // A deferred future without arguments; null after an error.
  FutureHeader* NewFuture(const LoadedFunction& callee) {
    Object* object = heap_.New(callee.future_layout);
    if (object == nullptr) [[unlikely]] {
      FailObject(callee.future_layout);
      return nullptr;
    }
    FutureHeader* future = NewHeader(object);
    future->function = &callee;
    future->sequence = num_forks_++;
    future->InsertBefore(&deferred_);
    return future;
  }
  // The future has its arguments. Lets other workers have it when they are idle and it is worth it.
  void Offer(FutureHeader* future, int64_t work) { (void)future, (void)work; }
  // "List[Tensor[(), int32]].Cons", "closure of 'f' (i64) -> (tensor)".
  std::string DescribeObject(const ObjectLayout& layout) const;

  // Null (false) after an error. `dims` are the dynamic extents of the type.
  TensorObject* AllocTensor(uint32_t type, const int64_t* dims);
  TensorObject* AllocInArena(uint32_t type, int64_t offset, const int64_t* dims);
  // A tensor of `type` over the bytes of `source`.
  TensorObject* MakeView(uint32_t type, TensorObject* source, const int64_t* dims);
  bool EnterArena(int64_t num_bytes);
  bool CheckType(const TensorObject& tensor, uint32_t type, uint32_t message);
  bool ReadInteger(const TensorObject& tensor, int64_t index, int64_t* value);
  bool ReadFloat(const TensorObject& tensor, int64_t index, double* value);
  bool ReadBool(const TensorObject& tensor, int64_t index, bool* value);
  bool RunKernel(uint32_t call_site, bool allocate);

  bool IsSequence(const Object& object) {
    return object.layout == &program_.sequence_layout || FailSequence(object);
  }
  // Null after an error.
  Object* MakeSequence(int64_t capacity);
  // A sequence of the same elements that may be changed, with room for `more`: `sequence` itself when it is
  // the caller's to change, else a copy. Null after an error.
  Object* ChangeableSequence(Object* sequence, bool is_last_use, int64_t more);
  // The position counted from the start, below `end`; -1 after an error.
  int64_t CheckPosition(const Object& sequence, int64_t position, int64_t end);
  TensorObject* JoinSequence(const Object& sequence, int64_t axis, bool stack, uint32_t message);

  // The type's extents with the dynamic ones filled in; false when a tensor cannot have them.
  bool ResolveDims(const LoadedType& type, const int64_t* dynamic, int64_t* dims, int64_t* num_bytes);
  absl::Status WithBackTrace(const absl::Status& status) const;

  const LoadedProgram& program_;
  MemoryPool* pool_;
  ObjectHeap heap_;
  FrameStack frames_;
  SequenceMaker sequences_;
  Arena arena_;
  FutureLink deferred_;  // futures that nobody else knows
  int64_t num_forks_ = 0;
  KernelCaller kernels_;
  absl::Status status_;

  int64_t steps_granted_ = 0;   // steps until GrantSteps is asked
  int64_t steps_left_ = 0;      // steps that it may still grant
  bool interruptible_ = false;  // there is a deadline or a cancellation flag
  absl::Time deadline_ = absl::InfiniteFuture();
  const std::atomic<bool>* cancelled_ = nullptr;
  int64_t instructions_ = 0;
  int64_t kernel_calls_ = 0;
  int64_t collected_before_ = 0;  // by earlier invocations
};

// Stores a scalar as element `index`: a bool, an integer (wraps) or a float (rounded once), as the tensor's
// elements are.
void StoreElement(Slot value, int64_t index, TensorObject* tensor);
// The scalar that element `index` becomes. REQUIRES: a dtype that ScalarSlotKind has a slot for.
Slot LoadElement(const TensorObject& tensor, int64_t index);

}  // namespace baton
