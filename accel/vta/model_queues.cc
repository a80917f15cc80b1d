#include "accel/vta/model_queues.h"

#include <algorithm>
#include <utility>

namespace baton::vta {
namespace {

// Section 7: what the bits mean to each queue.
struct TokenUse {
  Queue queue;
  bool TokenBits::*bit;
  TokenQueue tokens;
};
constexpr TokenUse kPops[] = {
    {Queue::kLoad, &TokenBits::pop_next, TokenQueue::kComputeToLoad},
    {Queue::kCompute, &TokenBits::pop_prev, TokenQueue::kLoadToCompute},
    {Queue::kCompute, &TokenBits::pop_next, TokenQueue::kStoreToCompute},
    {Queue::kStore, &TokenBits::pop_prev, TokenQueue::kComputeToStore},
};
constexpr TokenUse kPushes[] = {
    {Queue::kLoad, &TokenBits::push_next, TokenQueue::kLoadToCompute},
    {Queue::kCompute, &TokenBits::push_prev, TokenQueue::kComputeToLoad},
    {Queue::kCompute, &TokenBits::push_next, TokenQueue::kComputeToStore},
    {Queue::kStore, &TokenBits::push_prev, TokenQueue::kStoreToCompute},
};

constexpr Queue kQueues[] = {Queue::kLoad, Queue::kCompute, Queue::kStore};

template <typename Table>
std::vector<TokenQueue> Uses(const Table& table, Queue queue, const TokenBits& bits) {
  std::vector<TokenQueue> result;
  for (const TokenUse& use : table) {
    if (use.queue == queue && bits.*use.bit) result.push_back(use.tokens);
  }
  return result;
}

}  // namespace

std::vector<TokenQueue> Pops(Queue queue, const TokenBits& bits) {
  return Uses(kPops, queue, bits);
}

std::vector<TokenQueue> Pushes(Queue queue, const TokenBits& bits) {
  return Uses(kPushes, queue, bits);
}

ModelQueues::ModelQueues(std::vector<Entry> program, uint32_t depth, uint64_t seed)
    : program_(std::move(program)),
      depth_(depth),
      is_random_(seed != 0),
      random_(seed),
      keep_((uint64_t{1} << (2 * (seed % 4))) - 1) {
  for (const Entry& entry : program_) ++totals_[static_cast<int>(entry.queue)];
  for (Queue queue : kQueues) Advance(queue);
}

// Moves the queue's head to its next instruction.
void ModelQueues::Advance(Queue queue) {
  uint32_t& next = next_[static_cast<int>(queue)];
  while (next < program_.size() && program_[next].queue != queue) ++next;
}

// Fetch gives instructions out in the program's order, and waits before a queue that is full.
void ModelQueues::Dispatch() {
  while (dispatched_ < program_.size()) {
    uint32_t& count = in_queue_[static_cast<int>(program_[dispatched_].queue)];
    if (depth_ != 0 && count == depth_) return;
    ++count;
    ++dispatched_;
  }
}

std::optional<uint32_t> ModelQueues::Head(Queue queue) const {
  const uint32_t next = next_[static_cast<int>(queue)];
  if (next >= dispatched_) return std::nullopt;
  return next;
}

std::vector<TokenQueue> ModelQueues::Missing(Queue queue, uint32_t index) const {
  std::vector<TokenQueue> missing = Pops(queue, program_[index].tokens);
  const auto is_there = [&](TokenQueue tokens) { return this->tokens(tokens) > 0; };
  missing.erase(std::remove_if(missing.begin(), missing.end(), is_there), missing.end());
  return missing;
}

std::optional<Queue> ModelQueues::Choose(const std::vector<Queue>& runnable) {
  if (runnable.empty()) return std::nullopt;
  if (!is_random_) {
    return *std::min_element(runnable.begin(), runnable.end(), [&](Queue a, Queue b) {
      return next_[static_cast<int>(a)] < next_[static_cast<int>(b)];
    });
  }
  if (random_() % (keep_ + 1) == 0) std::shuffle(preference_.begin(), preference_.end(), random_);
  return *std::find_first_of(preference_.begin(), preference_.end(), runnable.begin(), runnable.end());
}

std::optional<uint32_t> ModelQueues::Start() {
  Dispatch();
  std::vector<Queue> runnable;
  for (Queue queue : kQueues) {
    const auto head = Head(queue);
    if (head.has_value() && Missing(queue, *head).empty()) runnable.push_back(queue);
  }
  const auto queue = Choose(runnable);
  if (!queue.has_value()) return std::nullopt;
  const uint32_t index = *Head(*queue);
  Progress& known = known_[static_cast<int>(*queue)];
  for (TokenQueue pop : Pops(*queue, program_[index].tokens)) {
    auto& tokens = tokens_[static_cast<int>(pop)];
    for (int i = 0; i < kNumQueues; ++i) known[i] = std::max(known[i], tokens.front()[i]);
    tokens.pop_front();
  }
  return index;
}

std::optional<TokenQueue> ModelQueues::Complete(uint32_t index, uint64_t max_tokens) {
  const Queue queue = program_[index].queue;
  const int q = static_cast<int>(queue);
  ++known_[q][q];
  --in_queue_[q];
  ++next_[q];
  Advance(queue);
  std::optional<TokenQueue> overflow;
  for (TokenQueue push : Pushes(queue, program_[index].tokens)) {
    auto& tokens = tokens_[static_cast<int>(push)];
    tokens.push_back(known_[q]);
    uint64_t& most = max_tokens_[static_cast<int>(push)];
    most = std::max<uint64_t>(most, tokens.size());
    if (tokens.size() > max_tokens) overflow = push;
  }
  return overflow;
}

std::vector<WaitingQueue> ModelQueues::Waiting() const {
  std::vector<WaitingQueue> waiting;
  for (Queue queue : kQueues) {
    if (const auto head = Head(queue)) waiting.push_back({queue, Missing(queue, *head), *head, Word{}});
  }
  return waiting;
}

}  // namespace baton::vta
