#include "compiler/lower/loops.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "compiler/lower/control_flow.h"

namespace baton {
namespace {

constexpr size_t kMaxRepeated = 8;  // instructions of a test
constexpr int kMaxHoisted = 8;      // loads of a loop: each takes a register all through it

struct LoopBlocks {
  uint32_t header = 0;
  std::vector<uint32_t> latches;  // jump back to the header
  std::vector<uint32_t> blocks;   // those from which a latch is reached, header and latches included; sorted

  bool Contains(uint32_t block) const { return std::binary_search(blocks.begin(), blocks.end(), block); }
};

// Ordered by headers, so outer loops come first. Loops that could be entered elsewhere are left out.
std::vector<LoopBlocks> FindLoops(const LowFunction& function) {
  const std::vector<std::vector<uint32_t>> predecessors = FindPredecessors(function);
  std::vector<uint32_t> in_loop(function.blocks.size(), 0);  // the last loop found, by number
  std::vector<LoopBlocks> loops;
  for (uint32_t header = 0; header < function.blocks.size(); ++header) {
    LoopBlocks loop{header, {}, {header}};
    const uint32_t number = header + 1;
    in_loop[header] = number;
    const auto add = [&](uint32_t block) {
      if (std::exchange(in_loop[block], number) != number) loop.blocks.push_back(block);
    };
    for (const uint32_t latch : predecessors[header]) {
      if (latch < header) continue;
      loop.latches.push_back(latch);
      add(latch);
    }
    for (size_t i = 1; i < loop.blocks.size(); ++i) {
      for (const uint32_t from : predecessors[loop.blocks[i]]) add(from);
    }
    std::sort(loop.blocks.begin(), loop.blocks.end());
    if (!loop.latches.empty() && loop.blocks.front() == header) loops.push_back(std::move(loop));
  }
  return loops;
}

LowInstruction MakeJump(int64_t target, int32_t location) {
  LowInstruction jump;
  jump.opcode = Opcode::kJump;
  jump.operands[0].number = target;
  jump.location = location;
  return jump;
}

bool LoadsNumber(const LowInstruction& instruction) {
  return instruction.opcode == Opcode::kLoadSmallInt || instruction.opcode == Opcode::kLoadInt ||
         instruction.opcode == Opcode::kLoadFloat;
}

bool LoadsElement(const LowInstruction& instruction) {
  return instruction.opcode == Opcode::kGetElementI64 || instruction.opcode == Opcode::kGetElementF64 ||
         instruction.opcode == Opcode::kGetElementBool;
}

// What may be loaded before a loop: numbers with one definition that something but a move reads. A moved
// number is loaded where it goes.
std::vector<bool> FindHoistable(const LowFunction& function) {
  std::vector<int> num_defs(function.kinds.size(), 0);
  std::vector<bool> hoistable(function.kinds.size(), false);
  for (int32_t i = 0; i < function.num_parameters; ++i) ++num_defs[i];
  for (const BasicBlock& block : function.blocks) {
    for (const LowInstruction& instruction : block.instructions) {
      const bool is_move = instruction.opcode == Opcode::kMove;
      VisitRegisters(
          instruction, [&](auto use) { hoistable[use] = hoistable[use] || !is_move; },
          [&](auto def) { ++num_defs[def]; });
    }
  }
  for (size_t r = 0; r < num_defs.size(); ++r) hoistable[r] = hoistable[r] && num_defs[r] == 1;
  return hoistable;
}

// By register: the loop's instructions write it, or the contents of its tensor.
std::vector<bool> FindWritten(const LoopBlocks& loop, const LowFunction& function) {
  std::vector<bool> written(function.kinds.size(), false);
  for (const uint32_t b : loop.blocks) {
    for (const LowInstruction& instruction : function.blocks[b].instructions) {
      VisitRegisters(
          instruction, [](auto) {}, [&](auto def) { written[def] = true; });
      const OpcodeInfo& info = GetOpcode(instruction.opcode);
      for (int i = 0; i < info.num_operands; ++i) {
        if (info.operands[i].kind != OperandKind::kUpdates) continue;
        for (const VirtualRegister r : instruction.operands[i].list) written[r] = true;
      }
    }
  }
  return written;
}

// Takes the loads out of the loop. Those of elements may fail: only the header's, which runs in any case.
std::vector<LowInstruction> TakeLoads(const LoopBlocks& loop, const std::vector<bool>& hoistable,
                                      LowFunction* function) {
  const std::vector<LowInstruction>& header = function->blocks[loop.header].instructions;
  std::vector<bool> written;
  if (std::any_of(header.begin(), header.end(), LoadsElement)) written = FindWritten(loop, *function);
  std::vector<LowInstruction> taken;
  for (const uint32_t b : loop.blocks) {
    std::vector<LowInstruction>& instructions = function->blocks[b].instructions;
    const auto take = [&](const LowInstruction& instruction) {
      const bool is_invariant = LoadsNumber(instruction) || (b == loop.header && LoadsElement(instruction) &&
                                                             !written[instruction.operands[1].number]);
      const bool fits =
          taken.size() < kMaxHoisted && is_invariant && hoistable[instruction.operands[0].number];
      if (fits) taken.push_back(instruction);
      return fits;
    };
    instructions.erase(std::remove_if(instructions.begin(), instructions.end(), take), instructions.end());
  }
  return taken;
}

// The jumps into the loop from outside lead to `entry` instead of its header.
void EnterThrough(const std::vector<int64_t>& new_index, const LoopBlocks& loop,
                  const std::vector<uint32_t>& predecessors, LowFunction* function) {
  const int64_t header = new_index[loop.header], entry = header - 1;
  for (const uint32_t from : predecessors) {
    if (loop.Contains(from)) continue;
    std::vector<LowInstruction>& instructions = function->blocks[new_index[from]].instructions;
    const int label = instructions.empty() ? -1 : LabelOperand(instructions.back());
    if (label < 0) continue;  // falls through
    int64_t& target = instructions.back().operands[label].number;
    if (target == header) target = entry;
  }
}

// How a block that ends in a jump to the loop's header does the header's work itself.
struct Rotation {
  std::vector<LowInstruction> test;  // the last one branches into the loop
  uint32_t exit = 0;                 // where control goes otherwise
};

// None (an empty test) unless one way out of the header stays in the loop and the other leaves it.
Rotation FindRotation(const LowFunction& function, const LoopBlocks& loop) {
  const std::vector<LowInstruction>& header = function.blocks[loop.header].instructions;
  if (header.empty() || header.size() > kMaxRepeated) return {};
  if (GetOpcode(header.back().opcode).flow != Flow::kBranch) return {};
  const uint32_t next = loop.header + 1;
  const auto target = static_cast<uint32_t>(header.back().operands[LabelOperand(header.back())].number);
  if (loop.Contains(target) == loop.Contains(next)) return {};
  if (loop.Contains(target)) return {header, next};
  Rotation rotation{header, target};
  LowInstruction& branch = rotation.test.back();
  InvertBranch(&branch);
  branch.operands[LabelOperand(branch)].number = next;
  return rotation;
}

}  // namespace

void HoistLoads(LowFunction* function) {
  const std::vector<bool> hoistable = FindHoistable(*function);
  std::vector<std::pair<LoopBlocks, std::vector<LowInstruction>>> hoisted;
  std::vector<uint32_t> places;
  for (LoopBlocks& loop : FindLoops(*function)) {
    std::vector<LowInstruction> loads = TakeLoads(loop, hoistable, function);
    if (loads.empty()) continue;
    places.push_back(loop.header);
    hoisted.emplace_back(std::move(loop), std::move(loads));
  }
  if (hoisted.empty()) return;
  const std::vector<std::vector<uint32_t>> predecessors = FindPredecessors(*function);
  const std::vector<int64_t> new_index = InsertBlocks(places, function);
  for (auto& [loop, loads] : hoisted) {
    function->blocks[new_index[loop.header] - 1].instructions = std::move(loads);
    EnterThrough(new_index, loop, predecessors[loop.header], function);
  }
}

void RotateLoops(LowFunction* function) {
  std::vector<uint32_t> places, exits;
  for (const LoopBlocks& loop : FindLoops(*function)) {
    const Rotation rotation = FindRotation(*function, loop);
    if (rotation.test.empty()) continue;
    for (const uint32_t latch : loop.latches) {
      std::vector<LowInstruction>& instructions = function->blocks[latch].instructions;
      if (instructions.empty() || instructions.back().opcode != Opcode::kJump) continue;
      instructions.pop_back();
      instructions.insert(instructions.end(), rotation.test.begin(), rotation.test.end());
      places.push_back(latch + 1);
      exits.push_back(rotation.exit);
    }
  }
  const std::vector<int64_t> new_index = InsertBlocks(places, function);
  for (size_t i = 0; i < places.size(); ++i) {
    BasicBlock& latch = function->blocks[new_index[places[i] - 1]];
    const int32_t location = latch.instructions.back().location;
    function->blocks[new_index[places[i] - 1] + 1].instructions = {MakeJump(new_index[exits[i]], location)};
  }
}

}  // namespace baton
