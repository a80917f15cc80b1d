#include "accel/vta/program/program_cache.h"

#include "vm/core/status.h"

namespace baton::vta {

absl::StatusOr<std::shared_ptr<const Program>> ProgramCache::Get(
    absl::string_view key, absl::FunctionRef<absl::StatusOr<Program>()> build) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front().second;
  }
  BATON_ASSIGN_OR_RETURN(Program program, build());
  if (entries_.size() == capacity_) {
    by_key_.erase(entries_.back().first);
    entries_.pop_back();
  }
  entries_.emplace_front(std::string(key), std::make_shared<const Program>(std::move(program)));
  by_key_.emplace(entries_.front().first, entries_.begin());
  return entries_.front().second;
}

size_t ProgramCache::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return entries_.size();
}

}  // namespace baton::vta
