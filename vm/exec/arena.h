// Arena: nested regions of bump memory for tensors whose lifetimes were planned. Memory of a closed region is
// reused within the invocation but freed only after it, so that a stray tensor never points to freed memory.
// Internal to vm/exec.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "vm/exec/growable_array.h"
#include "vm/exec/memory_pool.h"

namespace baton {

class Arena {
 public:
  explicit Arena(MemoryPool* pool) : pool_(pool), regions_(pool) {}
  ~Arena() { FreeChunks(); }
  Arena(const Arena&) = delete;
  // Takes memory from another pool of the same device from now on.
  void Attach(MemoryPool* pool) {
    pool_ = pool;
    regions_.set_pool(pool);
  }

  // Opens a region above the current one. A region that the memory limit has no room for is opened without
  // memory: its tensors come from the pool, so that the limit's error names the one that is too large.
  // Errors: InvalidArgument for a negative size, ResourceExhausted.
  absl::Status Enter(int64_t num_bytes);
  // Closes the current region. REQUIRES: one is open (verifier.cc: arenas are balanced).
  void Leave();
  bool HasRegion() const { return num_regions_ > 0; }
  // False for a region that was opened without. REQUIRES: HasRegion().
  bool HasMemory() const { return regions_[num_regions_ - 1].data != nullptr; }
  // `num_bytes` at `offset` of the current region, or null when they do not lie in it on a 64-byte boundary.
  void* At(int64_t offset, int64_t num_bytes) const {
    if (num_regions_ == 0) [[unlikely]]
      return nullptr;
    const Region& region = regions_[num_regions_ - 1];
    // A negative offset is a huge unsigned number; num_bytes is not negative.
    const bool fits = static_cast<uint64_t>(offset) <= static_cast<uint64_t>(region.num_bytes) &&
                      num_bytes <= region.num_bytes - offset && offset % kTensorAlignment == 0;
    return fits ? region.data + offset : nullptr;
  }
  int64_t region_bytes() const { return num_regions_ == 0 ? 0 : regions_[num_regions_ - 1].num_bytes; }

  // Closes all regions and, if there are several chunks, replaces them by one that would have sufficed.
  // REQUIRES: no tensor of the arena is in use.
  void EndInvocation();
  // Gives all memory back. REQUIRES: as EndInvocation.
  void Free();
  // The same when half of it was not needed since the last call.
  void Trim();

 private:
  struct Chunk {
    char* data;
    int64_t num_bytes;
    int64_t used_bytes;
  };
  struct Region {
    char* data;  // null: without memory, num_bytes = 0
    int64_t num_bytes;
    int64_t chunk;         // index of the chunk that it lies in
    int64_t chunk_before;  // current chunk before it was opened
  };

  // REQUIRES: room for a region.
  void OpenWithoutMemory();
  bool AddChunk(int64_t num_bytes);
  // The first chunk from the current one on with room, or a new one; false when memory is exhausted.
  bool FindChunk(int64_t num_bytes, int64_t* chunk);
  void FreeChunks();

  MemoryPool* pool_;
  std::vector<Chunk> chunks_;
  int64_t current_chunk_ = 0;
  int64_t total_bytes_ = 0;  // of all chunks
  GrowableArray<Region> regions_;
  int64_t num_regions_ = 0;
  int64_t open_bytes_ = 0;  // of all open regions
  int64_t peak_bytes_ = 0;  // the most that open_bytes_ was since the last Trim
};

}  // namespace baton
