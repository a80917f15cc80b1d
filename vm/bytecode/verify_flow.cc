// Definite assignment and arena depth, of register code and of stack code, whose locals take the part of
// registers. One pass over the reachable blocks finds the depth, checks what a
// block decides by itself, and notes what it reads from and leaves to others. Assignment between blocks is
// then solved for 64 registers at a time, which needs no memory for (blocks x registers) however hostile the
// code.
#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/bytecode/verify_function.h"
#include "vm/core/status.h"

namespace baton {
namespace {

constexpr int32_t kUnvisited = -1;
constexpr int kGroup = 64;  // registers that are solved together

// What a block says about a register to other blocks.
enum class FactKind : uint8_t {
  kReads,      // before the block assigns it
  kAssigns,    // is assigned when the block ends
  kUnassigns,  // was given up by a last use when the block ends
};

struct Fact {
  uint16_t number;
  FactKind kind;
  uint32_t block;
  uint32_t place;  // kReads: of the instruction
  int group() const { return number / kGroup; }
  uint64_t bit() const { return uint64_t{1} << (number % kGroup); }
};

struct Block {
  uint32_t begin = 0, end = 0;  // places
  int32_t depth = kUnvisited;   // of arenas, on entry
  int num_successors = 0;
  uint32_t successors[2] = {};

  // Of the registers that are being solved, by bit: may be unassigned on entry; assigned, unassigned at the
  // end.
  uint64_t unassigned = 0, assigns = 0, unassigns = 0;
  bool queued = false;
};

class FlowChecker {
 public:
  FlowChecker(const Executable& executable, int function, Dispatch dispatch, const CodeMap& map,
              int64_t* visits_left)
      : executable_(executable),
        index_(function),
        function_(executable.functions[function]),
        view_(function_, dispatch),
        visits_left_(visits_left) {
    FindBlocks(map);
  }

  absl::Status Run();

 private:
  // A register within the block that is being scanned.
  enum class State : uint8_t { kUntouched, kRead, kAssigned, kUnassigned };

  void FindBlocks(const CodeMap& map);
  absl::Status ScanBlock(uint32_t block);
  absl::Status CheckArena(int32_t* depth) const;
  absl::Status ReadSlots(uint32_t block);
  absl::Status Read(uint32_t block, const Operand& operand, uint16_t unit);
  void WriteSlots();
  void Set(uint16_t number, State state);
  void NoteFacts(uint32_t block);
  absl::Status Follow(uint32_t block, int32_t depth);
  absl::Status Enter(uint32_t block, int32_t depth);
  absl::Status SolveGroups();
  absl::StatusOr<const Fact*> SolveGroup(absl::Span<const Fact> facts);
  absl::Status Spread();

  absl::Status Decode(uint32_t place, size_t* length);
  const OpcodeInfo& info() const { return GetOpcode(instruction_.opcode); }
  template <typename... Parts>
  absl::Status Fail(const Parts&... parts) const {
    return absl::DataLossError(absl::StrCat(PlaceLabel(executable_, index_, view_.dispatch(), place_), " ",
                                            info().name, ": ", parts...));
  }

  const Executable& executable_;
  const int index_;
  const Function& function_;
  const CodeView view_;
  int64_t* visits_left_;
  std::vector<Block> blocks_;
  std::vector<uint32_t> block_of_;   // by place, for block starts
  std::vector<uint32_t> pending_;    // blocks to scan
  std::vector<uint32_t> reachable_;  // in code order, once all are scanned
  std::vector<Fact> facts_;

