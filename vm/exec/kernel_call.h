// KernelCaller: runs kernels for one session. Makes sure, for any executable, of what Kernel::Run requires:
// outputs have exactly the types that the operator's rule gives, belong to this session alone, and overlap
// nothing. The rule itself runs only when shapes (or values that decide shapes) differ from the call site's
// last. Internal to vm/exec.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "vm/core/kernel.h"
#include "vm/core/tensor.h"
#include "vm/exec/loaded_program.h"
#include "vm/exec/memory_pool.h"

namespace baton {

// The int64s that a call site's signature takes.
int64_t SignatureLength(const LoadedKernel& kernel);

class KernelCaller final : private KernelContext {
 public:
  // `num_threads`: that a kernel may use.
  KernelCaller(const LoadedProgram& program, MemoryPool* pool, int num_threads);

  // Where the interpreter puts the arguments of a call, all borrowed: passed input j into inputs[passed[j]].
  struct Arguments {
    TensorObject** inputs;
    TensorObject** outputs;
    const uint16_t* passed;
  };
  Arguments ArgumentsOf(uint32_t call_site) {
    const uint32_t kernel = program_.call_sites[call_site].kernel;
    return {instances_[kernel].inputs, outputs_.data(), program_.kernels[kernel].passed.data()};
  }

  // Runs the kernel into the outputs given. Errors: InvalidArgument when an argument breaks the rule, the
  // limit's, the kernel's.
  absl::Status Run(uint32_t call_site);
  // Allocates the outputs by the rule and runs the kernel. On success the caller owns one reference to each
  // output; on an error there are none.
  absl::Status RunAndAllocate(uint32_t call_site);

 private:
  // One kernel in this session.
  struct Instance {
    TensorObject** inputs = nullptr;  // one per operator input, constants filled in
    std::unique_ptr<KernelState> state;
    bool has_state = false;  // MakeState was called
  };

  absl::Span<TensorObject* const> InputsOf(uint32_t kernel) const;
  bool MatchesInputs(const LoadedKernel& kernel, const int64_t* signature, TensorObject* const* inputs) const;
  bool MatchesOutputs(const LoadedKernel& kernel, const int64_t* signature) const;
  // Runs the rule on the current arguments and stores the new signature.
  absl::Status ApplyRule(uint32_t call_site);
  absl::Status CheckRule(uint32_t call_site);
  absl::Status CheckOutputs(const LoadedKernel& kernel, TensorObject* const* inputs) const;
  absl::Status AllocateOutputs(const LoadedKernel& kernel, const int64_t* output_types);
  absl::Status CallKernel(uint32_t kernel, const int64_t* output_types);
  const int64_t* OutputTypes(uint32_t call_site) const;
  void ReleaseOutputs(const LoadedKernel& kernel);

  void* Scratch(size_t num_bytes) override;
  absl::Status AllocateOutput(int index, DType dtype, absl::Span<const int64_t> dims) override;

  const LoadedProgram& program_;
  MemoryPool* pool_;
  std::vector<TensorObject*> input_storage_;
  std::vector<Instance> instances_;                     // by kernel
  std::vector<std::unique_ptr<int64_t[]>> signatures_;  // by call site; null until its first call
  std::vector<TensorObject*> outputs_;                  // of the call that is being made

  // Of the kernel that is running.
  const LoadedKernel* running_ = nullptr;
  const int64_t* running_types_ = nullptr;  // null: outputs were given
  Storage* scratch_ = nullptr;              // blocks, linked by next_free
};

}  // namespace baton
