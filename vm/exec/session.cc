#include "vm/exec/session.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "vm/core/status.h"
#include "vm/exec/entry_check.h"
#include "vm/exec/loaded_program.h"
#include "vm/exec/memory_pool.h"
#include "vm/exec/strand_scheduler.h"
#include "vm/exec/value_conversion.h"

namespace baton {
namespace {

#ifdef BATON_COUNT_INSTRUCTIONS
constexpr bool kCountByDefault = true;
#else
constexpr bool kCountByDefault = false;
#endif

bool IsInputMemory(const Storage* storage, absl::Span<const Tensor> inputs) {
  return std::any_of(inputs.begin(), inputs.end(),
                     [storage](const Tensor& input) { return input->storage == storage; });
}

}  // namespace

int64_t DefaultMemoryLimit() {
  static const int64_t limit = [] {
    constexpr int64_t kMost = int64_t{8} << 30;
    const int64_t num_pages = sysconf(_SC_PHYS_PAGES);
    const int64_t page_bytes = sysconf(_SC_PAGESIZE);
    if (num_pages <= 0 || page_bytes <= 0) return kMost;
    return std::min(kMost, num_pages / 4 * 3 * page_bytes);
  }();
  return limit;
}

struct Session::Impl {
  Impl(std::shared_ptr<const Program> loaded_program, const LoadedProgram& loaded,
       std::shared_ptr<Scheduler> scheduler)
      : program(std::move(loaded_program)),
        loaded(loaded),
        symbols(static_cast<size_t>(loaded.max_symbols)),
        strands(loaded, std::move(scheduler)),
        pool(strands.caller().pool.get()),
        root(strands.root()) {}

  const LoadedEntry* FindEntry(absl::string_view name) const;
  absl::Status NoEntryError(absl::string_view name) const;
  absl::Status Invoke(const LoadedEntry& entry, absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs,
                      const Limits& limits);
  absl::StatusOr<std::vector<Value>> InvokeValues(const LoadedEntry& entry, absl::Span<const Value> inputs,
                                                  const Limits& limits);
  absl::StatusOr<std::vector<Value>> RunValues(const LoadedEntry& entry, absl::Span<const Value> inputs,
                                               const Limits& limits);
  void EndInvocation();
  void PassInputs(absl::Span<const Tensor> inputs);
  absl::Status TakeResults(absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs);
  absl::StatusOr<Tensor> CopyToPool(const TensorObject& tensor);

  std::shared_ptr<const Program> program;
  const LoadedProgram& loaded;
  std::vector<int64_t> symbols;
  StrandScheduler strands;
  MemoryPool* const pool;  // of the calling thread
  Interpreter& root;
  int64_t collected_before = 0;  // by earlier invocations
  InvocationCounts counts;
  bool counting = kCountByDefault;
};

const LoadedEntry* Session::Impl::FindEntry(absl::string_view name) const {
  for (const LoadedEntry& entry : loaded.entries) {
    if (entry.source->name == name) return &entry;
  }
  return nullptr;
}

absl::Status Session::Impl::NoEntryError(absl::string_view name) const {
  const auto append = [](std::string* out, const LoadedEntry& e) {
    absl::StrAppend(out, "'", e.source->name, "'");
  };
  return absl::NotFoundError(absl::StrCat(
      "entry '", name, "' does not exist; there are: ", absl::StrJoin(loaded.entries, ", ", append)));
}

absl::Status Session::Impl::Invoke(const LoadedEntry& entry, absl::Span<const Tensor> inputs,
                                   absl::Span<Tensor> outputs, const Limits& limits) {
  if (!entry.tensors_only) {
    return absl::InvalidArgumentError(absl::StrCat(
        "entry '", entry.source->name, "' takes or gives values that are no tensors: use InvokeValues"));
  }
  if (outputs.size() != entry.source->outputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat("entry '", entry.source->name, "' gives ",
                                                   entry.source->outputs.size(),
                                                   " outputs, there is room for ", outputs.size()));
  }
  BATON_RETURN_IF_ERROR(CheckInputs(entry, inputs, absl::MakeSpan(symbols)));
  const MemoryPool::Scope scope(pool);
  strands.Begin(limits, counting);
  absl::Status status = root.Begin(*entry.function);
  if (status.ok()) {
    PassInputs(inputs);
    status = strands.Run();
  }
  if (status.ok()) status = TakeResults(inputs, outputs);
  EndInvocation();
  return status;
}

void Session::Impl::EndInvocation() {
  strands.End();
  counts.instructions = strands.counts().instructions;
  counts.kernel_calls = strands.counts().kernel_calls;
  counts.forks = strands.counts().forks;
  counts.shared_forks = strands.counts().shared_forks;
  counts.peak_memory_bytes = strands.peak_bytes();
  counts.collected_objects =
      strands.num_collected() - std::exchange(collected_before, strands.num_collected());
}

absl::StatusOr<std::vector<Value>> Session::Impl::InvokeValues(const LoadedEntry& entry,
                                                               absl::Span<const Value> inputs,
                                                               const Limits& limits) {
  const MemoryPool::Scope scope(pool);
  strands.Begin(limits, counting);
  absl::StatusOr<std::vector<Value>> outputs = RunValues(entry, inputs, limits);
  EndInvocation();
  return outputs;
}