  Instruction instruction_;  // at place_
  uint32_t place_ = 0;
  std::vector<State> states_;      // by register
  std::vector<uint16_t> touched_;  // registers whose state is not kUntouched
};

void FlowChecker::FindBlocks(const CodeMap& map) {
  const uint32_t size = static_cast<uint32_t>(map.leaders.size());
  block_of_.assign(size, 0);
  for (uint32_t place = 0; place < size; ++place) {
    if (!map.leaders[place]) continue;
    if (!blocks_.empty()) blocks_.back().end = place;
    block_of_[place] = static_cast<uint32_t>(blocks_.size());
    blocks_.push_back({place, size});
  }
}

absl::Status FlowChecker::Decode(uint32_t place, size_t* length) {
  place_ = place;
  return view_.Decode(place, &instruction_, length);
}

absl::Status FlowChecker::Run() {
  states_.assign(view_.num_slots(), State::kUntouched);
  BATON_RETURN_IF_ERROR(Enter(0, 0));
  while (!pending_.empty()) {
    const uint32_t block = pending_.back();
    pending_.pop_back();
    reachable_.push_back(block);
    BATON_RETURN_IF_ERROR(ScanBlock(block));
  }
  return SolveGroups();
}

absl::Status FlowChecker::ScanBlock(uint32_t block) {
  int32_t depth = blocks_[block].depth;
  size_t length = 0;
  for (size_t place = blocks_[block].begin; place < blocks_[block].end; place += length) {
    BATON_RETURN_IF_ERROR(Decode(static_cast<uint32_t>(place), &length));
    BATON_RETURN_IF_ERROR(CheckArena(&depth));
    BATON_RETURN_IF_ERROR(ReadSlots(block));
    WriteSlots();
  }
  NoteFacts(block);
  return Follow(block, depth);
}

absl::Status FlowChecker::CheckArena(int32_t* depth) const {
  switch (instruction_.opcode) {
    case Opcode::kEnterArena:
      ++*depth;
      return absl::OkStatus();
    case Opcode::kLeaveArena:
    case Opcode::kAllocInArena:
      if (*depth == 0) return Fail("no arena is open here");
      if (instruction_.opcode == Opcode::kLeaveArena) --*depth;
      return absl::OkStatus();
    case Opcode::kReturn:
    case Opcode::kTailCall:
    case Opcode::kTailCallClosure:
      if (*depth != 0) return Fail("returns with open arenas: ", *depth);
      return absl::OkStatus();
    default:
      return absl::OkStatus();
  }
}

absl::Status FlowChecker::ReadSlots(uint32_t block) {
  for (int i = 0; i < info().num_operands; ++i) {
    const Operand& operand = info().operands[i];
    const OperandValue& value = instruction_.operands[i];
    if (operand.kind == OperandKind::kUseLocal || operand.kind == OperandKind::kUseWideLocal) {
      const bool takes =
          instruction_.opcode == Opcode::kLocalTake || instruction_.opcode == Opcode::kLocalTakeWide;
      BATON_RETURN_IF_ERROR(
          Read(block, operand, static_cast<uint16_t>(value.number | (takes ? kLastUse : 0))));
    } else if (view_.dispatch() == Dispatch::kStack) {
      continue;
    } else if (operand.kind == OperandKind::kUse) {
      // Release gives up its register whether or not it is marked.
      const bool last = value.last_use || instruction_.opcode == Opcode::kRelease;
      BATON_RETURN_IF_ERROR(
          Read(block, operand, static_cast<uint16_t>(value.number | (last ? kLastUse : 0))));
    } else if (IsUseList(operand.kind)) {
      for (const uint16_t unit : value.list) BATON_RETURN_IF_ERROR(Read(block, operand, unit));
    }
  }
  return absl::OkStatus();
}

absl::Status FlowChecker::Read(uint32_t block, const Operand& operand, uint16_t unit) {
  const uint16_t number = ReadRegister(&unit);
  if (states_[number] == State::kUnassigned) {
    return Fail("operand '", operand.name, "' reads ", view_.slot_prefix(), number, " after its last use");
  }
  if (states_[number] == State::kUntouched) {
    facts_.push_back({number, FactKind::kReads, block, place_});
    Set(number, State::kRead);
  }
  if (IsLastUse(unit)) Set(number, State::kUnassigned);
  return absl::OkStatus();
}

void FlowChecker::WriteSlots() {
  for (int i = 0; i < info().num_operands; ++i) {
    const OperandValue& value = instruction_.operands[i];
    const OperandKind kind = info().operands[i].kind;
    const bool is_local = kind == OperandKind::kDefLocal || kind == OperandKind::kDefWideLocal;
    if (!is_local && view_.dispatch() == Dispatch::kStack) continue;
    if (is_local || kind == OperandKind::kDef) {
      Set(static_cast<uint16_t>(value.number), State::kAssigned);
    } else if (kind == OperandKind::kDefs) {
      for (const uint16_t number : value.list) Set(number, State::kAssigned);
    }
  }
}

void FlowChecker::Set(uint16_t number, State state) {
  if (states_[number] == State::kUntouched) touched_.push_back(number);
  states_[number] = state;
}

void FlowChecker::NoteFacts(uint32_t block) {
  for (const uint16_t number : touched_) {
    const State state = std::exchange(states_[number], State::kUntouched);
    if (state == State::kAssigned) facts_.push_back({number, FactKind::kAssigns, block, 0});
    if (state == State::kUnassigned) facts_.push_back({number, FactKind::kUnassigns, block, 0});
  }
  touched_.clear();
}

// Visits the successors of `block`, whose last instruction is instruction_.
absl::Status FlowChecker::Follow(uint32_t block, int32_t depth) {
  Block& from = blocks_[block];
  const Flow flow = info().flow;
  if (flow == Flow::kReturn || flow == Flow::kRaise) return absl::OkStatus();
  if (flow == Flow::kJump || flow == Flow::kBranch) {
    for (int i = 0; i < info().num_operands; ++i) {
      if (info().operands[i].kind != OperandKind::kLabel) continue;
      from.successors[from.num_successors++] = block_of_[instruction_.operands[i].number];
    }
  }
  if (flow != Flow::kJump) from.successors[from.num_successors++] = block + 1;
  for (int i = 0; i < from.num_successors; ++i) BATON_RETURN_IF_ERROR(Enter(from.successors[i], depth));
  return absl::OkStatus();
}

absl::Status FlowChecker::Enter(uint32_t block, int32_t depth) {
  Block& to = blocks_[block];
  if (to.depth == kUnvisited) {
    to.depth = depth;
    pending_.push_back(block);
  } else if (to.depth != depth) {
    return Fail("continues at ", to.begin, " with ", depth, " open arenas, another path with ", to.depth);
  }
  return absl::OkStatus();
}

absl::Status FlowChecker::SolveGroups() {
  std::sort(facts_.begin(), facts_.end(), [](const Fact& a, const Fact& b) {
    return std::make_tuple(a.group(), a.block, a.number, a.kind) <
           std::make_tuple(b.group(), b.block, b.number, b.kind);
  });
  // Code order is close to execution order, in which few rounds suffice.
  std::sort(reachable_.begin(), reachable_.end());
  const Fact* first = nullptr;
  for (size_t begin = 0, end = 0; begin < facts_.size(); begin = end) {
    while (end < facts_.size() && facts_[end].group() == facts_[begin].group()) ++end;
    BATON_ASSIGN_OR_RETURN(const Fact* found,
                           SolveGroup(absl::MakeConstSpan(facts_).subspan(begin, end - begin)));
    if (found != nullptr && (first == nullptr || found->place < first->place)) first = found;
  }
  if (first == nullptr) return absl::OkStatus();
  size_t length = 0;
  BATON_RETURN_IF_ERROR(Decode(first->place, &length));
  return Fail("reads ", view_.slot_prefix(), first->number, ", which is not assigned on every path to here");
}

// The first read, in code order, of a register that may be unassigned.
absl::StatusOr<const Fact*> FlowChecker::SolveGroup(absl::Span<const Fact> facts) {
  uint64_t read = 0;
  for (const Fact& fact : facts) {
    if (fact.kind == FactKind::kReads) read |= fact.bit();
  }
  if (read == 0) return nullptr;
  for (Block& block : blocks_) block.unassigned = block.assigns = block.unassigns = 0;
  for (const Fact& fact : facts) {
    if (fact.kind == FactKind::kAssigns) blocks_[fact.block].assigns |= fact.bit();
    if (fact.kind == FactKind::kUnassigns) blocks_[fact.block].unassigns |= fact.bit() & read;
  }
  // On entry the parameters are assigned.
  const int64_t assigned = function_.num_parameters - int64_t{facts.front().group()} * kGroup;
  blocks_[0].unassigned = read & (assigned <= 0        ? ~uint64_t{0}
                                  : assigned >= kGroup ? 0
                                                       : ~uint64_t{0} << assigned);
  BATON_RETURN_IF_ERROR(Spread());
  const Fact* first = nullptr;
  for (const Fact& fact : facts) {
    if (fact.kind != FactKind::kReads || (blocks_[fact.block].unassigned & fact.bit()) == 0) continue;
    if (first == nullptr || fact.place < first->place) first = &fact;
  }
  return first;
}

// Spreads "may be unassigned" over the reachable blocks until nothing changes.
absl::Status FlowChecker::Spread() {
  std::vector<uint32_t> round = reachable_, next_round;
  for (const uint32_t block : round) blocks_[block].queued = true;
  for (; !round.empty(); round.swap(next_round), next_round.clear()) {
    if (static_cast<int64_t>(round.size()) > *visits_left_) {
      return absl::ResourceExhaustedError(absl::StrCat(
          FunctionLabel(executable_, index_), ": has ", reachable_.size(), " blocks and ", states_.size(),
          view_.dispatch() == Dispatch::kStack ? " locals" : " registers", ", too many to follow all paths"));
    }
    *visits_left_ -= static_cast<int64_t>(round.size());
    for (const uint32_t index : round) {
      Block& block = blocks_[index];
      block.queued = false;
      const uint64_t leaves = (block.unassigned & ~block.assigns) | block.unassigns;
      for (int i = 0; i < block.num_successors; ++i) {
        Block& next = blocks_[block.successors[i]];
        if ((leaves & ~next.unassigned) == 0) continue;
        next.unassigned |= leaves;
        if (!next.queued) next_round.push_back(block.successors[i]);
        next.queued = true;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckFlow(const Executable& executable, int function, Dispatch dispatch, const CodeMap& map,
                       int64_t* visits_left) {
  return FlowChecker(executable, function, dispatch, map, visits_left).Run();
}

}  // namespace baton
