// Interpreter: one strand, which is the run of an entry point or of a forked call: its state, and everything
// that its instructions do off the fast path. The handlers are in interpreter.inc; the loops that run them
// are in register_interpreter.cc and stack_interpreter.cc. Internal to vm/exec.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "vm/core/tensor.h"
#include "vm/core/value.h"
#include "vm/exec/arena.h"
#include "vm/exec/back_trace.h"
#include "vm/exec/frame.h"
#include "vm/exec/future.h"
#include "vm/exec/invocation.h"
#include "vm/exec/kernel_call.h"
#include "vm/exec/loaded_program.h"
#include "vm/exec/memory_pool.h"
#include "vm/exec/object_heap.h"
#include "vm/exec/sequence.h"
#include "vm/exec/worker.h"

namespace baton {

class StrandScheduler;

// How a run of a strand ended.
enum class StrandOutcome : uint8_t {
  kReturned,   // the results lie in results()
  kFailed,     // error() says why; there are no frames left
  kSuspended,  // until awaited() is done
};

class Interpreter {
 public:
  Interpreter(const LoadedProgram& program, Invocation* invocation, StrandScheduler* scheduler,
              Worker* worker)
      : program_(program),
        invocation_(invocation),
        scheduler_(scheduler),
        pool_(worker->pool.get()),
        heap_(&worker->heap),
        sequences_(&worker->sequences),
        kernels_(&worker->kernels),
        trace_(worker->trace.get()),
        frames_(pool_, heap_),
        arena_(pool_) {}

  // Opens an invocation of `function`. The caller puts owned references that fit into parameters(), which are
  // null before.
  absl::Status Begin(const LoadedFunction& function);
  Slot* parameters() const { return frames_.slots(frames_.top()); }
  // The same for a fork, which has the arguments. When it fails Continue says so.
  void BeginForked(FutureHeader* future);
  // Lets `worker` run it from now on.
  void Attach(Worker* worker);
  // Runs to the end, or to where it waits; then again, when awaited() is done, on any worker.
  StrandOutcome Continue();

  FutureHeader* forked_by() const { return forked_by_; }  // null: the strand of the entry point
  FutureHeader* awaited() const { return awaited_; }
  // Of the worker that runs it; null: not traced.
  TraceBuffer* trace() const { return trace_; }
  // Identifies it in traces; 0: that of the entry point.
  int64_t number() const { return forked_by_ == nullptr ? 0 : forked_by_->strand; }
  // Says in the trace what ran from `begin_ns` until now.
  void TraceRun(int64_t begin_ns);
  const StrandError& error() const { return error_; }
  // On success each is an owned reference, or a scalar.
  Slot* results() const { return frames_.results(); }
  void ForgetResults() { frames_.ForgetResults(); }
  // Releases what is left, and makes the arena ready for the next time.
  void End();
  // Gives back all memory but the worker's.
  void FreeMemory();
  // Gives back what has not been needed since the last call.
  void Trim() { arena_.Trim(); }

  int64_t instructions() const { return instructions_; }
  int64_t kernel_calls() const { return kernel_calls_; }
  int64_t num_forks() const { return num_forks_; }

 private:
  // The loop, from where the top frame stands to the return of the first. kFailed: error_.status says why,
  // and the top frame stands at the instruction that failed. kCounting: counts instructions.
  template <bool kCounting>
  static StrandOutcome RunRegisterCode(Interpreter& vm);
  template <bool kCounting>
  static StrandOutcome RunStackCode(Interpreter& vm);
  StrandOutcome RunCode();
  void Clear(int64_t depth);

  // After a failure (strand_failure.cc).
  void BeginFailure();
  bool GiveUpFrames();
  FutureHeader* FindEarlierFuture() const;
  void TakeError(FutureHeader* future);
  // What lies on the operand stacks.
  void ReleaseOperandStacks();

  // Back edges, calls and kernel calls take a step each; in most of them this counter is all that they touch.
  bool Step() {
    if (steps_granted_-- == 0) [[unlikely]]
      return GrantSteps();
    return true;
  }
  bool GrantSteps();
  // Gives back those that are left.
  void GiveSteps() { invocation_->GiveSteps(std::exchange(steps_granted_, 0)); }
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
    Object* object = heap_->New(layout);
    if (object == nullptr) [[unlikely]]
      FailObject(layout);
    return object;
  }
  void FailObject(const ObjectLayout& layout);
  // A deferred future without arguments; null after an error.
  FutureHeader* NewFuture(const LoadedFunction& callee, int64_t work) {
    Object* object = heap_->New(callee.future_layout);
    if (object == nullptr) [[unlikely]] {
      FailObject(callee.future_layout);
      return nullptr;
    }
    FutureHeader* future = NewHeader(object);
    future->function = &callee;
    future->sequence = num_forks_++;
    future->depth = base_depth_ + frames_.depth();
    future->work_ns = work;
    future->InsertBefore(&deferred_);
    return future;
  }
  // There is a new deferred future, with its arguments.
  void Forked(int64_t work) {
    if (shares_) [[unlikely]]
      OfferFork(work);
  }
  void OfferFork(int64_t work);
  void ShareDeferred();
  void ShareAtHeartbeat();
  void ShareOldest();
  void TraceKernel(uint32_t call_site, int64_t begin_ns);
  void TraceAwait(const FutureHeader& future);
  // A future that is not deferred any more is awaited.
  enum class Awaited : uint8_t { kDeferred, kDone, kFailed, kPending };
  Awaited Await(FutureHeader* future);
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

  const LoadedProgram& program_;
  Invocation* const invocation_;
  StrandScheduler* const scheduler_;
  // Of the worker that runs it.
  MemoryPool* pool_;
  ObjectHeap* heap_;
  SequenceMaker* sequences_;
  KernelCaller* kernels_;
  TraceBuffer* trace_;  // null: not traced

  FrameStack frames_;
  Arena arena_;
  int64_t steps_granted_ = 0;   // steps until GrantSteps is asked
  bool interruptible_ = false;  // as the invocation
  int64_t instructions_ = 0;
  int64_t kernel_calls_ = 0;

  const LoadedFunction* function_ = nullptr;
  FutureHeader* forked_by_ = nullptr;
  int64_t base_depth_ = 0;  // frames below the first
  FutureLink deferred_;     // futures that nobody else knows, oldest first
  int64_t num_forks_ = 0;
  bool shares_ = false;        // there are other workers
  int patience_ = 0;           // forks until the next look at the clock
  int64_t last_share_ns_ = 0;  // when a fork of unknown work was shared last
  FutureHeader* awaited_ = nullptr;
  int64_t awaiting_since_ns_ = -1;    // while it is traced and suspended
  int64_t operand_stack_height_ = 0;  // of stack code, while it is suspended

  StrandError error_;
  bool failing_ = false;  // frames are being given up
  // Of the future that has failed; what was forked later is later in the program too.
  int64_t failed_sequence_ = Frame::kNotForked;
};

// Stores a scalar as element `index`: a bool, an integer (wraps) or a float (rounded once), as the tensor's
// elements are.
void StoreElement(Slot value, int64_t index, TensorObject* tensor);
// The scalar that element `index` becomes. REQUIRES: a dtype that ScalarSlotKind has a slot for.
Slot LoadElement(const TensorObject& tensor, int64_t index);

}  // namespace baton
