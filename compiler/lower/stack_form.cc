#include "compiler/lower/stack_form.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/lower/liveness.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// Trees deeper than this are cut: recursion is as deep as they are.
constexpr int kMaxTreeDepth = 200;

// The registers that an instruction reads, in the order in which stack code pushes them.
std::vector<VirtualRegister> UsesOf(const LowInstruction& instruction) {
  std::vector<VirtualRegister> uses;
  VisitRegisters(
      instruction, [&](auto use) { uses.push_back(static_cast<VirtualRegister>(use)); }, [](auto) {});
  return uses;
}
// The registers that it writes or changes, in the order in which stack code leaves their values on the stack.
std::vector<VirtualRegister> DefsOf(const LowInstruction& instruction) {
  std::vector<VirtualRegister> defs;
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  for (int i = 0; i < info.num_operands; ++i) {
    const LowOperand& operand = instruction.operands[i];
    if (info.operands[i].kind == OperandKind::kDef)
      defs.push_back(static_cast<VirtualRegister>(operand.number));
    if (IsPushedList(info.operands[i].kind))
      defs.insert(defs.end(), operand.list.begin(), operand.list.end());
  }
  return defs;
}

LowInstruction LocalInstruction(Opcode opcode, VirtualRegister local, int32_t location) {
  LowInstruction instruction;
  instruction.opcode = opcode;
  instruction.location = location;
  const OpcodeInfo& info = GetOpcode(opcode);
  for (int i = 0; i < info.num_operands; ++i) {
    const bool is_value =
        info.operands[i].kind == OperandKind::kDef || info.operands[i].kind == OperandKind::kUse;
    instruction.operands[i].number = is_value ? kOnStack : local;
  }
  return instruction;
}

// Which values are read later.
class LaterReads {
 public:
  // `liveness` of the function as it is before.
  explicit LaterReads(const Liveness& liveness) : ranges_(liveness.ranges) {}
  // Of the value that register `r` holds behind the instruction with this number (liveness.h).
  bool After(int32_t number, VirtualRegister r) const {
    const int32_t position = 2 * (number + 1);
    const auto next =
        std::upper_bound(ranges_[r].begin(), ranges_[r].end(), position,
                         [](int32_t p, const LiveInterval& interval) { return p < interval.begin; });
    return next != ranges_[r].begin() && std::prev(next)->end > position;
  }

 private:
  const std::vector<std::vector<LiveInterval>>& ranges_;
};

// Rewrites one block.
class BlockRewriter {
 public:
  // `first_number` is that of the block's first instruction (liveness.h).
  BlockRewriter(const LowFunction& function, const LaterReads& later_reads, int32_t first_number,
                BasicBlock* block)
      : function_(function),
        later_reads_(later_reads),
        first_number_(first_number),
        source_(std::move(block->instructions)),
        block_(block) {
    block_->instructions.clear();
    nodes_.resize(source_.size());
    for (size_t i = 0; i < source_.size(); ++i) {
      nodes_[i].uses = UsesOf(source_[i]);
      nodes_[i].defs = DefsOf(source_[i]);
      nodes_[i].on_stack.assign(nodes_[i].uses.size(), false);
    }
    CountUses();
  }

  void Run() {
    std::vector<size_t> roots;
    for (int64_t i = static_cast<int64_t>(source_.size()) - 1; i >= 0;) {
      roots.push_back(static_cast<size_t>(i));
      i = FormTree(static_cast<size_t>(i), 0);
    }
    for (auto root = roots.rbegin(); root != roots.rend(); ++root) Emit(*root);
  }

 private:
  // What becomes of the first value that an instruction writes.
  enum class Result : uint8_t { kLocal, kStack, kStackAndLocal };
  struct Node {
    std::vector<VirtualRegister> uses, defs;
    std::vector<bool> on_stack;  // by use: computed right before, not fetched from a local
    Result result = Result::kLocal;
    // Of the first value that it writes: how often this block reads it, and whether this block writes another
    // into its register.
    int num_uses = 0;
    bool overwritten = false;
  };

  int32_t NumberOf(size_t index) const { return first_number_ + static_cast<int32_t>(index); }
  // True when no other block reads the first value that the instruction writes.
  bool StaysInBlock(const Node& node) const {
    return node.overwritten || !later_reads_.After(NumberOf(source_.size()) - 1, node.defs[0]);
  }

