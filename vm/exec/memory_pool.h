// MemoryPool: where a session's tensors come from. Blocks of device memory by size class and tensor headers,
// both kept on free lists; accounts for all memory of the worker, which it takes from the session's budget.
// Used by vm/exec only.
//
// Belongs to one worker of a session and is used by its thread. What it handed out may be released by any
// thread, also after the session is gone: then it comes back over a lock-free stack, or is freed at once when
// the session has closed the pool.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "vm/core/device.h"
#include "vm/core/tensor.h"
#include "vm/exec/memory_budget.h"

namespace baton {

// Less than this is not worth giving back.
inline constexpr int64_t kMinTrimBytes = int64_t{4} << 20;

// Sizes up to 256 in steps of 64 bytes, then powers of two and their quarter steps: at most a quarter is
// unused.
inline constexpr int64_t kMaxPooledBytes = int64_t{1} << 56;
inline constexpr int kNumSizeClasses = 4 + (56 - 8) * 4;
// REQUIRES: 0 <= num_bytes <= kMaxPooledBytes.
int SizeClass(int64_t num_bytes);
int64_t SizeOfClass(int size_class);

class MemoryPool final : public TensorRecycler {
 public:
  // Device memory with its bookkeeping. A free block is linked by next_free.
  struct Block : Storage {
    using Storage::Storage;
    int size_class = 0;
    bool escaped = false;  // left the invocation: not charged to the session
  };
  struct Header : TensorObject {
    bool escaped = false;
  };

  // Frees what nobody uses, so that a reservation that would fail succeeds. May not allocate.
  class Reclaimer {
   public:
    virtual ~Reclaimer() = default;
    virtual void Reclaim() = 0;
  };
  // Asked before a limit or the device's memory is reported as reached; may be null.
  void SetReclaimer(Reclaimer* reclaimer) { reclaimer_ = reclaimer; }

  // `device` must outlive the pool and everything that it hands out. Close() ends it.
  static MemoryPool* Create(Device* device, std::shared_ptr<MemoryBudget> budget) {
    return new MemoryPool(device, std::move(budget));
  }
  // Gives up the pool; it deletes itself when the last of its tensors is released.
  void Close();

  // While one is alive, releases by this thread go straight to the free lists of `pool`.
  class Scope {
   public:
    explicit Scope(MemoryPool* pool);
    ~Scope();
    Scope(const Scope&) = delete;

   private:
    MemoryPool* previous_;
  };

  // Takes back what other threads released, and frees cached memory if the budget's limit is exceeded.
  void BeginInvocation();
  // Frees what no invocation has needed since the last call, if that is more than what was needed: who runs
  // what differs from run to run.
  void Trim();

  // A tensor with count 1 and uninitialised data; null when the limit or the device's memory is reached: then
  // ExhaustedError says so. REQUIRES: num_bytes = CheckedNumBytes(dims, size of dtype) exists.
  TensorObject* AllocateTensor(DType dtype, absl::Span<const int64_t> dims, int64_t num_bytes);
  // A header with count 1, without data and storage; or null.
  TensorObject* AllocateHeader();
  // At least num_bytes with count 1; or null.
  Block* AllocateBlock(int64_t num_bytes);

  // True when a pool of this session made the header and, unless it is in an arena, its memory, and nothing
  // else refers to them.
  bool OwnsExclusively(const TensorObject& tensor) const {
    return IsOfSession(tensor.recycler) && tensor.unique() &&
           (tensor.in_arena || (tensor.storage != nullptr && IsOfSession(tensor.storage->recycler()) &&
                                tensor.storage->unique()));
  }
  // Is it a pool of this session?
  bool IsOfSession(const TensorRecycler* recycler) const {
    return recycler == this || (recycler != nullptr && recycler->family() == family());
  }
  // The tensor is about to leave the invocation: the memory that pools of this session gave it no longer
  // counts as the session's, and other threads may refer to it. REQUIRES: no other worker is running.
  void Escape(TensorObject* tensor);

