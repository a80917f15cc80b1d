#include "vm/exec/strand_scheduler.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "vm/core/status.h"

namespace baton {
namespace {

// A worker that finds nothing looks again this often before it leaves: about 100 us.
constexpr int kLooks = 2000;
// Memory that this many invocations have not needed is given back.
constexpr int kInvocationsBetweenTrims = 16;

// Between two looks.
void Pause(int look) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
  // Another thread may have been waiting for this core.
  if (look % 64 == 63) std::this_thread::yield();
}

int NumWorkers(const LoadedProgram& program, const Scheduler* scheduler) {
  return scheduler == nullptr || !program.has_forks ? 0 : scheduler->num_workers();
}

}  // namespace

void StrandDoor::Ref() {
  const std::lock_guard lock(mutex_);
  ++refs_;
}

void StrandDoor::Unref() {
  bool is_last = false;
  {
    const std::lock_guard lock(mutex_);
    is_last = --refs_ == 0;
  }
  if (is_last) delete this;
}

void StrandDoor::Work() {
  StrandScheduler* const scheduler = Enter();
  if (scheduler == nullptr) return;
  scheduler->WorkUntilIdle();
  Leave();
}

StrandScheduler* StrandDoor::Enter() {
  const std::lock_guard lock(mutex_);
  num_inside_ += scheduler_ != nullptr ? 1 : 0;
  return scheduler_;
}

void StrandDoor::Leave() {
  const std::lock_guard lock(mutex_);
  --num_inside_;
  left_.notify_all();
}

void StrandDoor::Close() {
  std::unique_lock lock(mutex_);
  scheduler_ = nullptr;
  left_.wait(lock, [this] { return num_inside_ == 0; });
}

StrandScheduler::StrandScheduler(const LoadedProgram& program, std::shared_ptr<Scheduler> scheduler)
    : program_(program),
      scheduler_(std::move(scheduler)),
      max_workers_(NumWorkers(program, scheduler_.get())),
      shares_all_(scheduler_ != nullptr && scheduler_->options().fork_always),
      door_(new StrandDoor(this)) {
  const int kernel_threads = scheduler_ == nullptr ? 1 : scheduler_->options().kernel_threads;
  for (int i = 0; i <= max_workers_; ++i) {
    workers_.push_back(std::make_unique<Worker>(program_, budget_, this, kernel_threads));
    heaps.push_back(&workers_.back()->heap);
    if (i > 0) free_workers_.push_back(workers_.back().get());
  }
  root_ = std::make_unique<Interpreter>(program_, &invocation_, this, &caller());
}

StrandScheduler::~StrandScheduler() {
  door_->Close();
  door_->Unref();
}

void StrandScheduler::Begin(const Limits& limits, bool counting) {
  budget_->Begin(limits.max_memory_bytes);
  for (const auto& worker : workers_) worker->pool->BeginInvocation();
  // Stacks and arenas of an earlier invocation with a higher limit must not stand in the way of this one.
  if (budget_->taken_bytes() > limits.max_memory_bytes) FreeMemory();
  invocation_.Begin(limits, has_others(), counting);
  counts_ = {};
  root_done_.store(false, std::memory_order_relaxed);
  root_->Attach(&caller());
}

absl::Status StrandScheduler::Run() {
  Execute(caller(), root_.get());
  if (!IsDone()) WorkUntilDone();
  root_->Attach(&caller());
  const std::lock_guard lock(mutex_);
  Count(*root_);
  const StrandError& error = root_->error();
  return error.status.ok() ? error.status : Annotate(error.status, error.trace.ToString());
}

void StrandScheduler::End() {
  root_->End();
  caller().heap.CollectCycles();
  if (invocations_until_trim_-- > 0) return;
  invocations_until_trim_ = kInvocationsBetweenTrims - 1;
  root_->Trim();
  const std::lock_guard lock(mutex_);
  for (const auto& strand : strands_) {
    strand->Attach(&caller());
    strand->Trim();
  }
  for (const auto& worker : workers_) {
    worker->heap.Trim();
    worker->pool->Trim();
  }
}

int64_t StrandScheduler::peak_bytes() const {
  int64_t num_bytes = 0;
  for (const auto& worker : workers_) num_bytes += worker->pool->peak_bytes();
  return num_bytes;
}

int64_t StrandScheduler::num_collected() const {
  int64_t num_objects = 0;
  for (const ObjectHeap* heap : heaps) num_objects += heap->num_collected();
  return num_objects;
}

