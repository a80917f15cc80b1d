#include "vm/exec/interpreter.h"

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"
#include "vm/exec/scalar_ops.h"
#include "vm/exec/strand_scheduler.h"

namespace baton {
namespace {

// With a deadline or a cancellation flag, one step in this many looks at them.
constexpr int64_t kStepsBetweenInterruptChecks = 1024;

// Dims of a type as text, "?" where an instruction gives the extent.
std::string LoadedTypeString(const LoadedType& type) {
  std::string dims;
  for (int i = 0; i < type.rank; ++i) {
    absl::StrAppend(&dims, i == 0 ? "" : ", ",
                    type.dims[i] == kDynamicExtent ? "?" : absl::StrCat(type.dims[i]));
  }
  return absl::StrCat("Tensor[(", dims, "), ", DTypeName(type.dtype), "]");
}

template <typename T>
constexpr bool kIsFloat =
    std::is_floating_point_v<T> || std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

}  // namespace

absl::Status Interpreter::Begin(const LoadedFunction& function) {
  Clear(/*depth=*/0);
  function_ = &function;
  if (interruptible_) BATON_RETURN_IF_ERROR(invocation_->Interruption());
  const auto num_results = static_cast<int64_t>(function.source->result_kinds.size());
  BATON_RETURN_IF_ERROR(frames_.Begin(invocation_->limits().max_depth, base_depth_, num_results));
  Slot* slots = frames_.Push(function);
  if (slots == nullptr) return frames_.LimitError(function);
  for (const uint16_t index : function.reference_parameters()) slots[index].reference = nullptr;
  return absl::OkStatus();
}

void Interpreter::BeginForked(FutureHeader* future) {
  Clear(future->depth);
  forked_by_ = future;
  const LoadedFunction& function = *future->function;
  function_ = &function;
  const auto num_results = static_cast<int64_t>(function.source->result_kinds.size());
  absl::Status status = frames_.Begin(invocation_->limits().max_depth, base_depth_, num_results);
  Slot* slots = status.ok() ? frames_.Push(function) : nullptr;
  if (slots != nullptr) [[likely]] {
    std::copy_n(future->values(), function.source->num_parameters, slots);
    return;
  }
  for (const uint16_t index : function.reference_parameters())
    heap_->Release(future->values()[index].reference);
  error_.status = status.ok() ? frames_.LimitError(function) : status;
  failing_ = true;
}

void Interpreter::Clear(int64_t depth) {
  error_ = {};
  failing_ = false;
  failed_sequence_ = Frame::kNotForked;
  forked_by_ = nullptr;
  awaited_ = nullptr;
  base_depth_ = depth;
  operand_stack_height_ = 0;
  instructions_ = 0;
  kernel_calls_ = 0;
  num_forks_ = 0;
  steps_granted_ = 0;
  interruptible_ = invocation_->interruptible();
  shares_ = scheduler_->has_others();
  awaiting_since_ns_ = -1;
  patience_ = 0;
}

void Interpreter::Attach(Worker* worker) {
  pool_ = worker->pool.get();
  heap_ = &worker->heap;
  sequences_ = &worker->sequences;
  kernels_ = &worker->kernels;
  trace_ = worker->trace.get();
  frames_.Attach(pool_, heap_);
  arena_.Attach(pool_);
}

StrandOutcome Interpreter::RunCode() {
  const bool counting = invocation_->counting();
  if (program_.dispatch == Dispatch::kStack)
    return counting ? RunStackCode<true>(*this) : RunStackCode<false>(*this);
  return counting ? RunRegisterCode<true>(*this) : RunRegisterCode<false>(*this);
}

StrandOutcome Interpreter::Continue() {
  if (!failing_) [[likely]] {
    const StrandOutcome outcome = RunCode();
    // What it waits for may need them.
    if (outcome == StrandOutcome::kSuspended) GiveSteps();
    if (outcome != StrandOutcome::kFailed) [[likely]]
      return outcome;
    BeginFailure();
  }
  return GiveUpFrames() ? StrandOutcome::kFailed : StrandOutcome::kSuspended;
}

void Interpreter::End() {
  frames_.Unwind();
  arena_.EndInvocation();
  GiveSteps();
}

void Interpreter::FreeMemory() {
  frames_.Free();
  arena_.Free();
}

[[gnu::cold, gnu::noinline]] bool Interpreter::GrantSteps() {
  steps_granted_ = 0;
  if (interruptible_ && !CheckInterrupt()) return false;
  const int64_t granted = invocation_->TakeSteps(interruptible_ ? kStepsBetweenInterruptChecks : INT64_MAX);
  if (granted == 0) {
    return Fail(
        absl::ResourceExhaustedError("the limit of steps (back edges, calls, kernel calls) is reached"));
  }
  steps_granted_ = granted - 1;  // this one is taken
  return true;
}

bool Interpreter::CheckInterrupt() {
  absl::Status status = invocation_->Interruption();
  return status.ok() || Fail(std::move(status));
}

bool Interpreter::ResolveDims(const LoadedType& type, const int64_t* dynamic, int64_t* dims,
                              int64_t* num_bytes) {
  for (int i = 0; i < type.rank; ++i) dims[i] = type.dims[i] == kDynamicExtent ? *dynamic++ : type.dims[i];
  const std::optional<int64_t> size = CheckedNumBytes({dims, type.rank}, DTypeSize(type.dtype));
  if (!size.has_value()) [[unlikely]]
    return FailShape(type, dims);
  *num_bytes = *size;
  return true;
}

TensorObject* Interpreter::AllocTensor(uint32_t type_index, const int64_t* dynamic) {
  const LoadedType& type = program_.types[type_index];
  int64_t dims[kMaxRank];
  int64_t num_bytes;
  if (!ResolveDims(type, dynamic, dims, &num_bytes)) return nullptr;
  TensorObject* tensor = pool_->AllocateTensor(type.dtype, {dims, type.rank}, num_bytes);
  if (tensor == nullptr) [[unlikely]]
    Fail(pool_->ExhaustedError(num_bytes));
  return tensor;
}

TensorObject* Interpreter::AllocInArena(uint32_t type_index, int64_t offset, const int64_t* dynamic) {
  const LoadedType& type = program_.types[type_index];
  int64_t dims[kMaxRank];
  int64_t num_bytes;
  if (!ResolveDims(type, dynamic, dims, &num_bytes)) return nullptr;
  void* data = arena_.At(offset, num_bytes);
  if (data == nullptr) [[unlikely]] {
    if (arena_.HasRegion() && !arena_.HasMemory()) return AllocTensor(type_index, dynamic);
    Fail(absl::InvalidArgumentError(absl::StrCat("arena: ", num_bytes, " bytes at offset ", offset,
                                                 " are not within its ", arena_.region_bytes(),
                                                 " bytes at a multiple of ", kTensorAlignment)));
    return nullptr;
  }
  TensorObject* tensor = pool_->AllocateHeader();
  if (tensor == nullptr) [[unlikely]] {
    Fail(pool_->ExhaustedError(sizeof(MemoryPool::Header)));
    return nullptr;
  }
  tensor->data = data;
  tensor->dtype = type.dtype;
  tensor->set_shape({dims, type.rank});
  tensor->in_arena = true;
  return tensor;
}

TensorObject* Interpreter::MakeView(uint32_t type_index, TensorObject* source, const int64_t* dynamic) {
  const LoadedType& type = program_.types[type_index];
  int64_t dims[kMaxRank];
  int64_t num_bytes;
  if (!ResolveDims(type, dynamic, dims, &num_bytes)) return nullptr;
  if (source->dtype != type.dtype || source->num_bytes() != num_bytes) [[unlikely]] {
    const TensorType target{type.dtype, Shape(absl::Span<const int64_t>(dims, type.rank))};
    Fail(absl::InvalidArgumentError(absl::StrCat("view: ", TypeString(*source), " cannot be seen as ",
                                                 target.ToString(),
                                                 ": element types and counts must be equal")));
    return nullptr;
  }
  TensorObject* view = pool_->AllocateHeader();
  if (view == nullptr) [[unlikely]] {
    Fail(pool_->ExhaustedError(sizeof(MemoryPool::Header)));
    return nullptr;
  }
  view->data = source->data;
  view->dtype = type.dtype;
  view->set_shape({dims, type.rank});
  view->in_arena = source->in_arena;
  view->storage = source->storage;
  if (view->storage != nullptr) view->storage->Ref();
  return view;
}

bool Interpreter::EnterArena(int64_t num_bytes) {
  absl::Status status = arena_.Enter(num_bytes);
  return status.ok() || Fail(std::move(status));
}

bool Interpreter::CheckType(const TensorObject& tensor, uint32_t type_index, uint32_t message) {
  const LoadedType& type = program_.types[type_index];
  bool fits = tensor.dtype == type.dtype && tensor.rank == type.rank;
  for (int i = 0; fits && i < type.rank; ++i)
    fits = type.dims[i] == kDynamicExtent || type.dims[i] == tensor.dims[i];
  if (fits) [[likely]]
    return true;
  return Fail(
      absl::InvalidArgumentError(absl::StrCat(program_.executable->messages[message], ": found ",
                                              TypeString(tensor), ", expected ", LoadedTypeString(type))));
}

bool Interpreter::ReadInteger(const TensorObject& tensor, int64_t index, int64_t* value) {
  if (index < 0 || index >= tensor.num_elements() || !IsInteger(tensor.dtype)) [[unlikely]] {
    return FailElement(tensor, index, "an integer");
  }
  VisitDType(tensor.dtype, [&](auto element) {
    using T = decltype(element);
    if constexpr (std::is_integral_v<T>) *value = static_cast<int64_t>(tensor.As<T>()[index]);
  });
  return true;
}

bool Interpreter::ReadFloat(const TensorObject& tensor, int64_t index, double* value) {
  if (index < 0 || index >= tensor.num_elements() || !IsFloat(tensor.dtype)) [[unlikely]] {
    return FailElement(tensor, index, "a float");
  }
  VisitDType(tensor.dtype, [&](auto element) {
    using T = decltype(element);
    if constexpr (std::is_same_v<T, double>) {
      *value = tensor.As<T>()[index];
    } else if constexpr (kIsFloat<T>) {
      *value = static_cast<double>(static_cast<float>(tensor.As<T>()[index]));
    }
  });
  return true;
}

bool Interpreter::ReadBool(const TensorObject& tensor, int64_t index, bool* value) {
  if (index < 0 || index >= tensor.num_elements() || tensor.dtype != DType::kBool) [[unlikely]] {
    return FailElement(tensor, index, "a bool");
  }
  *value = static_cast<bool>(tensor.As<Bool>()[index]);
  return true;
}

bool Interpreter::RunKernel(uint32_t call_site, bool allocate) {
  if (!Step()) return false;
  if (interruptible_ && !CheckInterrupt()) return false;
  if (shares_) ShareDeferred();
  ++kernel_calls_;
  const int64_t begin_ns = trace_ == nullptr ? 0 : trace_->NowNs();
  absl::Status status = allocate ? kernels_->RunAndAllocate(call_site) : kernels_->Run(call_site);
  if (trace_ != nullptr) [[unlikely]]
    TraceKernel(call_site, begin_ns);
  if (status.ok()) [[likely]]
    return true;
  return Fail(std::move(status));
}

void StoreElement(Slot value, int64_t index, TensorObject* tensor) {
  VisitDType(tensor->dtype, [&](auto element) {
    using T = decltype(element);
    T& target = tensor->As<T>()[index];
    if constexpr (std::is_same_v<T, Bool>) {
      target = Bool(value.boolean);
    } else if constexpr (std::is_integral_v<T>) {
      target = static_cast<T>(value.i64);
    } else if constexpr (std::is_floating_point_v<T>) {
      target = static_cast<T>(value.f64);
    } else {
      target = RoundToHalf<T>(value.f64);
    }
  });
}

Slot LoadElement(const TensorObject& tensor, int64_t index) {
  Slot slot{};
  VisitDType(tensor.dtype, [&](auto element) {
    using T = decltype(element);
    const T value = tensor.As<T>()[index];
    if constexpr (std::is_same_v<T, Bool>) {
      slot.boolean = static_cast<bool>(value);
    } else if constexpr (std::is_integral_v<T>) {
      slot.i64 = static_cast<int64_t>(value);
    } else if constexpr (std::is_floating_point_v<T>) {
      slot.f64 = value;
    }
  });
  return slot;
}

}  // namespace baton