  // Charges memory from elsewhere (frames, arena). False when the limit does not allow it, even without
  // caches.
  bool Reserve(int64_t num_bytes);
  // What one worker reserved another may give back.
  void Unreserve(int64_t num_bytes) { used_bytes_ -= num_bytes; }
  // Device memory that the caller has reserved; null when the device has none, even without caches.
  void* AllocateFromDevice(int64_t num_bytes);
  // Why the last allocation or reservation failed.
  absl::Status ExhaustedError(int64_t num_bytes) const;
  // Frees everything on the free lists.
  void FreeCached();

  Device* device() const { return device_; }
  int64_t used_bytes() const { return used_bytes_; }
  int64_t cached_bytes() const { return cached_bytes_; }
  int64_t peak_bytes() const { return peak_bytes_; }

  void Recycle(TensorObject* tensor) override;
  void Recycle(Storage* storage) override;

 private:
  MemoryPool(Device* device, std::shared_ptr<MemoryBudget> budget)
      : TensorRecycler(budget.get()), device_(device), budget_(std::move(budget)) {}
  ~MemoryPool() override = default;

  void AddUsed(int64_t num_bytes) {
    used_bytes_ += num_bytes;
    if (used_bytes_ > peak_bytes_) peak_bytes_ = used_bytes_;
  }
  // REQUIRES: there is one.
  Block* TakeFree(int size_class) {
    auto* block = static_cast<Block*>(free_blocks_[size_class]);
    free_blocks_[size_class] = block->next_free;
    cached_bytes_ -= static_cast<int64_t>(block->num_bytes() + sizeof(Block));
    if (--num_free_[size_class] < least_free_[size_class]) least_free_[size_class] = num_free_[size_class];
    return block;
  }
  Block* NewBlock(int size_class);
  Header* NewHeader();
  void KeepHeader(Header* header);
  void KeepBlock(Block* block);
  void DeleteBlock(Block* block);
  // Takes back what other threads released; false when there was nothing.
  bool Drain();
  template <typename T>
  void ReturnFromElsewhere(std::atomic<T*>* stack, T* object);
  void Delete(TensorObject* header) { delete static_cast<Header*>(header); }
  void Delete(Storage* storage) { DeleteBlock(static_cast<Block*>(storage)); }

  // Frees what is cached and what the reclaimer finds.
  void FreeAllUnused();
  // Takes from the budget what is missing for `num_bytes` more.
  bool TakeFromBudget(int64_t num_bytes);
  // Gives the budget what is not in use.
  void GiveToBudget();
  // What could still be used of what has been taken.
  int64_t free_bytes() const { return granted_bytes_ - used_bytes_ - cached_bytes_; }

  Device* const device_;
  const std::shared_ptr<MemoryBudget> budget_;
  Reclaimer* reclaimer_ = nullptr;

  // The owner's.
  int64_t granted_bytes_ = 0;  // taken from the budget; may be less than what is used by what has escaped
  int64_t used_bytes_ = 0;
  int64_t cached_bytes_ = 0;
  int64_t peak_bytes_ = 0;
  bool device_failed_ = false;  // the last failure was the device's, not the limit's
  int64_t num_live_ = 0;        // headers and blocks handed out and not taken back
  Storage* free_blocks_[kNumSizeClasses] = {};
  int32_t num_free_[kNumSizeClasses] = {};    // blocks
  int32_t least_free_[kNumSizeClasses] = {};  // since the last Trim
  TensorObject* free_headers_ = nullptr;

  // Shared with other threads.
  std::atomic<TensorObject*> returned_headers_{nullptr};
  std::atomic<Storage*> returned_blocks_{nullptr};
  std::atomic<int64_t> outstanding_{
      0};  // after Close: objects still out there; before: minus those freed since
};

}  // namespace baton
