// The three queues of a model chip and the tokens between them: who may go on, and what is known to be
// complete when it does. Knows nothing of what instructions do.
//
// A token queue has one producer and one consumer, both in order, so the k-th pop always takes the token of
// the k-th push: which instructions are ordered before which does not depend on the schedule.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <vector>

#include "accel/vta/chip.h"
#include "accel/vta/isa.h"

namespace baton::vta {

// How many instructions of each queue are complete.
using Progress = std::array<uint64_t, kNumQueues>;

// The token queues that an instruction pops before it starts and pushes when it is complete. Bits that its
// queue has no use for are left out.
std::vector<TokenQueue> Pops(Queue queue, const TokenBits& bits);
std::vector<TokenQueue> Pushes(Queue queue, const TokenBits& bits);

class ModelQueues {
 public:
  struct Entry {
    Queue queue;
    TokenBits tokens;
  };
  // `depth`: instructions that a queue holds; 0: any number. `seed`: ModelOptions::seed.
  ModelQueues(std::vector<Entry> program, uint32_t depth, uint64_t seed);

  // The instruction that runs next, if there is one. Takes its tokens.
  std::optional<uint32_t> Start();
  // It is complete. Returns the token queue that now holds more than `max_tokens`, if one does.
  std::optional<TokenQueue> Complete(uint32_t index, uint64_t max_tokens);

  // Instructions that are ordered before the next of compute, whatever the schedule.
  const Progress& known_to_compute() const { return known_[static_cast<int>(Queue::kCompute)]; }
  // Of each queue in the whole program.
  const Progress& totals() const { return totals_; }
  uint64_t tokens(TokenQueue queue) const { return tokens_[static_cast<int>(queue)].size(); }
  uint64_t max_tokens(TokenQueue queue) const { return max_tokens_[static_cast<int>(queue)]; }
  // What the queues wait for that have not come to their end; index and tokens only.
  std::vector<WaitingQueue> Waiting() const;

 private:
  std::optional<uint32_t> Head(Queue queue) const;
  std::vector<TokenQueue> Missing(Queue queue, uint32_t index) const;
  void Dispatch();
  void Advance(Queue queue);
  std::optional<Queue> Choose(const std::vector<Queue>& runnable);

  std::vector<Entry> program_;
  uint32_t depth_;
  uint32_t dispatched_ = 0;                      // instructions that fetch has given to the queues
  std::array<uint32_t, kNumQueues> next_{};      // the head of each queue, when dispatched
  std::array<uint32_t, kNumQueues> in_queue_{};  // dispatched and not complete
  Progress totals_{};
  std::array<Progress, kNumQueues>
      known_{};  // what is complete whenever the queue's last instruction started
  std::array<std::deque<Progress>, kNumTokenQueues> tokens_;  // what was known to the instruction that pushed
  std::array<uint64_t, kNumTokenQueues> max_tokens_{};

  bool is_random_;
  std::mt19937_64 random_;
  uint64_t keep_;  // how many choices out of keep_ + 1 leave preference_ as it is, on average
  std::array<Queue, kNumQueues> preference_{Queue::kLoad, Queue::kCompute, Queue::kStore};
};

}  // namespace baton::vta