void StrandScheduler::FreeMemory() {
  root_->Attach(&caller());
  root_->FreeMemory();
  const std::lock_guard lock(mutex_);
  for (const auto& strand : strands_) {
    strand->Attach(&caller());
    strand->FreeMemory();
  }
  for (const auto& worker : workers_) {
    worker->heap.Drain();
    worker->heap.FreeMemory();
    worker->pool->FreeCached();
  }
}

// The caller's part. It may be that another worker runs the root.
void StrandScheduler::WorkUntilDone() {
  for (int look = 0; !IsDone(); ++look) {
    if (HasWork()) {
      if (Interpreter* strand = Next(caller())) Execute(caller(), strand);
      look = 0;
    } else if (look < kLooks) {
      Pause(look);
    } else {
      std::unique_lock lock(mutex_);
      caller_sleeps_ = true;
      caller_wakes_.wait(lock, [this] { return CallerHasReason(); });
      caller_sleeps_ = false;
    }
  }
}

// There is one for each thread that was sent for.
Worker& StrandScheduler::EnterWorker() {
  const std::lock_guard lock(mutex_);
  Worker* worker = free_workers_.back();
  free_workers_.pop_back();
  return *worker;
}

void StrandScheduler::WorkUntilIdle() {
  Worker& worker = EnterWorker();
  const MemoryPool::Scope scope(worker.pool.get());
  for (int look = 0;; ++look) {
    if (HasWork()) {
      if (Interpreter* strand = Next(worker)) Execute(worker, strand);
      look = 0;
    } else if (look < kLooks) {
      Pause(look);
    } else {
      // Who queues something later sees that this worker is gone.
      const std::lock_guard lock(mutex_);
      if (HasWork()) continue;
      --num_workers_;
      free_workers_.push_back(&worker);
      return;
    }
  }
}

void StrandScheduler::StartTrace() {
  const int64_t start_ns = TraceBuffer::ClockNs();
  for (size_t i = 0; i < workers_.size(); ++i)
    workers_[i]->trace = std::make_unique<TraceBuffer>(static_cast<int>(i), start_ns);
  num_strands_ = 0;
}

Trace StrandScheduler::TakeTrace() {
  Trace trace;
  trace.num_workers = static_cast<int>(workers_.size());
  for (const auto& worker : workers_) {
    const std::unique_ptr<TraceBuffer> buffer = std::move(worker->trace);
    if (buffer == nullptr) continue;
    trace.events.insert(trace.events.end(), buffer->events().begin(), buffer->events().end());
    trace.num_lost += buffer->num_lost();
  }
  return trace;
}

void StrandScheduler::Queue(FutureHeader* future, const Interpreter* strand) {
  bool send_for_worker = false;
  if (TraceBuffer* trace = strand->trace(); trace != nullptr) [[unlikely]] {
    future->strand = num_strands_.fetch_add(1, std::memory_order_relaxed) + 1;
    const int64_t now_ns = trace->NowNs();
    trace->Add({.kind = TraceEvent::Kind::kFork,
                .begin_ns = now_ns,
                .end_ns = now_ns,
                .strand = strand->number(),
                .other = future->strand});
  }
  future->Remove();
  {
    const std::lock_guard lock(mutex_);
    future->state.store(FutureState::kQueued, std::memory_order_relaxed);
    future->InsertBefore(&queue_);
    num_queued_.fetch_add(1, std::memory_order_relaxed);
    num_others_.fetch_add(1, std::memory_order_relaxed);
    WakeCaller();
    if (num_workers_ < max_workers_) {
      ++num_workers_;
      send_for_worker = true;
    }
  }
  if (send_for_worker) scheduler_->Send(door_);
}

bool StrandScheduler::TakeBack(FutureHeader* future) {
  const std::lock_guard lock(mutex_);
  if (future->state.load(std::memory_order_relaxed) != FutureState::kQueued) return false;
  future->Remove();
  future->previous = future->next = future;
  future->state.store(FutureState::kDeferred, std::memory_order_relaxed);
  num_queued_.fetch_sub(1, std::memory_order_relaxed);
  num_others_.fetch_sub(1, std::memory_order_release);
  WakeCaller();
  return true;
}

bool StrandScheduler::DropShared(Object* object) {
  FutureHeader* future = HeaderOf(object);
  if (TakeBack(future)) return true;
  const FutureState state = future->state.exchange(FutureState::kDropped, std::memory_order_acq_rel);
  if (state != FutureState::kDone) return false;
  future->state.store(FutureState::kDone, std::memory_order_relaxed);
  return true;
}

