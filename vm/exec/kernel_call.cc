#include "vm/exec/kernel_call.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// A signature is, for each passed input, a type and room for values if these decide shapes, then for each
// output a type. A type is the element type and rank in one int64, then kMaxRank extents (kDynamicExtent in
// an output: data decides).
constexpr int64_t kTypeLength = 1 + kMaxRank;
// Longer shape operands are not remembered: the rule runs at every call.
constexpr int64_t kMaxValueElements = 64;
constexpr int64_t kMaxValueBytes = kMaxValueElements * sizeof(int64_t);

int64_t PackKind(DType dtype, int rank) {
  return static_cast<int64_t>(dtype) << 8 | rank;
}
int RankOf(const int64_t* type) {
  return static_cast<int>(type[0] & 0xFF);
}
DType DTypeOfType(const int64_t* type) {
  return static_cast<DType>(type[0] >> 8);
}
absl::Span<const int64_t> DimsOf(const int64_t* type) {
  return {type + 1, static_cast<size_t>(RankOf(type))};
}

bool HasType(const TensorObject& tensor, const int64_t* type) {
  if (type[0] != PackKind(tensor.dtype, tensor.rank)) return false;
  for (int i = 0; i < tensor.rank; ++i) {
    if (type[1 + i] != tensor.dims[i]) return false;
  }
  return true;
}

bool IsStatic(const int64_t* type) {
  const absl::Span<const int64_t> dims = DimsOf(type);
  return std::find(dims.begin(), dims.end(), kDynamicExtent) == dims.end();
}

void StoreType(const TensorObject& tensor, int64_t* type) {
  type[0] = PackKind(tensor.dtype, tensor.rank);
  std::copy_n(tensor.dims, tensor.rank, type + 1);
}

void StoreType(const TensorType& tensor, int64_t* type) {
  type[0] = PackKind(tensor.dtype, tensor.shape.rank());
  for (int i = 0; i < tensor.shape.rank(); ++i) {
    type[1 + i] = tensor.shape[i].is_constant() ? tensor.shape[i].value() : kDynamicExtent;
  }
}

std::string OutputName(int index, const LoadedKernel& kernel) {
  return absl::StrCat("output ", index, " of ", kernel.op);
}

bool Overlap(const TensorObject& a, const TensorObject& b) {
  const auto a_begin = reinterpret_cast<uintptr_t>(a.data);
  const auto b_begin = reinterpret_cast<uintptr_t>(b.data);
  const auto a_bytes = static_cast<uintptr_t>(a.num_bytes());
  const auto b_bytes = static_cast<uintptr_t>(b.num_bytes());
  return a_bytes != 0 && b_bytes != 0 && a_begin < b_begin + b_bytes && b_begin < a_begin + a_bytes;
}

