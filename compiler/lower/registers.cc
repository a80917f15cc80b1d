#include "compiler/lower/registers.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "compiler/lower/control_flow.h"
#include "compiler/lower/liveness.h"
#include "vm/bytecode/register_code.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Classes of virtual registers that share a physical one, joined along moves. A class is named after one of
// its members.
class RegisterClasses {
 public:
  explicit RegisterClasses(const std::vector<std::vector<LiveInterval>>& ranges)
      : parent_(ranges.size()), range_(ranges.size()) {
    for (VirtualRegister r = 0; r < ranges.size(); ++r) {
      parent_[r] = r;
      for (const LiveInterval& interval : ranges[r])
        range_[r].emplace_hint(range_[r].end(), interval.begin, interval.end);
    }
  }

  VirtualRegister Find(VirtualRegister r) {
    while (parent_[r] != r) r = parent_[r] = parent_[parent_[r]];
    return r;
  }

  // Joins the classes of a and b unless both are live at some position. Moves the smaller into the larger, so
  // that n joins take O(n log^2 n).
  void JoinIfDisjoint(VirtualRegister a, VirtualRegister b) {
    a = Find(a);
    b = Find(b);
    if (a == b) return;
    if (range_[a].size() < range_[b].size()) std::swap(a, b);
    for (const auto& [begin, end] : range_[b]) {
      if (Overlaps(range_[a], begin, end)) return;
    }
    for (const auto& [begin, end] : range_[b]) Insert(&range_[a], begin, end);
    range_[b].clear();
    parent_[b] = a;
  }

  // From the first to the last position; empty for registers that are not used.
  LiveInterval Hull(VirtualRegister class_name) const {
    const Range& range = range_[class_name];
    return range.empty() ? LiveInterval{} : LiveInterval{range.begin()->first, range.rbegin()->second};
  }

 private:
  using Range = absl::btree_map<int32_t, int32_t>;  // begin -> end

  static bool Overlaps(const Range& range, int32_t begin, int32_t end) {
    const auto after = range.lower_bound(begin);
    if (after != range.end() && after->first < end) return true;
    return after != range.begin() && std::prev(after)->second > begin;
  }
  // Touching intervals become one. REQUIRES: no overlap.
  static void Insert(Range* range, int32_t begin, int32_t end) {
    auto after = range->lower_bound(begin);
    if (after != range->end() && after->first == end) {
      end = after->second;
      after = range->erase(after);
    }
    if (after != range->begin() && std::prev(after)->second == begin) {
      std::prev(after)->second = end;
    } else {
      range->emplace_hint(after, begin, end);
    }
  }

  std::vector<VirtualRegister> parent_;
  std::vector<Range> range_;  // by class
};

// By block: how many loops it is in. A loop spans the blocks from the target of a backward jump to the jump.
std::vector<int> LoopDepths(const LowFunction& function) {
  std::vector<int> change(function.blocks.size() + 1, 0);
  for (uint32_t b = 0; b < function.blocks.size(); ++b) {
    for (const uint32_t target : SuccessorsOf(function, b)) {
      if (target > b) continue;
      ++change[target];
      --change[b + 1];
    }
  }
  int depth = 0;
  for (int& entry : change) entry = depth += entry;
  return change;
}

// Copies in inner loops come first, since they run most often.
void Coalesce(const LowFunction& function, RegisterClasses* classes) {
  std::vector<std::pair<int, RegisterCopy>> copies;  // with their loop depth
  const std::vector<int> depths = LoopDepths(function);
  for (size_t b = 0; b < function.blocks.size(); ++b) {
    for (size_t i = 0; i < function.blocks[b].instructions.size(); ++i) {
      const std::optional<RegisterCopy> copy = FindCopy(function.blocks[b], i);
      if (copy) copies.emplace_back(depths[b], *copy);
    }
  }
  std::stable_sort(copies.begin(), copies.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [depth, copy] : copies) classes->JoinIfDisjoint(copy.to, copy.from);
}

// Gives each class the lowest physical register of its kind that is free from its first to its last position.
// Holes in between are not used: they are short in code with structured control flow.
class LinearScan {
 public:
  LinearScan(const LowFunction& function, RegisterClasses* classes) : function_(function), classes_(classes) {
    kinds_.assign(function.kinds.begin(), function.kinds.begin() + function.num_parameters);
    physical_.assign(function.kinds.size(), 0);
  }

  absl::StatusOr<RegisterAssignment> Run() {
    for (const auto& [begin, name] : ClassesByBegin()) {
      Expire(begin);
      physical_[name] = Pick(name);
      active_.push({classes_->Hull(name).end, physical_[name]});
    }
    if (kinds_.size() > kMaxRegisters) {
      return absl::ResourceExhaustedError(absl::StrCat("function '", function_.name, "': needs ",
                                                       kinds_.size(), " registers, at most ", kMaxRegisters,
                                                       " are allowed"));
    }
    RegisterAssignment assignment;
    assignment.register_kinds = std::move(kinds_);
    assignment.physical.reserve(physical_.size());
    for (VirtualRegister r = 0; r < physical_.size(); ++r) {
      assignment.physical.push_back(static_cast<uint16_t>(physical_[classes_->Find(r)]));
    }
    return assignment;
  }