Interpreter* StrandScheduler::Next(Worker& worker) {
  FutureHeader* future = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.next == &queue_) return nullptr;
    future = static_cast<FutureHeader*>(queue_.next);
    future->Remove();
    future->state.store(FutureState::kRunning, std::memory_order_relaxed);
    num_queued_.fetch_sub(1, std::memory_order_relaxed);
  }
  return Start(future, worker);
}

Interpreter* StrandScheduler::Start(FutureHeader* future, Worker& worker) {
  Interpreter* strand = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (free_strands_.empty()) {
      strands_.push_back(std::make_unique<Interpreter>(program_, &invocation_, this, &worker));
      free_strands_.reserve(strands_.capacity());
      free_strands_.push_back(strands_.back().get());
    }
    strand = free_strands_.back();
    free_strands_.pop_back();
  }
  strand->Attach(&worker);
  strand->BeginForked(future);
  return strand;
}

void StrandScheduler::Execute(Worker& worker, Interpreter* strand) {
  num_busy_.fetch_add(1, std::memory_order_relaxed);
  while (strand != nullptr) {
    strand->Attach(&worker);
    const int64_t begin_ns = worker.trace == nullptr ? 0 : worker.trace->NowNs();
    const StrandOutcome outcome = strand->Continue();
    if (worker.trace != nullptr) [[unlikely]]
      strand->TraceRun(begin_ns);
    strand = outcome == StrandOutcome::kSuspended ? Suspend(strand, worker) : Finish(strand, worker);
  }
  num_busy_.fetch_sub(1, std::memory_order_relaxed);
}

// Gives what to run next: the strand itself when what it waits for is done already, null when whoever does
// that goes on with it.
Interpreter* StrandScheduler::Suspend(Interpreter* strand, Worker& worker) {
  FutureHeader* future = strand->awaited();
  future->waiter = strand;
  // Only a strand that fails waits for a future that is in the queue, or was when it looked.
  bool is_queued = false;
  {
    const std::lock_guard lock(mutex_);
    is_queued = future->state.load(std::memory_order_relaxed) == FutureState::kQueued;
    if (is_queued) {
      future->Remove();
      future->state.store(FutureState::kAwaited, std::memory_order_relaxed);
      num_queued_.fetch_sub(1, std::memory_order_relaxed);
    }
  }
  if (is_queued) return Start(future, worker);
  FutureState state = FutureState::kRunning;
  if (future->state.compare_exchange_strong(state, FutureState::kAwaited, std::memory_order_acq_rel))
    return nullptr;
  return strand;
}

// Gives the strand that waited for it, or null.
Interpreter* StrandScheduler::Finish(Interpreter* strand, Worker& worker) {
  if (strand == root_.get()) {
    // Nobody wants what may still be running.
    invocation_.Stop();
    const std::lock_guard lock(mutex_);
    root_done_.store(true, std::memory_order_release);
    WakeCaller();
    return nullptr;
  }
  FutureHeader* future = strand->forked_by();
  TakeOutcome(strand, future);
  {
    const std::lock_guard lock(mutex_);
    Count(*strand);
    ++counts_.shared_forks;
    free_strands_.push_back(strand);
  }
  const FutureState state = future->state.exchange(FutureState::kDone, std::memory_order_acq_rel);
  Interpreter* waiter = state == FutureState::kAwaited ? future->waiter : nullptr;
  if (state == FutureState::kDropped) worker.heap.DestroyDropped(future->object());
  const std::lock_guard lock(mutex_);
  num_others_.fetch_sub(1, std::memory_order_release);
  WakeCaller();
  return waiter;
}

// Nothing of the strand is left when others see that the future is done: counts of references need not be
// atomic for what it made.
void StrandScheduler::TakeOutcome(Interpreter* strand, FutureHeader* future) {
  if (strand->error().status.ok()) {
    std::copy_n(strand->results(), future->function->source->result_kinds.size(), future->values());
    strand->ForgetResults();
  } else {
    future->error = new StrandError(strand->error());
  }
  strand->End();
}

void StrandScheduler::Count(const Interpreter& strand) {
  counts_.instructions += strand.instructions();
  counts_.kernel_calls += strand.kernel_calls();
  counts_.forks += strand.num_forks();
}

}  // namespace baton
