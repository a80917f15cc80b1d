// MemoryPool: where a session's tensors come from. Blocks of device memory by size class and tensor headers,
// both kept on free lists; accounts for all memory of the session against its limit. Used by vm/exec only.
//
// Belongs to one session and is used by its thread. What it handed out may be released by any thread, also
// after the session is gone: then it comes back over a lock-free stack, or is freed at once when the session
// has closed the pool.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "vm/core/device.h"
#include "vm/core/tensor.h"

namespace baton {

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
  static MemoryPool* Create(Device* device) { return new MemoryPool(device); }
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

  // Takes back what other threads released, sets the limit and frees cached memory if it exceeds it.
  void BeginInvocation(int64_t limit_bytes);

  // A tensor with count 1 and uninitialised data; null when the limit or the device's memory is reached: then
  // ExhaustedError says so. REQUIRES: num_bytes = CheckedNumBytes(dims, size of dtype) exists.
  TensorObject* AllocateTensor(DType dtype, absl::Span<const int64_t> dims, int64_t num_bytes);
  // A header with count 1, without data and storage; or null.
  TensorObject* AllocateHeader();
  // At least num_bytes with count 1; or null.
  Block* AllocateBlock(int64_t num_bytes);

  // True when this pool made the header and, unless it is in an arena, its memory, and nothing else refers to
  // them.
  bool OwnsExclusively(const TensorObject& tensor) const {
    return tensor.recycler == this && tensor.unique() &&
           (tensor.in_arena ||
            (tensor.storage != nullptr && tensor.storage->recycler() == this && tensor.storage->unique()));
  }
  // The tensor is about to leave the invocation: its memory no longer counts as the session's.
  void Escape(TensorObject* tensor);

  // Charges memory from elsewhere (frames, arena). False when the limit does not allow it, even without
  // caches.
  bool Reserve(int64_t num_bytes);
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
  explicit MemoryPool(Device* device) : device_(device) {}
  ~MemoryPool() override = default;

  void AddUsed(int64_t num_bytes) {
    used_bytes_ += num_bytes;
    if (used_bytes_ > peak_bytes_) peak_bytes_ = used_bytes_;
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

  Device* const device_;
  Reclaimer* reclaimer_ = nullptr;

  // The owner's.
  int64_t limit_bytes_ = INT64_MAX;
  int64_t used_bytes_ = 0;
  int64_t cached_bytes_ = 0;
  int64_t peak_bytes_ = 0;
  bool device_failed_ = false;  // the last failure was the device's, not the limit's
  int64_t num_live_ = 0;        // headers and blocks handed out and not taken back
  Storage* free_blocks_[kNumSizeClasses] = {};
  TensorObject* free_headers_ = nullptr;

  // Shared with other threads.
  std::atomic<TensorObject*> returned_headers_{nullptr};
  std::atomic<Storage*> returned_blocks_{nullptr};
  std::atomic<int64_t> outstanding_{
      0};  // after Close: objects still out there; before: minus those freed since
};

}  // namespace baton