 private:
  using MinHeap = std::priority_queue<uint32_t, std::vector<uint32_t>, std::greater<>>;
  using Active = std::pair<int32_t, uint32_t>;  // end, physical register

  // All parameters begin at 0, before everything else, and no class has two of them.
  std::vector<std::pair<int32_t, VirtualRegister>> ClassesByBegin() {
    parameter_.assign(physical_.size(), -1);
    for (int32_t i = 0; i < function_.num_parameters; ++i)
      parameter_[classes_->Find(static_cast<VirtualRegister>(i))] = i;
    std::vector<std::pair<int32_t, VirtualRegister>> classes;
    for (VirtualRegister r = 0; r < physical_.size(); ++r) {
      const LiveInterval hull = classes_->Hull(r);
      if (hull.end > hull.begin) classes.emplace_back(hull.begin, r);
    }
    std::sort(classes.begin(), classes.end());
    return classes;
  }

  void Expire(int32_t position) {
    while (!active_.empty() && active_.top().first <= position) {
      const uint32_t physical = active_.top().second;
      free_[static_cast<int>(kinds_[physical])].push(physical);
      active_.pop();
    }
  }

  uint32_t Pick(VirtualRegister name) {
    if (parameter_[name] >= 0) return static_cast<uint32_t>(parameter_[name]);
    MinHeap& free = free_[static_cast<int>(function_.kinds[name])];
    if (free.empty()) {
      kinds_.push_back(function_.kinds[name]);
      return static_cast<uint32_t>(kinds_.size() - 1);
    }
    const uint32_t physical = free.top();
    free.pop();
    return physical;
  }

  const LowFunction& function_;
  RegisterClasses* classes_;
  std::vector<SlotKind> kinds_;     // by physical register
  std::vector<uint32_t> physical_;  // by class
  std::vector<int32_t> parameter_;  // by class, or -1
  std::priority_queue<Active, std::vector<Active>, std::greater<>> active_;
  MinHeap free_[kNumSlotKinds];
};

}  // namespace

std::optional<RegisterCopy> FindCopy(const BasicBlock& block, size_t index) {
  const LowInstruction& first = block.instructions[index];
  const auto number = [](const LowInstruction& instruction, int operand) {
    return static_cast<VirtualRegister>(instruction.operands[operand].number);
  };
  if (first.opcode == Opcode::kMove) return RegisterCopy{number(first, 0), number(first, 1), 1};
  if (first.opcode != Opcode::kLocalGet || index + 1 == block.instructions.size()) return std::nullopt;
  const LowInstruction& second = block.instructions[index + 1];
  if (second.opcode != Opcode::kLocalSet) return std::nullopt;
  return RegisterCopy{number(second, 0), number(first, 1), 2};
}

// Gives each register r the number new_number(r). Copies within a register are gone.
template <typename NewNumber>
static void Renumber(NewNumber new_number, LowFunction* function) {
  const auto replace = [&](auto& reg) { reg = new_number(static_cast<VirtualRegister>(reg)); };
  for (BasicBlock& block : function->blocks) {
    for (LowInstruction& instruction : block.instructions) VisitRegisters(instruction, replace, replace);
    size_t kept = 0;
    for (size_t i = 0; i < block.instructions.size();) {
      const std::optional<RegisterCopy> copy = FindCopy(block, i);
      if (copy && copy->to == copy->from) {
        i += copy->num_instructions;
        continue;
      }
      if (kept != i) block.instructions[kept] = std::move(block.instructions[i]);
      ++kept;
      ++i;
    }
    block.instructions.resize(kept);
  }
}

absl::Status CoalesceCopies(LowFunction* function) {
  BATON_ASSIGN_OR_RETURN(const Liveness liveness, ComputeLiveness(*function));
  RegisterClasses classes(liveness.ranges);
  Coalesce(*function, &classes);
  // A class with a parameter goes by its name: parameters are the lowest numbers, one to a class.
  std::vector<VirtualRegister> name(function->kinds.size());
  std::iota(name.begin(), name.end(), 0);
  for (VirtualRegister p = 0; p < static_cast<VirtualRegister>(function->num_parameters); ++p)
    name[classes.Find(p)] = p;
  Renumber([&](VirtualRegister r) { return name[classes.Find(r)]; }, function);
  return absl::OkStatus();
}

void ReplaceRegisters(RegisterAssignment assignment, LowFunction* function) {
  Renumber([&](VirtualRegister r) { return assignment.physical[r]; }, function);
  function->kinds = std::move(assignment.register_kinds);
}

absl::StatusOr<RegisterAssignment> AssignRegisters(const LowFunction& function) {
  BATON_ASSIGN_OR_RETURN(const Liveness liveness, ComputeLiveness(function));
  RegisterClasses classes(liveness.ranges);
  Coalesce(function, &classes);
  return LinearScan(function, &classes).Run();
}

}  // namespace baton