  void CountUses() {
    std::unordered_map<VirtualRegister, size_t> last_def;  // of first values; others hide them
    constexpr size_t kHidden = SIZE_MAX;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      for (const VirtualRegister use : nodes_[i].uses) {
        const auto def = last_def.find(use);
        if (def != last_def.end() && def->second != kHidden) ++nodes_[def->second].num_uses;
      }
      for (size_t d = 0; d < nodes_[i].defs.size(); ++d) {
        const auto [def, is_first] = last_def.try_emplace(nodes_[i].defs[d], kHidden);
        if (!is_first && def->second != kHidden) nodes_[def->second].overwritten = true;
        def->second = d == 0 ? i : kHidden;
      }
    }
  }

  // Finds the tree whose root is instruction `index`, from the last operand to the first: an operand that the
  // instruction before writes stays on the stack. Gives the index of the last instruction before the tree.
  int64_t FormTree(size_t index, int depth) {
    Node& node = nodes_[index];
    for (const VirtualRegister use : node.uses) ++awaited_[use];
    int64_t before = static_cast<int64_t>(index) - 1;
    for (size_t u = node.uses.size(); u-- > 0;) {
      const VirtualRegister use = node.uses[u];
      --awaited_[use];
      if (before < 0 || depth == kMaxTreeDepth || !CanStay(nodes_[before], use)) continue;
      Node& operand = nodes_[before];
      node.on_stack[u] = true;
      operand.result =
          StaysInBlock(operand) && operand.num_uses == 1 ? Result::kStack : Result::kStackAndLocal;
      before = FormTree(static_cast<size_t>(before), depth + 1);
    }
    return before;
  }

  // True when `use` can be what the instruction leaves on the stack. Operands that are still awaited are
  // fetched before the instruction runs, so it may write none of them.
  bool CanStay(const Node& node, VirtualRegister use) {
    if (node.defs.empty() || node.defs[0] != use) return false;
    return std::all_of(node.defs.begin(), node.defs.end(), [this](VirtualRegister def) {
      const auto found = awaited_.find(def);
      return found == awaited_.end() || found->second == 0;
    });
  }

  void Emit(size_t index) {
    Node& node = nodes_[index];
    const int32_t location = source_[index].location;
    // Operands on the stack are the instructions before, the nearest is the last operand.
    std::vector<size_t> operands(node.uses.size(), 0);
    int64_t before = static_cast<int64_t>(index) - 1;
    for (size_t u = node.uses.size(); u-- > 0;) {
      if (!node.on_stack[u]) continue;
      operands[u] = static_cast<size_t>(before);
      before = FirstOf(operands[u]) - 1;
    }
    for (size_t u = 0; u < node.uses.size(); ++u) {
      if (node.on_stack[u]) {
        Emit(operands[u]);
      } else {
        Append(LocalInstruction(Opcode::kLocalGet, node.uses[u], location));
      }
    }
    EmitInstruction(index);
    EmitResults(index, location);
  }

  // The first instruction of the tree that ends at `index`.
  int64_t FirstOf(size_t index) {
    int64_t first = static_cast<int64_t>(index);
    for (size_t u = nodes_[index].uses.size(); u-- > 0;) {
      if (nodes_[index].on_stack[u]) first = FirstOf(static_cast<size_t>(first - 1));
    }
    return first;
  }

  void EmitInstruction(size_t index) {
    LowInstruction& instruction = source_[index];
    if (instruction.opcode == Opcode::kMove) return;  // the value is on the stack
    const OpcodeInfo& info = GetOpcode(instruction.opcode);
    for (int i = 0; i < info.num_operands; ++i) {
      const OperandKind kind = info.operands[i].kind;
      LowOperand& operand = instruction.operands[i];
      if (kind == OperandKind::kDef || kind == OperandKind::kUse) operand.number = kOnStack;
      std::fill(operand.list.begin(), operand.list.end(), kOnStack);
    }
    Append(std::move(instruction));
  }

  // The last value is on top.
  void EmitResults(size_t index, int32_t location) {
    const Node& node = nodes_[index];
    for (size_t d = node.defs.size(); d-- > 0;) {
      const VirtualRegister def = node.defs[d];
      if (d == 0 && node.result == Result::kStack) continue;
      if (d == 0 && node.result == Result::kStackAndLocal) {
        Append(LocalInstruction(Opcode::kLocalTee, def, location));
      } else if (later_reads_.After(NumberOf(index), def)) {
        Append(LocalInstruction(Opcode::kLocalSet, def, location));
      } else {
        const bool is_reference = IsReference(function_.kinds[def]);
        Append(LocalInstruction(is_reference ? Opcode::kRelease : Opcode::kDrop, def, location));
      }
    }
  }

  void Append(LowInstruction instruction) { block_->instructions.push_back(std::move(instruction)); }

  const LowFunction& function_;
  const LaterReads& later_reads_;
  const int32_t first_number_;
  std::vector<LowInstruction> source_;
  BasicBlock* block_;
  std::vector<Node> nodes_;
  // By register: how often operands of the trees at hand name it that come before what is looked at.
  std::unordered_map<VirtualRegister, int> awaited_;
};

// The values that the instruction's lists of such a kind name, and its operands of kind `single`.
int32_t NumValues(const LowInstruction& instruction, OperandKind single, bool (*is_list)(OperandKind)) {
  const OpcodeInfo& info = GetOpcode(instruction.opcode);
  size_t count = 0;
  for (int i = 0; i < info.num_operands; ++i) {
    if (info.operands[i].kind == single) ++count;
    if (is_list(info.operands[i].kind)) count += instruction.operands[i].list.size();
  }
  return static_cast<int32_t>(count);
}

}  // namespace

absl::Status ToStackForm(LowFunction* function) {
  BATON_ASSIGN_OR_RETURN(const Liveness liveness, ComputeLiveness(*function));
  const LaterReads later_reads(liveness);
  int32_t number = 1;
  for (BasicBlock& block : function->blocks) {
    const auto num_instructions = static_cast<int32_t>(block.instructions.size());
    BlockRewriter(*function, later_reads, number, &block).Run();
    number += num_instructions + 1;
  }
  return absl::OkStatus();
}

int32_t MaxStackHeight(const LowFunction& function) {
  int32_t highest = 0;
  for (const BasicBlock& block : function.blocks) {
    int32_t height = 0;
    for (const LowInstruction& instruction : block.instructions) {
      height -= NumValues(instruction, OperandKind::kUse, IsUseList);
      height += NumValues(instruction, OperandKind::kDef, IsPushedList);
      highest = std::max(highest, height);
    }
  }
  return highest;
}

}  // namespace baton
