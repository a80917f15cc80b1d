// How a strand shares what it has forked, and waits for it.
#include "vm/exec/interpreter.h"
#include "vm/exec/sharing.h"
#include "vm/exec/strand_scheduler.h"

namespace baton {
namespace {

// A fork that takes this long is worth the queue, about 0.1 us, and the way to another core, about 1 us.
constexpr int64_t kWorthSharingNs = 5000;
// Forks of less, or of unknown work, are shared when a worker has nothing to do, and no more often than this:
// whatever they turn out to be, sharing costs a few per cent of the time. The oldest goes, which in a
// recursion is the largest. Source: Acar, Charguéraud, Guatto, Rainey, Sieczkowski, Heartbeat Scheduling:
// Provable Efficiency for Nested Parallelism, PLDI 2018.
constexpr int64_t kHeartbeatNs = 30'000;
constexpr int kForksBetweenLooks = 16;

}  // namespace

[[gnu::noinline]] void Interpreter::OfferFork(int64_t work) {
  if (scheduler_->shares_all()) return ShareOldest();
  if (work >= kWorthSharingNs) {
    if (scheduler_->has_room()) ShareOldest();
  } else if (--patience_ <= 0) {
    patience_ = kForksBetweenLooks;
    ShareAtHeartbeat();
  }
}

// Kernel calls ask: what was deferred when the queue was full can be shared later.
void Interpreter::ShareDeferred() {
  if (deferred_.next == &deferred_) return;
  const auto* oldest = static_cast<const FutureHeader*>(deferred_.next);
  if (oldest->work_ns >= kWorthSharingNs) {
    if (scheduler_->has_room()) ShareOldest();
  } else {
    ShareAtHeartbeat();
  }
}

void Interpreter::ShareAtHeartbeat() {
  if (!scheduler_->is_hungry()) return;
  const int64_t now_ns = TraceBuffer::ClockNs();
  if (now_ns - last_share_ns_ < kHeartbeatNs) return;
  last_share_ns_ = now_ns;
  ShareOldest();
}

void Interpreter::ShareOldest() {
  if (deferred_.next == &deferred_) return;
  auto* future = static_cast<FutureHeader*>(deferred_.next);
  if (MakeShareable(future)) {
    scheduler_->Queue(future, this);
    return;
  }
  // It stays deferred, but is not looked at again.
  future->Remove();
  future->previous = future->next = future;
}

Interpreter::Awaited Interpreter::Await(FutureHeader* future) {
  if (scheduler_->TakeBack(future)) return Awaited::kDeferred;
  if (future->state.load(std::memory_order_acquire) != FutureState::kDone) {
    awaited_ = future;
    return Awaited::kPending;
  }
  awaited_ = nullptr;
  if (trace_ != nullptr) [[unlikely]]
    TraceAwait(*future);
  if (future->error == nullptr) return Awaited::kDone;
  failed_sequence_ = future->sequence;
  error_ = *future->error;
  return Awaited::kFailed;
}

}  // namespace baton