absl::StatusOr<std::vector<Value>> Session::Impl::RunValues(const LoadedEntry& entry,
                                                            absl::Span<const Value> inputs,
                                                            const Limits& limits) {
  BATON_RETURN_IF_ERROR(root.Begin(*entry.function));
  const auto entry_symbols = absl::MakeSpan(symbols).first(static_cast<size_t>(entry.num_symbols));
  BATON_RETURN_IF_ERROR(InputConverter(loaded, entry, entry_symbols, pool, &strands.caller().heap)
                            .Convert(inputs, root.parameters()));
  BATON_RETURN_IF_ERROR(strands.Run());
  const auto keep = [this](TensorObject& result) -> absl::StatusOr<Tensor> {
    const bool stays = !result.immortal() && !result.in_arena && result.storage != nullptr &&
                       pool->IsOfSession(result.storage->recycler());
    if (stays) {
      pool->Escape(&result);
      return Tensor::Share(&result);
    }
    BATON_ASSIGN_OR_RETURN(Tensor copy, CopyToPool(result));
    pool->Escape(copy.get());
    return copy;
  };
  return OutputConverter(loaded, entry, pool, keep).Convert(root.results());
}

void Session::Impl::PassInputs(absl::Span<const Tensor> inputs) {
  Slot* parameters = root.parameters();
  for (size_t i = 0; i < inputs.size(); ++i) {
    inputs[i]->Ref();
    parameters[i].tensor = inputs[i].get();
  }
}

absl::Status Session::Impl::TakeResults(absl::Span<const Tensor> inputs, absl::Span<Tensor> outputs) {
  Slot* results = root.results();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const TensorObject& result = *results[i].tensor;
    // Constants may be read-only and belong to the Program; the arena is about to be reused.
    const bool stays =
        !result.immortal() && !result.in_arena && result.storage != nullptr &&
        (pool->IsOfSession(result.storage->recycler()) || IsInputMemory(result.storage, inputs));
    if (stays) continue;
    BATON_ASSIGN_OR_RETURN(Tensor copy, CopyToPool(result));
    std::exchange(results[i].tensor, copy.Release())->Unref();
  }
  for (size_t i = 0; i < outputs.size(); ++i) pool->Escape(results[i].tensor);
  for (size_t i = 0; i < outputs.size(); ++i)
    outputs[i] = Tensor::Adopt(std::exchange(results[i].tensor, nullptr));
  return absl::OkStatus();
}

absl::StatusOr<Tensor> Session::Impl::CopyToPool(const TensorObject& tensor) {
  const int64_t num_bytes = tensor.num_bytes();
  TensorObject* copy = pool->AllocateTensor(tensor.dtype, tensor.shape(), num_bytes);
  if (copy == nullptr) return pool->ExhaustedError(num_bytes);
  if (num_bytes != 0) std::memcpy(copy->data, tensor.data, static_cast<size_t>(num_bytes));
  return Tensor::Adopt(copy);
}

Session::Session(std::shared_ptr<const Program> program, std::shared_ptr<Scheduler> scheduler) {
  const LoadedProgram& loaded = program->impl_->loaded;
  impl_ = std::make_unique<Impl>(std::move(program), loaded, std::move(scheduler));
}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

absl::Status Session::Invoke(absl::string_view entry, absl::Span<const Tensor> inputs,
                             absl::Span<Tensor> outputs, const Limits& limits) {
  const LoadedEntry* found = impl_->FindEntry(entry);
  if (found == nullptr) return impl_->NoEntryError(entry);
  return impl_->Invoke(*found, inputs, outputs, limits);
}

absl::StatusOr<std::vector<Value>> Session::InvokeValues(absl::string_view entry,
                                                         absl::Span<const Value> inputs,
                                                         const Limits& limits) {
  const LoadedEntry* found = impl_->FindEntry(entry);
  if (found == nullptr) return impl_->NoEntryError(entry);
  return impl_->InvokeValues(*found, inputs, limits);
}

absl::StatusOr<std::vector<Tensor>> Session::Invoke(absl::string_view entry, absl::Span<const Tensor> inputs,
                                                    const Limits& limits) {
  const EntryPoint* found = impl_->program->FindEntryPoint(entry);
  std::vector<Tensor> outputs(found == nullptr ? 0 : found->outputs.size());
  BATON_RETURN_IF_ERROR(Invoke(entry, inputs, absl::MakeSpan(outputs), limits));
  return outputs;
}

void Session::SetCounting(bool on) {
  impl_->counting = on;
}
void Session::StartTrace() {
  impl_->strands.StartTrace();
}
Trace Session::TakeTrace() {
  return impl_->strands.TakeTrace();
}
void Session::ReleaseMemory() {
  const MemoryPool::Scope scope(impl_->pool);
  impl_->strands.FreeMemory();
}
const InvocationCounts& Session::counts() const {
  return impl_->counts;
}
const Program& Session::program() const {
  return *impl_->program;
}

}  // namespace baton
