// Interpreter: the state of one running invocation and everything that its instructions do off the fast path.
// The handlers are in interpreter.inc; the loop that runs them over register code is in
// register_interpreter.cc. Internal to vm/exec.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "vm/core/tensor.h"
#include "vm/core/value.h"
#include "vm/exec/arena.h"
#include "vm/exec/frame.h"
#include "vm/exec/kernel_call.h"
#include "vm/exec/loaded_program.h"
#include "vm/exec/memory_pool.h"
#include "vm/exec/session.h"

namespace baton {

class Interpreter {
 public:
  Interpreter(const LoadedProgram& program, MemoryPool* pool)
      : program_(program), pool_(pool), frames_(pool), arena_(pool), kernels_(program, pool) {}

  // Runs `entry` on inputs that fit its signature. On success the results lie in results(), each an owned
  // reference; on an error they are null. The error carries a back trace of source locations.
  absl::Status Run(const LoadedEntry& entry, absl::Span<const Tensor> inputs, const Limits& limits,
                   bool counting);
  Slot* results() const { return frames_.results(); }
  // Closes the invocation: releases what is left and makes the arena ready for the next one.
  void End();
  // Gives back all memory but the pool's.
  void FreeMemory();

  int64_t instructions() const { return instructions_; }
  int64_t kernel_calls() const { return kernel_calls_; }

 private:
  // The loop, from the first instruction of the top frame to its return. False: status_ says why, and the top
  // frame stands at the instruction that failed. kCounting: counts instructions.
  template <bool kCounting>
  static bool RunRegisterCode(Interpreter& vm);

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
  bool FailCheckEqual(uint32_t message, int64_t a, int64_t b);
  bool FailCheckBroadcast(uint32_t message, int64_t a, int64_t b);
  bool FailCheckAtLeast(uint32_t message, int64_t a, int64_t b);
  bool FailGetDim(const TensorObject& tensor, int64_t axis);
  bool FailShape(const LoadedType& type, const int64_t* dims);
  bool FailElement(const TensorObject& tensor, int64_t index, absl::string_view expected);

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

  absl::Status Start(const LoadedEntry& entry, absl::Span<const Tensor> inputs, const Limits& limits);
  // The type's extents with the dynamic ones filled in; false when a tensor cannot have them.
  bool ResolveDims(const LoadedType& type, const int64_t* dynamic, int64_t* dims, int64_t* num_bytes);
  absl::Status WithBackTrace(const absl::Status& status) const;

  const LoadedProgram& program_;
  MemoryPool* pool_;
  FrameStack frames_;
  Arena arena_;
  KernelCaller kernels_;
  absl::Status status_;

  int64_t steps_granted_ = 0;   // steps until GrantSteps is asked
  int64_t steps_left_ = 0;      // steps that it may still grant
  bool interruptible_ = false;  // there is a deadline or a cancellation flag
  absl::Time deadline_ = absl::InfiniteFuture();
  const std::atomic<bool>* cancelled_ = nullptr;
  int64_t instructions_ = 0;
  int64_t kernel_calls_ = 0;
};

// Stores a scalar as element `index`: a bool, an integer (wraps) or a float (rounded once), as the tensor's
// elements are.
void StoreElement(Slot value, int64_t index, TensorObject* tensor);

}  // namespace baton
