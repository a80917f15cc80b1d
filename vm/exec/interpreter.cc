#include "vm/exec/interpreter.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "vm/bytecode/code_view.h"
#include "vm/bytecode/operand_stack.h"
#include "vm/core/status.h"
#include "vm/exec/scalar_ops.h"

namespace baton {
namespace {

// With a deadline or a cancellation flag, one step in this many looks at them.
constexpr int64_t kStepsBetweenInterruptChecks = 1024;
constexpr uint32_t kBytesPerWord = kUnitsPerWord * sizeof(uint16_t);

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

absl::Status Interpreter::Begin(const LoadedFunction& function, const Limits& limits) {
  status_ = absl::OkStatus();
  instructions_ = 0;
  kernel_calls_ = 0;
  collected_before_ = heap_.num_collected();
  steps_granted_ = 0;
  steps_left_ = std::max<int64_t>(limits.max_steps, 0);
  deadline_ = limits.deadline;
  cancelled_ = limits.cancelled;
  interruptible_ = deadline_ != absl::InfiniteFuture() || cancelled_ != nullptr;
  if (interruptible_ && !CheckInterrupt()) return std::exchange(status_, absl::OkStatus());
  const auto num_results = static_cast<int64_t>(function.source->result_kinds.size());
  BATON_RETURN_IF_ERROR(frames_.BeginInvocation(limits.max_depth, num_results));
  Slot* slots = frames_.Push(function);
  if (slots == nullptr) return frames_.LimitError(function);
  for (const uint16_t index : function.reference_parameters()) slots[index].reference = nullptr;
  return absl::OkStatus();
}

absl::Status Interpreter::Run(bool counting) {
  const bool is_stack = program_.dispatch == Dispatch::kStack;
  const bool ok = is_stack ? (counting ? RunStackCode<true>(*this) : RunStackCode<false>(*this))
                           : (counting ? RunRegisterCode<true>(*this) : RunRegisterCode<false>(*this));
  if (ok) [[likely]]
    return absl::OkStatus();
  if (is_stack) ReleaseOperandStacks();
  return WithBackTrace(std::exchange(status_, absl::OkStatus()));
}

uint32_t Interpreter::PlaceOf(const Frame& frame) const {
  const auto num_bytes = static_cast<uint32_t>(frame.pc - frame.function->code);
  return program_.dispatch == Dispatch::kStack ? num_bytes : num_bytes / kBytesPerWord;
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
      stack->second = function->second.At(PlaceOf(frame));
    }
    // A frame that waits has given away the arguments of its call: they are locals of the next frame.
    const bool waits = i + 1 < frames_.depth();
    Slot* slots = frames_.slots(frame) + frame.function->num_locals;
    const int64_t num_left =
        waits ? frames_.slots(frames_.frame(i + 1)) - slots : static_cast<int64_t>(stack->second.size());
    for (int64_t s = 0; s < num_left; ++s) {
      if (IsReference(stack->second[s]) && slots[s].reference != nullptr) heap_.Release(slots[s].reference);
    }
  }
}

void Interpreter::End() {
  frames_.Unwind();
  heap_.CollectCycles();
  arena_.EndInvocation();
}

void Interpreter::FreeMemory() {
  frames_.Free();
  heap_.FreeMemory();
  arena_.Free();
}

[[gnu::cold, gnu::noinline]] bool Interpreter::GrantSteps() {
  if (interruptible_ && !CheckInterrupt()) return false;
  if (steps_left_ == 0) {
    steps_granted_ = 0;
    return Fail(
        absl::ResourceExhaustedError("the limit of steps (back edges, calls, kernel calls) is reached"));
  }
  const int64_t granted = interruptible_ ? std::min(steps_left_, kStepsBetweenInterruptChecks) : steps_left_;
  steps_left_ -= granted;
  steps_granted_ = granted - 1;  // this one is taken
  return true;
}

[[gnu::cold, gnu::noinline]] bool Interpreter::CheckInterrupt() {
  if (cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed)) {
    return Fail(absl::CancelledError("the invocation was cancelled"));
  }
  if (deadline_ != absl::InfiniteFuture() && absl::Now() >= deadline_) {
    return Fail(absl::DeadlineExceededError("the deadline of the invocation has passed"));
  }
  return true;
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
  ++kernel_calls_;
  absl::Status status = allocate ? kernels_.RunAndAllocate(call_site) : kernels_.Run(call_site);
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
