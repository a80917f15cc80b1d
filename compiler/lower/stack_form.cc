#include "compiler/lower/stack_form.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

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

// Registers that carry no value from one block to another: the first access is a write, all are in one block.
class BlockLocalRegisters {
 public:
  explicit BlockLocalRegisters(const LowFunction& function) : block_(function.kinds.size(), kNone) {
    for (int32_t b = 0; b < static_cast<int32_t>(function.blocks.size()); ++b) {
      for (const LowInstruction& instruction : function.blocks[b].instructions) {
        for (const VirtualRegister use : UsesOf(instruction)) block_[use] = block_[use] == b ? b : kSeveral;
        for (const VirtualRegister def : DefsOf(instruction))
          block_[def] = block_[def] == b || block_[def] == kNone ? b : kSeveral;
      }
    }
  }
  bool Has(VirtualRegister r) const { return block_[r] >= 0; }

 private:
  static constexpr int32_t kNone = -1, kSeveral = -2;
  std::vector<int32_t> block_;
};

// Rewrites one block.
class BlockRewriter {
 public:
  BlockRewriter(const LowFunction& function, const BlockLocalRegisters& block_local, BasicBlock* block)
      : function_(function),
        block_local_(block_local),
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

  // True when no other block reads the first value that the instruction writes.
  bool StaysInBlock(const Node& node) const { return node.overwritten || block_local_.Has(node.defs[0]); }

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
    EmitResults(node, location);
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
  void EmitResults(const Node& node, int32_t location) {
    for (size_t d = node.defs.size(); d-- > 0;) {
      const VirtualRegister def = node.defs[d];
      if (d > 0 || node.result == Result::kLocal) {
        const bool unused = d == 0 && node.num_uses == 0 && StaysInBlock(node);
        const bool drops = unused && !IsReference(function_.kinds[def]);
        Append(LocalInstruction(drops ? Opcode::kDrop : Opcode::kLocalSet, def, location));
      } else if (node.result == Result::kStackAndLocal) {
        Append(LocalInstruction(Opcode::kLocalTee, def, location));
      }
    }
  }

  void Append(LowInstruction instruction) { block_->instructions.push_back(std::move(instruction)); }

  const LowFunction& function_;
  const BlockLocalRegisters& block_local_;
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

void ToStackForm(LowFunction* function) {
  const BlockLocalRegisters block_local(*function);
  for (BasicBlock& block : function->blocks) BlockRewriter(*function, block_local, &block).Run();
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
