#include "vm/exec/arena.h"

#include <algorithm>
#include <cassert>

#include "absl/strings/str_cat.h"
#include "vm/core/device.h"

namespace baton {

absl::Status Arena::Enter(int64_t num_bytes) {
  if (num_bytes < 0) {
    return absl::InvalidArgumentError(absl::StrCat("arena: the size is ", num_bytes, " bytes"));
  }
  if (num_regions_ == regions_.capacity() && !regions_.Grow(num_regions_ + 1)) [[unlikely]] {
    return pool_->ExhaustedError(sizeof(Region));
  }
  if (num_bytes > kMaxPooledBytes) [[unlikely]] {
    OpenWithoutMemory();
    return absl::OkStatus();
  }
  const int64_t aligned = static_cast<int64_t>(AlignUp(static_cast<size_t>(num_bytes), kTensorAlignment));
  int64_t chunk = current_chunk_;
  if (chunks_.empty() || chunks_[chunk].num_bytes - chunks_[chunk].used_bytes < aligned) [[unlikely]] {
    if (!FindChunk(aligned, &chunk)) {
      OpenWithoutMemory();
      return absl::OkStatus();
    }
  }
  Chunk& target = chunks_[chunk];
  regions_[num_regions_++] = {target.data + target.used_bytes, aligned, chunk, current_chunk_};
  target.used_bytes += aligned;
  current_chunk_ = chunk;
  open_bytes_ += aligned;
  peak_bytes_ = std::max(peak_bytes_, open_bytes_);
  return absl::OkStatus();
}

[[gnu::cold]] void Arena::OpenWithoutMemory() {
  regions_[num_regions_++] = {nullptr, 0, current_chunk_, current_chunk_};
}

void Arena::Leave() {
  assert(num_regions_ > 0);
  const Region& region = regions_[--num_regions_];
  if (region.data == nullptr) return;
  chunks_[region.chunk].used_bytes -= region.num_bytes;
  current_chunk_ = region.chunk_before;
  open_bytes_ -= region.num_bytes;
}

bool Arena::FindChunk(int64_t num_bytes, int64_t* chunk) {
  // Chunks above the current one are empty: regions are closed in reverse order.
  for (int64_t i = chunks_.empty() ? 0 : current_chunk_ + 1; i < static_cast<int64_t>(chunks_.size()); ++i) {
    if (chunks_[i].num_bytes >= num_bytes) {
      *chunk = i;
      return true;
    }
  }
  // Chunks grow geometrically, so that a loop with growing regions does not add one per step.
  const int64_t generous = std::max(num_bytes, total_bytes_ / 2);
  if (!AddChunk(std::max<int64_t>(generous, kTensorAlignment)) &&
      !AddChunk(std::max<int64_t>(num_bytes, kTensorAlignment))) {
    return false;
  }
  *chunk = static_cast<int64_t>(chunks_.size()) - 1;
  return true;
}

bool Arena::AddChunk(int64_t num_bytes) {
  if (!pool_->Reserve(num_bytes)) return false;
  void* data = pool_->AllocateFromDevice(num_bytes);
  if (data == nullptr) {
    pool_->Unreserve(num_bytes);
    return false;
  }
  chunks_.push_back({static_cast<char*>(data), num_bytes, 0});
  total_bytes_ += num_bytes;
  return true;
}

void Arena::EndInvocation() {
  num_regions_ = 0;
  open_bytes_ = 0;
  current_chunk_ = 0;
  for (Chunk& chunk : chunks_) chunk.used_bytes = 0;
  if (chunks_.size() > 1) {
    FreeChunks();
    // When this fails the next invocation finds its memory itself.
    (void)AddChunk(peak_bytes_);
  }
}

void Arena::Free() {
  EndInvocation();
  FreeChunks();
  regions_.Free();
  peak_bytes_ = 0;
}

void Arena::Trim() {
  if (total_bytes_ > 2 * peak_bytes_ + kMinTrimBytes) FreeChunks();
  peak_bytes_ = 0;
}

void Arena::FreeChunks() {
  for (const Chunk& chunk : chunks_) {
    pool_->device()->Free(chunk.data, static_cast<size_t>(chunk.num_bytes));
    pool_->Unreserve(chunk.num_bytes);
  }
  chunks_.clear();
  total_bytes_ = 0;
}

}  // namespace baton
