// Kernel: a packed function over tensors, bound once at load. The VM knows kernels only through this
// interface; ops/ implements it (ops/registry.h: MakeKernelResolver).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "vm/core/attributes.h"
#include "vm/core/tensor.h"
#include "vm/core/type.h"

namespace baton {

// What an executable says about one kernel: one entry of its kernel table.
struct KernelSpec {
  std::string op;  // operator name, e.g. "nn.conv"
  Attributes attributes;
  // One per operator input, in order. A constant is bound at load (and may be prepacked); an absent optional
  // input has `present` false; the others are passed at every call, in order.
  struct Input {
    bool present = true;
    Tensor constant;  // null: passed at the call
  };
  std::vector<Input> inputs;
  int num_outputs = 1;
};

// What a session keeps for one kernel between calls: primitives and packed buffers for recent shapes. Not
// shared between threads.
class KernelState {
 public:
  virtual ~KernelState() = default;
};

// Services of the calling session. One per call; not thread safe.
class KernelContext {
 public:
  virtual ~KernelContext() = default;
  // Scratch memory, aligned to kTensorAlignment, valid until Run returns; null when the memory limit is hit.
  virtual void* Scratch(size_t num_bytes) = 0;
  // Allocates an output of a kernel whose output shape depends on data and stores it in outputs[index].
  virtual absl::Status AllocateOutput(int index, DType dtype, absl::Span<const int64_t> dims) = 0;
  // The session's state of this kernel (from MakeState), or null.
  KernelState* state = nullptr;
  // How many threads the kernel may use. Only with 1 are results the same bits everywhere.
  int num_threads = 1;
};

// Immutable after Resolve; shared by threads.
class Kernel {
 public:
  virtual ~Kernel() = default;

  // The types that the outputs will have for these inputs, by the operator's type rule. `inputs` has one
  // entry per operator input (constants included), null where absent. A data-dependent extent is a symbol.
  // Cold: the VM calls it when shapes change. Errors: InvalidArgument when the inputs break the operator's
  // rule.
  virtual absl::Status ResultTypes(absl::Span<TensorObject* const> inputs, TensorTypes* types) const = 0;

  // True for input `index` when its values (not only its type) decide the result types.
  virtual bool ValueDecidesShape(int /*index*/) const { return false; }

  virtual std::unique_ptr<KernelState> MakeState() const { return nullptr; }

  // Computes the outputs. Hot: must not allocate from the heap in steady state.
  // REQUIRES (guaranteed by vm/exec/kernel_call.cc for any executable): inputs obey the type rule; outputs
  // have exactly the types that ResultTypes gives, are distinct from each other and do not overlap the
  // inputs; where an extent is data-dependent the output is null, to be made with AllocateOutput.
  virtual absl::Status Run(KernelContext& context, absl::Span<TensorObject* const> inputs,
                           absl::Span<TensorObject*> outputs) const = 0;
};

// Finds kernels by what an executable says. Errors: NotFound for an unknown operator, InvalidArgument for
// attributes or inputs that do not fit its definition.
class KernelResolver {
 public:
  virtual ~KernelResolver() = default;
  virtual absl::StatusOr<std::unique_ptr<Kernel>> Resolve(const KernelSpec& spec) const = 0;
};

}  // namespace baton
