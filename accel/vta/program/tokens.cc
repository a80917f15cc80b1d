#include "accel/vta/program/tokens.h"

#include <algorithm>
#include <array>

namespace baton::vta {
namespace {

// An instruction knows that its neighbours are past all that stands before the one kMaxAhead before it in
// its queue. Of the tokens outstanding when one is pushed, then, less than kMaxAhead were pushed since what
// the pusher knows to be over, and less than kMaxAhead before: their poppers are as many instructions of one
// queue. Programs with few buffers hardly come near.
constexpr size_t kMaxAhead = 100;
constexpr uint32_t kMaxTokens = 255;  // section 7: upstream's RTL loses more
static_assert(2 * kMaxAhead <= kMaxTokens);
constexpr int kNone = -1;

// Queues by number: load, compute, store.
using QueueNumber = size_t;

constexpr QueueNumber kLoad = static_cast<QueueNumber>(Queue::kLoad);
constexpr QueueNumber kCompute = static_cast<QueueNumber>(Queue::kCompute);
constexpr QueueNumber kStore = static_cast<QueueNumber>(Queue::kStore);

void SetPush(Instruction& instruction, QueueNumber from, QueueNumber to) {
  std::visit([&](auto& fields) { (to > from ? fields.push_next : fields.push_prev) = true; }, instruction);
}

void SetPop(Instruction& instruction, QueueNumber from, QueueNumber to) {
  std::visit([&](auto& fields) { (from < to ? fields.pop_prev : fields.pop_next) = true; }, instruction);
}

bool AreNeighbours(QueueNumber a, QueueNumber b) {
  return a + 1 == b || b + 1 == a;
}

QueueNumber QueueIndex(const ScheduledInstruction& scheduled) {
  return static_cast<QueueNumber>(QueueOf(scheduled.instruction));
}

// The instruction that each element of a scratchpad was last written and read by.
class LastAccesses {
 public:
  explicit LastAccesses(const Config& config) {
    const uint32_t depths[kNumSharedMemories] = {config.inp_depth(), config.wgt_depth(), config.out_depth()};
    for (int i = 0; i < kNumSharedMemories; ++i) last_[i].assign(depths[i], {kNone, kNone});
  }

  // The newest of another queue that must be complete before `index`, of `queue`, may do `access`: writers,
  // and before a write readers. Writer and reader of a shared memory are different queues.
  int NewestConflict(const Access& access) const {
    int newest = kNone;
    const auto& elements = last_[static_cast<int>(access.memory)];
    for (uint32_t i = access.begin; i < access.end; ++i) {
      newest = std::max(newest, access.is_write ? elements[i].reader : elements[i].writer);
    }
    return newest;
  }

  void Record(const Access& access, int index) {
    auto& elements = last_[static_cast<int>(access.memory)];
    for (uint32_t i = access.begin; i < access.end; ++i) {
      (access.is_write ? elements[i].writer : elements[i].reader) = index;
    }
  }

 private:
  struct Element {
    int writer, reader;
  };
  std::array<std::vector<Element>, kNumSharedMemories> last_;
};

// Goes through the program in its order, knowing what each queue knows of the others.
class TokenPass {
 public:
  TokenPass(const Config& config, std::vector<ScheduledInstruction>& program)
      : program_(program), last_(config) {
    for (auto& row : known_) row.fill(kNone);
  }

  void Add(int index) {
    Needs needs = NoNeeds();
    for (const Access& access : program_[index].accesses) Need(needs, last_.NewestConflict(access));
    for (const Access& access : program_[index].accesses) last_.Record(access, index);
    const QueueNumber queue = QueueIndex(program_[index]);
    Throttle(queue, needs);
    WaitFor(index, needs);
    members_[queue].push_back(index);
  }

  // Makes `index`, of the compute queue, wait for everything that load and store do.
  void WaitForOthers(int index) {
    Needs needs = NoNeeds();
    for (const QueueNumber queue : {kLoad, kStore}) {
      if (!members_[queue].empty()) Need(needs, members_[queue].back());
    }
    WaitFor(index, needs);
  }

  // Whether load or store may be at work when the compute queue has come to its end.
  bool AreOthersBusy() const {
    return std::any_of(std::begin(kOthers), std::end(kOthers), [this](QueueNumber queue) {
      return !members_[queue].empty() && members_[queue].back() > known_[queue][kCompute];
    });
  }