// What a rule returned must be something that tensors can have.
absl::Status CheckRuleResult(const LoadedKernel& kernel, const TensorTypes& types) {
  if (static_cast<int64_t>(types.size()) != kernel.num_outputs) {
    return absl::InvalidArgumentError(absl::StrCat(kernel.op, ": the rule gives ", types.size(),
                                                   " outputs, the call has ", kernel.num_outputs));
  }
  for (size_t i = 0; i < types.size(); ++i) {
    const TensorType& type = types[i];
    bool valid = type.shape.has_rank() && type.shape.rank() <= kMaxRank;
    if (valid) {
      int64_t dims[kMaxRank];
      for (int axis = 0; axis < type.shape.rank(); ++axis) {
        dims[axis] = type.shape[axis].is_constant() ? type.shape[axis].value() : 1;
      }
      const absl::Span<const int64_t> span(dims, type.shape.rank());
      valid = CheckedNumBytes(span, DTypeSize(type.dtype)).has_value();
    }
    if (!valid) {
      return absl::InvalidArgumentError(absl::StrCat(OutputName(static_cast<int>(i), kernel), " would be ",
                                                     type.ToString(), ", which no tensor can be"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

int64_t SignatureLength(const LoadedKernel& kernel) {
  int64_t length = (static_cast<int64_t>(kernel.passed.size()) + kernel.num_outputs) * kTypeLength;
  for (const uint8_t decides : kernel.value_decides) length += decides != 0 ? kMaxValueElements : 0;
  return length;
}

KernelCaller::KernelCaller(const LoadedProgram& program, MemoryPool* pool, int num_threads)
    : program_(program),
      pool_(pool),
      instances_(program.kernels.size()),
      signatures_(program.call_sites.size()) {
  this->num_threads = num_threads;
  size_t num_inputs = 0;
  size_t num_outputs = 0;
  for (const LoadedKernel& kernel : program.kernels) {
    num_inputs += kernel.inputs.size();
    num_outputs = std::max(num_outputs, static_cast<size_t>(kernel.num_outputs));
  }
  input_storage_.resize(num_inputs);
  outputs_.resize(num_outputs);
  TensorObject** next = input_storage_.data();
  for (size_t i = 0; i < instances_.size(); ++i) {
    instances_[i].inputs = next;
    next = std::copy(program.kernels[i].inputs.begin(), program.kernels[i].inputs.end(), next);
  }
}

absl::Span<TensorObject* const> KernelCaller::InputsOf(uint32_t kernel) const {
  return {instances_[kernel].inputs, program_.kernels[kernel].inputs.size()};
}

bool KernelCaller::MatchesInputs(const LoadedKernel& kernel, const int64_t* signature,
                                 TensorObject* const* inputs) const {
  for (size_t i = 0; i < kernel.passed.size(); ++i) {
    const TensorObject& input = *inputs[kernel.passed[i]];
    if (!HasType(input, signature)) return false;
    signature += kTypeLength;
    if (kernel.value_decides[i] == 0) continue;
    const int64_t num_bytes = input.num_bytes();
    if (num_bytes > kMaxValueBytes) return false;
    if (num_bytes != 0 && std::memcmp(signature, input.data, static_cast<size_t>(num_bytes)) != 0)
      return false;
    signature += kMaxValueElements;
  }
  return true;
}

const int64_t* KernelCaller::OutputTypes(uint32_t call_site) const {
  const LoadedKernel& kernel = program_.kernels[program_.call_sites[call_site].kernel];
  return signatures_[call_site].get() + kernel.signature_length - kernel.num_outputs * kTypeLength;
}

bool KernelCaller::MatchesOutputs(const LoadedKernel& kernel, const int64_t* output_types) const {
  for (int i = 0; i < kernel.num_outputs; ++i) {
    if (!HasType(*outputs_[i], output_types + i * kTypeLength)) return false;
  }
  return true;
}

[[gnu::cold, gnu::noinline]] absl::Status KernelCaller::ApplyRule(uint32_t call_site) {
  const uint32_t index = program_.call_sites[call_site].kernel;
  const LoadedKernel& kernel = program_.kernels[index];
  TensorTypes types;
  BATON_RETURN_IF_ERROR(kernel.kernel->ResultTypes(InputsOf(index), &types));
  BATON_RETURN_IF_ERROR(CheckRuleResult(kernel, types));
  Instance& instance = instances_[index];
  if (!std::exchange(instance.has_state, true)) instance.state = kernel.kernel->MakeState();
  std::unique_ptr<int64_t[]>& stored = signatures_[call_site];
  if (stored == nullptr) {
    const int64_t num_bytes = kernel.signature_length * static_cast<int64_t>(sizeof(int64_t));
    if (!pool_->Reserve(num_bytes)) return pool_->ExhaustedError(num_bytes);
    stored = std::make_unique<int64_t[]>(static_cast<size_t>(kernel.signature_length));
  }
  int64_t* signature = stored.get();
  for (size_t i = 0; i < kernel.passed.size(); ++i) {
    const TensorObject& input = *instance.inputs[kernel.passed[i]];
    StoreType(input, signature);
    signature += kTypeLength;
    if (kernel.value_decides[i] == 0) continue;
    const int64_t num_bytes = input.num_bytes();
    if (num_bytes != 0 && num_bytes <= kMaxValueBytes) {
      std::memcpy(signature, input.data, static_cast<size_t>(num_bytes));
    }
    signature += kMaxValueElements;
  }
  for (const TensorType& type : types) {
    StoreType(type, signature);
    signature += kTypeLength;
  }
  return absl::OkStatus();
}

[[gnu::cold, gnu::noinline]] absl::Status KernelCaller::CheckRule(uint32_t call_site) {
  const LoadedKernel& kernel = program_.kernels[program_.call_sites[call_site].kernel];
  BATON_RETURN_IF_ERROR(ApplyRule(call_site));
  for (int i = 0; i < kernel.num_outputs; ++i) {
    const int64_t* type = OutputTypes(call_site) + i * kTypeLength;
    if (!IsStatic(type)) {
      return absl::InvalidArgumentError(absl::StrCat(
          OutputName(i, kernel), " has an extent that data decide: only the kernel can allocate it"));
    }
    if (!HasType(*outputs_[i], type)) {
      const TensorType expected{DTypeOfType(type), Shape(DimsOf(type))};
      return absl::InvalidArgumentError(absl::StrCat(OutputName(i, kernel), " is ", TypeString(*outputs_[i]),
                                                     ", the rule gives ", expected.ToString()));
    }
  }
  return absl::OkStatus();
}

absl::Status KernelCaller::CheckOutputs(const LoadedKernel& kernel, TensorObject* const* inputs) const {
  for (int i = 0; i < kernel.num_outputs; ++i) {
    const TensorObject& output = *outputs_[i];
    if (!pool_->OwnsExclusively(output)) [[unlikely]] {
      return absl::InvalidArgumentError(
          absl::StrCat(OutputName(i, kernel), " is shared or read-only memory, expected a new tensor"));
    }
    for (const uint16_t passed : kernel.passed) {
      if (Overlap(output, *inputs[passed])) [[unlikely]]
        return absl::InvalidArgumentError(absl::StrCat(OutputName(i, kernel), " overlaps input ", passed));
    }
    for (int j = 0; j < i; ++j) {
      if (Overlap(output, *outputs_[j])) [[unlikely]]
        return absl::InvalidArgumentError(absl::StrCat(OutputName(i, kernel), " overlaps output ", j));
    }
  }
  return absl::OkStatus();
}

absl::Status KernelCaller::Run(uint32_t call_site) {
  const uint32_t index = program_.call_sites[call_site].kernel;
  const LoadedKernel& kernel = program_.kernels[index];
  TensorObject* const* inputs = instances_[index].inputs;
  const int64_t* signature = signatures_[call_site].get();
  if (signature == nullptr || !MatchesInputs(kernel, signature, inputs) ||
      !MatchesOutputs(kernel, OutputTypes(call_site))) [[unlikely]] {
    BATON_RETURN_IF_ERROR(CheckRule(call_site));
  }
  BATON_RETURN_IF_ERROR(CheckOutputs(kernel, inputs));
  return CallKernel(index, nullptr);
}

absl::Status KernelCaller::RunAndAllocate(uint32_t call_site) {
  const uint32_t index = program_.call_sites[call_site].kernel;
  const LoadedKernel& kernel = program_.kernels[index];
  const int64_t* signature = signatures_[call_site].get();
  if (signature == nullptr || !MatchesInputs(kernel, signature, instances_[index].inputs)) [[unlikely]] {
    BATON_RETURN_IF_ERROR(ApplyRule(call_site));
  }
  const int64_t* output_types = OutputTypes(call_site);
  std::fill_n(outputs_.begin(), kernel.num_outputs, nullptr);
  absl::Status status = AllocateOutputs(kernel, output_types);
  if (status.ok()) status = CallKernel(index, output_types);
  if (!status.ok()) [[unlikely]]
    ReleaseOutputs(kernel);
  return status;
}

absl::Status KernelCaller::AllocateOutputs(const LoadedKernel& kernel, const int64_t* output_types) {
  for (int i = 0; i < kernel.num_outputs; ++i) {
    const int64_t* type = output_types + i * kTypeLength;
    if (!IsStatic(type)) continue;
    // The product exists: CheckRuleResult.
    int64_t num_bytes = DTypeSize(DTypeOfType(type));
    for (const int64_t dim : DimsOf(type)) num_bytes *= dim;
    outputs_[i] = pool_->AllocateTensor(DTypeOfType(type), DimsOf(type), num_bytes);
    if (outputs_[i] == nullptr) [[unlikely]]
      return Annotate(pool_->ExhaustedError(num_bytes), OutputName(i, kernel));
  }
  return absl::OkStatus();
}

absl::Status KernelCaller::CallKernel(uint32_t index, const int64_t* output_types) {
  const LoadedKernel& kernel = program_.kernels[index];
  running_ = &kernel;
  running_types_ = output_types;
  state = instances_[index].state.get();
  absl::Status status = kernel.kernel->Run(
      *this, InputsOf(index), absl::MakeSpan(outputs_.data(), static_cast<size_t>(kernel.num_outputs)));
  running_ = nullptr;
  while (scratch_ != nullptr) std::exchange(scratch_, scratch_->next_free)->Unref();
  if (!status.ok() || output_types == nullptr) return status;
  for (int i = 0; i < kernel.num_outputs; ++i) {
    if (outputs_[i] == nullptr) [[unlikely]]
      return absl::InternalError(absl::StrCat("the kernel did not allocate ", OutputName(i, kernel)));
  }
  return status;
}

void KernelCaller::ReleaseOutputs(const LoadedKernel& kernel) {
  for (int i = 0; i < kernel.num_outputs; ++i) {
    if (outputs_[i] != nullptr) std::exchange(outputs_[i], nullptr)->Unref();
  }
}

void* KernelCaller::Scratch(size_t num_bytes) {
  if (num_bytes > static_cast<size_t>(kMaxPooledBytes)) return nullptr;
  MemoryPool::Block* block = pool_->AllocateBlock(static_cast<int64_t>(num_bytes));
  if (block == nullptr) return nullptr;
  block->next_free = std::exchange(scratch_, block);
  return block->data();
}

absl::Status KernelCaller::AllocateOutput(int index, DType dtype, absl::Span<const int64_t> dims) {
  const bool expected = running_ != nullptr && running_types_ != nullptr && index >= 0 &&
                        index < running_->num_outputs && outputs_[index] == nullptr;
  if (!expected)
    return absl::InternalError(absl::StrCat("kernel allocates output ", index, ", which it must not"));
  const int64_t* type = running_types_ + index * kTypeLength;
  bool fits = type[0] == PackKind(dtype, static_cast<int>(dims.size()));
  for (size_t i = 0; fits && i < dims.size(); ++i) {
    fits = dims[i] >= 0 && (type[1 + i] == kDynamicExtent || type[1 + i] == dims[i]);
  }
  if (!fits) {
    return absl::InternalError(absl::StrCat("the kernel allocates ", OutputName(index, *running_),
                                            " in another type than its rule gives"));
  }
  const std::optional<int64_t> num_bytes = CheckedNumBytes(dims, DTypeSize(dtype));
  if (!num_bytes.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(OutputName(index, *running_), ": shape ",
                                                   Shape(dims).ToString(),
                                                   " has more bytes than 64 bits can count"));
  }
  outputs_[index] = pool_->AllocateTensor(dtype, dims, *num_bytes);
  if (outputs_[index] != nullptr) return absl::OkStatus();
  return Annotate(pool_->ExhaustedError(*num_bytes), OutputName(index, *running_));
}

}  // namespace baton
