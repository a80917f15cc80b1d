#include "vm/exec/memory_pool.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {
namespace {

thread_local MemoryPool* running_pool = nullptr;

// Heads of the return stacks once the pool is closed.
template <typename T>
T* ClosedMark() {
  return reinterpret_cast<T*>(uintptr_t{1});
}

constexpr int64_t kHeaderBytes = sizeof(MemoryPool::Header);

int64_t BlockBytes(const MemoryPool::Block& block) {
  return static_cast<int64_t>(block.num_bytes() + sizeof(MemoryPool::Block));
}

}  // namespace

int SizeClass(int64_t num_bytes) {
  if (num_bytes <= 256) return num_bytes <= 64 ? 0 : static_cast<int>((num_bytes - 1) / 64);
  const uint64_t last = static_cast<uint64_t>(num_bytes) - 1;
  const int log2 = std::bit_width(last) - 1;
  const int quarter = static_cast<int>(last >> (log2 - 2)) & 3;
  return 4 + (log2 - 8) * 4 + quarter;
}

int64_t SizeOfClass(int size_class) {
  if (size_class < 4) return (size_class + 1) * 64;
  const int log2 = 8 + (size_class - 4) / 4;
  return (int64_t{1} << log2) + ((size_class - 4) % 4 + 1) * (int64_t{1} << (log2 - 2));
}

MemoryPool::Scope::Scope(MemoryPool* pool) : previous_(std::exchange(running_pool, pool)) {}
MemoryPool::Scope::~Scope() {
  running_pool = previous_;
}

void MemoryPool::Close() {
  FreeCached();
  // Whoever returns something from here on sees the mark and frees it.
  TensorObject* headers = returned_headers_.exchange(ClosedMark<TensorObject>(), std::memory_order_acq_rel);
  Storage* blocks = returned_blocks_.exchange(ClosedMark<Storage>(), std::memory_order_acq_rel);
  while (headers != nullptr) {
    KeepHeader(static_cast<Header*>(std::exchange(headers, headers->next_free)));
  }
  while (blocks != nullptr) KeepBlock(static_cast<Block*>(std::exchange(blocks, blocks->next_free)));
  FreeCached();
  const int64_t live = num_live_;
  if (outstanding_.fetch_add(live, std::memory_order_acq_rel) + live == 0) delete this;
}

void MemoryPool::BeginInvocation() {
  Drain();
  if (budget_->taken_bytes() > budget_->limit_bytes() || used_bytes_ + cached_bytes_ > budget_->limit_bytes())
    FreeCached();
  GiveToBudget();
  peak_bytes_ = used_bytes_;
}

void MemoryPool::Trim() {
  int64_t unused_bytes = 0;
  for (int size_class = 0; size_class < kNumSizeClasses; ++size_class)
    unused_bytes += least_free_[size_class] * SizeOfClass(size_class);
  const bool frees = unused_bytes > kMinTrimBytes + (used_bytes_ + cached_bytes_ - unused_bytes);
  for (int size_class = 0; size_class < kNumSizeClasses; ++size_class) {
    for (int32_t i = frees ? least_free_[size_class] : 0; i > 0; --i) DeleteBlock(TakeFree(size_class));
    least_free_[size_class] = num_free_[size_class];
  }
  GiveToBudget();
}

TensorObject* MemoryPool::AllocateTensor(DType dtype, absl::Span<const int64_t> dims, int64_t num_bytes) {
  Block* block = AllocateBlock(num_bytes);
  if (block == nullptr) return nullptr;
  TensorObject* tensor = AllocateHeader();
  if (tensor == nullptr) {
    block->Unref();
    return nullptr;
  }
  tensor->dtype = dtype;
  tensor->set_shape(dims);
  tensor->storage = block;
  tensor->data = block->data();
  return tensor;
}

TensorObject* MemoryPool::AllocateHeader() {
  TensorObject* header = free_headers_;
  if (header != nullptr) [[likely]] {
    free_headers_ = header->next_free;
    cached_bytes_ -= kHeaderBytes;
  } else {
    header = NewHeader();
    if (header == nullptr) return nullptr;
  }
  AddUsed(kHeaderBytes);
  ++num_live_;
  header->in_arena = false;
  header->Revive(/*shared=*/false);
  return header;
}

MemoryPool::Block* MemoryPool::AllocateBlock(int64_t num_bytes) {
  if (num_bytes > kMaxPooledBytes) [[unlikely]]
    return nullptr;
  const int size_class = SizeClass(num_bytes);
  Block* block = free_blocks_[size_class] != nullptr ? TakeFree(size_class) : NewBlock(size_class);
  if (block == nullptr) [[unlikely]]
    return nullptr;
  AddUsed(BlockBytes(*block));
  ++num_live_;
  block->Revive();
  return block;
}

[[gnu::cold, gnu::noinline]] MemoryPool::Block* MemoryPool::NewBlock(int size_class) {
  if (Drain() && free_blocks_[size_class] != nullptr) return TakeFree(size_class);
  const int64_t num_bytes = SizeOfClass(size_class);
  const int64_t charged = num_bytes + static_cast<int64_t>(sizeof(Block));
  if (!Reserve(charged)) return nullptr;
  Unreserve(charged);
  void* data = AllocateFromDevice(num_bytes);
  if (data == nullptr) return nullptr;
  auto* block = new Block(data, static_cast<size_t>(num_bytes), this);
  block->size_class = size_class;
  return block;
}

void* MemoryPool::AllocateFromDevice(int64_t num_bytes) {
  void* data = device_->Allocate(static_cast<size_t>(num_bytes));
  if (data == nullptr) {
    FreeAllUnused();
    data = device_->Allocate(static_cast<size_t>(num_bytes));
    device_failed_ = data == nullptr;
  }
  return data;
}

