#include "vm/exec/frame.h"

#include "absl/strings/str_cat.h"
#include "vm/bytecode/executable.h"

namespace baton {

absl::Status FrameStack::Begin(int64_t max_depth, int64_t base_depth, int64_t num_results) {
  depth_ = 0;
  base_depth_ = base_depth;
  max_depth_ = std::max<int64_t>(max_depth - base_depth, 0);
  frame_limit_ = std::min(frames_.capacity(), max_depth_);
  top_ = 0;
  num_results_ = 0;
  // At least one slot, so that no window is at address 0.
  if (!slots_.Grow(num_results + 1)) {
    return pool_->ExhaustedError((num_results + 1) * static_cast<int64_t>(sizeof(Slot)));
  }
  for (int64_t i = 0; i < num_results; ++i) slots_[i].reference = nullptr;
  top_ = num_results_ = num_results;
  return absl::OkStatus();
}

[[gnu::cold, gnu::noinline]] bool FrameStack::Grow(int64_t num_slots) {
  if (depth_ == max_depth_) return false;
  if (!frames_.Grow(depth_ + 1)) return false;
  frame_limit_ = std::min(frames_.capacity(), max_depth_);
  return num_slots <= slots_.capacity() || slots_.Grow(num_slots);
}

void FrameStack::Unwind() {
  while (depth_ > 0) {
    ReleaseReferences();
    Pop();
  }
  for (int64_t i = 0; i < num_results_; ++i) {
    if (slots_[i].reference != nullptr) heap_->Release(slots_[i].reference);
  }
  top_ = num_results_ = 0;
}

absl::Status FrameStack::LimitError(const LoadedFunction& callee) const {
  if (depth_ == max_depth_) {
    return absl::ResourceExhaustedError(absl::StrCat("call of '", callee.source->name, "': the limit of ",
                                                     base_depth_ + max_depth_, " nested calls is reached"));
  }
  return MemoryError(callee);
}

absl::Status FrameStack::MemoryError(const LoadedFunction& callee) const {
  const absl::Status status =
      pool_->ExhaustedError((callee.num_slots + 1) * static_cast<int64_t>(sizeof(Slot)));
  return absl::Status(status.code(), absl::StrCat("call of '", callee.source->name, "' at depth ",
                                                  base_depth_ + depth_, ": ", status.message()));
}

void FrameStack::Free() {
  frames_.Free();
  slots_.Free();
  frame_limit_ = 0;
}

}  // namespace baton