 private:
  static constexpr QueueNumber kOthers[] = {kLoad, kStore};
  using Needs = std::array<int, kNumQueues>;  // the newest instruction of each queue to wait for

  static Needs NoNeeds() {
    Needs needs;
    needs.fill(kNone);
    return needs;
  }

  void Need(Needs& needs, int earlier) const {
    if (earlier == kNone) return;
    int& newest = needs[QueueIndex(program_[earlier])];
    newest = std::max(newest, earlier);
  }

  // Each neighbour must be past what it had to do kMaxAhead instructions of this queue ago.
  void Throttle(QueueNumber queue, Needs& needs) const {
    const std::vector<int>& own = members_[queue];
    if (own.size() < kMaxAhead) return;
    const int old = own[own.size() - kMaxAhead];
    for (QueueNumber other = 0; other < kNumQueues; ++other) {
      if (!AreNeighbours(queue, other)) continue;
      const std::vector<int>& theirs = members_[other];
      const auto first_newer = std::lower_bound(theirs.begin(), theirs.end(), old);
      if (first_newer != theirs.begin()) Need(needs, *(first_newer - 1));
    }
  }

  void WaitFor(int index, const Needs& needs) {
    const QueueNumber to = QueueIndex(program_[index]);
    for (QueueNumber from = 0; from < kNumQueues; ++from) {
      if (from == to || needs[from] <= known_[from][to]) continue;
      SetPush(program_[needs[from]].instruction, from, to);
      SetPop(program_[index].instruction, from, to);
      known_[from][to] = needs[from];
    }
  }

  std::vector<ScheduledInstruction>& program_;
  LastAccesses last_;
  std::array<std::vector<int>, kNumQueues> members_;
  // The newest instruction of queue [from] that queue [to] has waited for.
  std::array<std::array<int, kNumQueues>, kNumQueues> known_;
};

struct TokenEnds {
  QueueNumber from, to;
};
constexpr TokenEnds kEnds[kNumTokenQueues] = {
    {kLoad, kCompute}, {kCompute, kLoad}, {kCompute, kStore}, {kStore, kCompute}};

bool Pushes(const Instruction& instruction, TokenEnds ends) {
  const TokenBits bits = TokensOf(instruction);
  return static_cast<QueueNumber>(QueueOf(instruction)) == ends.from &&
         (ends.to > ends.from ? bits.push_next : bits.push_prev);
}

bool Pops(const Instruction& instruction, TokenEnds ends) {
  const TokenBits bits = TokensOf(instruction);
  return static_cast<QueueNumber>(QueueOf(instruction)) == ends.to &&
         (ends.from < ends.to ? bits.pop_prev : bits.pop_next);
}

// Of the tokens that `ends.from` pushes, how many are there at most. When it pushes, it knows that its
// neighbour has come to where it gave the last token that `ends.from` has popped.
uint32_t MostTokensIn(const std::vector<ScheduledInstruction>& program, TokenEnds ends) {
  const TokenEnds back = {ends.to, ends.from};
  std::vector<uint32_t> pops_at_push;  // pops of `ends` that are over when the back token is given
  uint32_t pushes = 0, pops = 0, back_pops = 0, most = 0;
  for (const ScheduledInstruction& scheduled : program) {
    pops += Pops(scheduled.instruction, ends);
    if (Pushes(scheduled.instruction, back)) pops_at_push.push_back(pops);
    back_pops += Pops(scheduled.instruction, back);
    if (!Pushes(scheduled.instruction, ends)) continue;
    ++pushes;
    most = std::max(most, pushes - (back_pops == 0 ? 0 : pops_at_push[back_pops - 1]));
  }
  return most;
}

}  // namespace

void AddTokens(const Config& config, std::vector<ScheduledInstruction>& program) {
  TokenPass pass(config, program);
  for (int i = 0; i < static_cast<int>(program.size()); ++i) pass.Add(i);
  if (pass.AreOthersBusy()) {
    program.push_back({MemoryInstruction{}, {}});  // LOAD UOP of nothing: the compute queue's NOP
    pass.WaitForOthers(static_cast<int>(program.size()) - 1);
  }
  FinishInstruction finish;
  finish.opcode = static_cast<uint32_t>(Opcode::kFinish);
  program.push_back({finish, {}});
}

std::vector<uint32_t> MostTokens(const std::vector<ScheduledInstruction>& program) {
  std::vector<uint32_t> most;
  for (const TokenEnds& ends : kEnds) most.push_back(MostTokensIn(program, ends));
  return most;
}

}  // namespace baton::vta
