#include "tests/support/vta_token_planner.h"

#include <algorithm>
#include <utility>

namespace baton::vta::test {
namespace {

constexpr uint32_t kMaxTokens = 200;  // in one queue: within the portable 255

// The stages are in a row: load, compute, store.
bool IsBefore(Queue a, Queue b) {
  return static_cast<int>(a) < static_cast<int>(b);
}

bool& PushBit(Instruction& instruction, bool to_next) {
  return std::visit([&](auto& fields) -> bool& { return to_next ? fields.push_next : fields.push_prev; },
                    instruction);
}

Instruction Noop(Queue queue) {
  MemoryInstruction noop;
  noop.opcode = static_cast<uint32_t>(queue == Queue::kStore ? Opcode::kStore : Opcode::kLoad);
  noop.memory_type = static_cast<uint32_t>(queue == Queue::kLoad ? MemoryType::kInp : MemoryType::kUop);
  return noop;
}

const std::vector<Queue>& Neighbours(Queue queue) {
  static const auto& compute = *new std::vector<Queue>{Queue::kLoad, Queue::kStore};
  static const auto& other = *new std::vector<Queue>{Queue::kCompute};
  return queue == Queue::kCompute ? compute : other;
}

}  // namespace

void TokenPlanner::Push(Queue producer, Queue consumer, uint32_t position) {
  PushBit(program_[of_queue_[Index(producer)][position - 1]], IsBefore(producer, consumer)) = true;
  tokens_[Index(producer)][Index(consumer)].push_back(position);
  last_push_[Index(producer)][Index(consumer)] = position;
}

// The instruction that is being made pops a token. A bit that it has already goes to one that does nothing.
void TokenPlanner::Pop(Pending& pending, Queue producer) {
  bool TokenBits::*bit = IsBefore(producer, pending.queue) ? &TokenBits::pop_prev : &TokenBits::pop_next;
  if (pending.bits.*bit) Emit(Noop(pending.queue), pending);
  pending.bits.*bit = true;
  auto& tokens = tokens_[Index(producer)][Index(pending.queue)];
  const Progress& clock = clocks_[Index(producer)][tokens.front() - 1];
  tokens.pop_front();
  Progress& known = known_[Index(pending.queue)];
  for (int i = 0; i < kNumQueues; ++i) known[i] = std::max(known[i], clock[i]);
}

void TokenPlanner::Await(Pending& pending, Queue producer, uint32_t count) {
  while (known_[Index(pending.queue)][Index(producer)] < count) {
    if (tokens_[Index(producer)][Index(pending.queue)].empty()) {
      const uint32_t first = std::max(count, last_push_[Index(producer)][Index(pending.queue)] + 1);
      const uint32_t choices = this->count(producer) - first + 1;
      Push(producer, pending.queue, first + random_() % choices);
    }
    Pop(pending, producer);
  }
}

void TokenPlanner::Emit(Instruction instruction, Pending& pending) {
  std::visit(
      [&](auto& fields) {
        fields.pop_prev = pending.bits.pop_prev;
        fields.pop_next = pending.bits.pop_next;
      },
      instruction);
  const int q = Index(pending.queue);
  of_queue_[q].push_back(static_cast<uint32_t>(program_.size()));
  program_.push_back(std::move(instruction));
  ++known_[q][q];
  clocks_[q].push_back(known_[q]);
  pending.bits = {};
}

uint32_t TokenPlanner::Append(const Instruction& instruction, const Progress& after) {
  Pending pending{QueueOf(instruction)};
  for (Queue producer : Neighbours(pending.queue)) {
    Await(pending, producer, after[Index(producer)]);
    if (!tokens_[Index(producer)][Index(pending.queue)].empty() && Chance(extra_tokens_)) {
      Pop(pending, producer);
    }
  }
  const Queue queue = pending.queue;
  Emit(instruction, pending);
  const uint32_t position = count(queue);
  for (Queue consumer : Neighbours(queue)) {
    if (tokens_[Index(queue)][Index(consumer)].size() < kMaxTokens && Chance(extra_tokens_)) {
      Push(queue, consumer, position);
    }
  }
  return position;
}

void TokenPlanner::AppendNoop(Queue queue) {
  (void)Append(Noop(queue), {});
}

std::vector<Instruction> TokenPlanner::Finish() && {
  extra_tokens_ = 0;
  for (Queue queue : {Queue::kLoad, Queue::kStore}) {
    Pending pending{queue};
    while (!tokens_[Index(Queue::kCompute)][Index(queue)].empty()) Pop(pending, Queue::kCompute);
    if (pending.bits.pop_prev || pending.bits.pop_next) Emit(Noop(queue), pending);
  }
  Pending pending{Queue::kCompute};
  for (Queue queue : {Queue::kLoad, Queue::kStore}) {
    Await(pending, queue, count(queue));
    while (!tokens_[Index(queue)][Index(Queue::kCompute)].empty()) Pop(pending, queue);
  }
  FinishInstruction finish;
  finish.opcode = static_cast<uint32_t>(Opcode::kFinish);
  Emit(finish, pending);
  return std::move(program_);
}

}  // namespace baton::vta::test
