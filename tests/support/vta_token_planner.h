// Builds a program whose instructions are ordered by tokens: it is told what must be complete before an
// instruction starts, and sets the bits. Tokens are also pushed and popped where nothing needs them.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "accel/vta/isa.h"

namespace baton::vta::test {

// How many instructions of each queue.
using Progress = std::array<uint32_t, kNumQueues>;

class TokenPlanner {
 public:
  // `extra_tokens`: the share of instructions that push or pop a token without need.
  TokenPlanner(uint32_t seed, double extra_tokens) : random_(seed), extra_tokens_(extra_tokens) {}

  // Appends an instruction without tokens, which starts when `after` of each queue are complete. Returns its
  // place in its queue, from 1. REQUIRES: load needs nothing of store, nor store of load.
  uint32_t Append(const Instruction& instruction, const Progress& after);
  // An instruction that does nothing.
  void AppendNoop(Queue queue);
  // FINISH after all others, and no token left.
  std::vector<Instruction> Finish() &&;

  uint32_t count(Queue queue) const { return static_cast<uint32_t>(of_queue_[Index(queue)].size()); }

 private:
  static int Index(Queue queue) { return static_cast<int>(queue); }
  struct Pending {
    Queue queue;
    TokenBits bits{};
  };

  void Emit(Instruction instruction, Pending& pending);
  void Await(Pending& pending, Queue producer, uint32_t count);
  void Pop(Pending& pending, Queue producer);
  void Push(Queue producer, Queue consumer, uint32_t position);
  bool Chance(double share) { return random_() < share * 4294967296.0; }

  std::mt19937 random_;
  double extra_tokens_;
  std::vector<Instruction> program_;
  std::array<std::vector<uint32_t>, kNumQueues> of_queue_;  // indices into program_
  std::array<std::vector<Progress>, kNumQueues> clocks_;    // what is complete when each one is
  std::array<Progress, kNumQueues> known_{};                // to the next instruction of each queue
  std::array<std::array<std::deque<uint32_t>, kNumQueues>, kNumQueues>
      tokens_;                                                            // [producer][consumer]: by whom
  std::array<std::array<uint32_t, kNumQueues>, kNumQueues> last_push_{};  // place in the producer's queue
};

}  // namespace baton::vta::test