[[gnu::cold, gnu::noinline]] MemoryPool::Header* MemoryPool::NewHeader() {
  if (Drain() && free_headers_ != nullptr) {
    cached_bytes_ -= kHeaderBytes;
    return static_cast<Header*>(std::exchange(free_headers_, free_headers_->next_free));
  }
  if (!Reserve(kHeaderBytes)) return nullptr;
  Unreserve(kHeaderBytes);
  auto* header = new Header;
  header->recycler = this;
  return header;
}

void MemoryPool::Escape(TensorObject* tensor) {
  tensor->set_shared(true);
  if (IsOfSession(tensor->recycler)) {
    auto* header = static_cast<Header*>(tensor);
    if (!std::exchange(header->escaped, true))
      static_cast<MemoryPool*>(header->recycler)->used_bytes_ -= kHeaderBytes;
  }
  if (tensor->storage != nullptr && IsOfSession(tensor->storage->recycler())) {
    auto* block = static_cast<Block*>(tensor->storage);
    if (!std::exchange(block->escaped, true))
      static_cast<MemoryPool*>(block->recycler())->used_bytes_ -= BlockBytes(*block);
  }
}

bool MemoryPool::Reserve(int64_t num_bytes) {
  if (num_bytes > free_bytes() && !TakeFromBudget(num_bytes)) [[unlikely]] {
    Drain();
    FreeCached();
    device_failed_ = false;
    if (!TakeFromBudget(num_bytes)) {
      FreeAllUnused();
      if (!TakeFromBudget(num_bytes)) return false;
    }
  }
  AddUsed(num_bytes);
  return true;
}

bool MemoryPool::TakeFromBudget(int64_t num_bytes) {
  const int64_t missing = num_bytes - free_bytes();
  if (missing > 0 && !budget_->Take(missing)) return false;
  granted_bytes_ += std::max<int64_t>(missing, 0);
  return true;
}

void MemoryPool::GiveToBudget() {
  // Negative: memory that had escaped is back.
  budget_->Give(free_bytes());
  granted_bytes_ -= free_bytes();
}

absl::Status MemoryPool::ExhaustedError(int64_t num_bytes) const {
  if (device_failed_) {
    return absl::ResourceExhaustedError(absl::StrCat("device '", device_->name(), "' has no memory for ",
                                                     num_bytes, " bytes, ", used_bytes_, " are in use"));
  }
  return absl::ResourceExhaustedError(absl::StrCat("memory limit: ", num_bytes, " bytes asked, ",
                                                   budget_->taken_bytes() - free_bytes() - cached_bytes_,
                                                   " in use, the limit is ", budget_->limit_bytes()));
}

void MemoryPool::FreeAllUnused() {
  if (reclaimer_ != nullptr) reclaimer_->Reclaim();
  FreeCached();
}

void MemoryPool::FreeCached() {
  for (int size_class = 0; size_class < kNumSizeClasses; ++size_class) {
    while (free_blocks_[size_class] != nullptr) DeleteBlock(TakeFree(size_class));
  }
  while (free_headers_ != nullptr) {
    cached_bytes_ -= kHeaderBytes;
    Delete(std::exchange(free_headers_, free_headers_->next_free));
  }
  GiveToBudget();
}

void MemoryPool::Recycle(TensorObject* tensor) {
  if (running_pool == this) [[likely]] {
    KeepHeader(static_cast<Header*>(tensor));
  } else {
    ReturnFromElsewhere(&returned_headers_, tensor);
  }
}

void MemoryPool::Recycle(Storage* storage) {
  if (running_pool == this) [[likely]] {
    KeepBlock(static_cast<Block*>(storage));
  } else {
    ReturnFromElsewhere(&returned_blocks_, storage);
  }
}

void MemoryPool::KeepHeader(Header* header) {
  if (!std::exchange(header->escaped, false)) used_bytes_ -= kHeaderBytes;
  cached_bytes_ += kHeaderBytes;
  --num_live_;
  header->next_free = free_headers_;
  free_headers_ = header;
}

void MemoryPool::KeepBlock(Block* block) {
  if (!std::exchange(block->escaped, false)) used_bytes_ -= BlockBytes(*block);
  cached_bytes_ += BlockBytes(*block);
  --num_live_;
  block->next_free = free_blocks_[block->size_class];
  free_blocks_[block->size_class] = block;
  ++num_free_[block->size_class];
}

void MemoryPool::DeleteBlock(Block* block) {
  device_->Free(block->data(), block->num_bytes());
  delete block;
}

bool MemoryPool::Drain() {
  if (returned_headers_.load(std::memory_order_relaxed) == nullptr &&
      returned_blocks_.load(std::memory_order_relaxed) == nullptr) {
    return false;
  }
  TensorObject* headers = returned_headers_.exchange(nullptr, std::memory_order_acquire);
  Storage* blocks = returned_blocks_.exchange(nullptr, std::memory_order_acquire);
  while (headers != nullptr) {
    KeepHeader(static_cast<Header*>(std::exchange(headers, headers->next_free)));
  }
  while (blocks != nullptr) KeepBlock(static_cast<Block*>(std::exchange(blocks, blocks->next_free)));
  return true;
}

template <typename T>
void MemoryPool::ReturnFromElsewhere(std::atomic<T*>* stack, T* object) {
  T* head = stack->load(std::memory_order_acquire);
  do {
    if (head == ClosedMark<T>()) {
      Delete(object);
      if (outstanding_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
      return;
    }
    object->next_free = head;
  } while (!stack->compare_exchange_weak(head, object, std::memory_order_acq_rel, std::memory_order_acquire));
}

}  // namespace baton
