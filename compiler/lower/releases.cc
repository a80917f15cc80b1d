#include "compiler/lower/releases.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "compiler/lower/control_flow.h"
#include "compiler/lower/liveness.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using Registers = std::vector<VirtualRegister>;
using EdgeKey = std::pair<uint32_t, uint32_t>;  // from, to

struct Plan {
  std::vector<std::vector<Liveness::Point>>
      after;                        // by block: definitions to release, in order of instructions
  std::vector<Registers> at_start;  // by block
  std::map<EdgeKey, Registers> on_edge;
};

LowInstruction MakeRelease(VirtualRegister reg, int32_t location) {
  LowInstruction release;
  release.opcode = Opcode::kRelease;
  release.operands[0].number = reg;
  release.location = location;
  return release;
}

Plan MakePlan(const LowFunction& function, Liveness liveness) {
  Plan plan;
  plan.after.resize(function.blocks.size());
  plan.at_start.resize(function.blocks.size());
  for (const Liveness::Point& point : liveness.unused_definitions) plan.after[point.block].push_back(point);
  for (auto& points : plan.after) {
    std::stable_sort(points.begin(), points.end(),
                     [](const auto& a, const auto& b) { return a.instruction < b.instruction; });
  }
  std::vector<Liveness::Edge>& deaths = liveness.edge_deaths;
  // A future that is not awaited any more leads to a failure. The call comes before that and may fail first,
  // so it is not given up here.
  std::erase_if(deaths,
                [&](const Liveness::Edge& death) { return function.kinds[death.reg] == SlotKind::kFuture; });
  std::sort(deaths.begin(), deaths.end(), [](const Liveness::Edge& a, const Liveness::Edge& b) {
    return std::tie(a.to, a.reg, a.from) < std::tie(b.to, b.reg, b.from);
  });
  const std::vector<std::vector<uint32_t>> predecessors = FindPredecessors(function);
  for (size_t begin = 0, end = 0; begin < deaths.size(); begin = end) {
    const uint32_t to = deaths[begin].to;
    const VirtualRegister reg = deaths[begin].reg;
    while (end < deaths.size() && deaths[end].to == to && deaths[end].reg == reg) ++end;
    // The function's entry is one more way into its first block.
    const size_t num_ways = predecessors[to].size() + (to == 0 ? 1 : 0);
    if (end - begin == num_ways) {
      plan.at_start[to].push_back(reg);
    } else {
      for (size_t i = begin; i < end; ++i) plan.on_edge[{deaths[i].from, to}].push_back(reg);
    }
  }
  return plan;
}

int32_t LocationOf(const BasicBlock& block) {
  return block.instructions.empty() ? 0 : block.instructions.front().location;
}

void InsertInBlock(const Registers& at_start, const std::vector<Liveness::Point>& after, BasicBlock* block) {
  if (at_start.empty() && after.empty()) return;
  BasicBlock old = std::exchange(*block, {});
  for (const VirtualRegister reg : at_start) block->instructions.push_back(MakeRelease(reg, LocationOf(old)));
  auto point = after.begin();
  for (size_t i = 0; i < old.instructions.size(); ++i) {
    const int32_t location = old.instructions[i].location;
    block->instructions.push_back(std::move(old.instructions[i]));
    for (; point != after.end() && point->instruction == i; ++point) {
      block->instructions.push_back(MakeRelease(point->reg, location));
    }
  }
}

// Puts a new block on each edge of `on_edge`: before the target where control falls through, else at the end.
void SplitEdges(const std::map<EdgeKey, Registers>& on_edge, LowFunction* function) {
  std::vector<BasicBlock> old = std::exchange(function->blocks, {});
  std::vector<int64_t> new_index(old.size());
  std::vector<std::pair<EdgeKey, const Registers*>> jumps;
  for (uint32_t b = 0; b < old.size(); ++b) {
    new_index[b] = static_cast<int64_t>(function->blocks.size());
    const int32_t location = old[b].instructions.empty() ? 0 : old[b].instructions.back().location;
    const int label = old[b].instructions.empty() ? -1 : LabelOperand(old[b].instructions.back());
    const int64_t target = label < 0 ? -1 : old[b].instructions.back().operands[label].number;
    function->blocks.push_back(std::move(old[b]));
    for (auto it = on_edge.lower_bound({b, 0}); it != on_edge.end() && it->first.first == b; ++it) {
      if (it->first.second == target) {
        jumps.emplace_back(it->first, &it->second);
        continue;
      }
      BasicBlock& split = function->blocks.emplace_back();
      for (const VirtualRegister reg : it->second) split.instructions.push_back(MakeRelease(reg, location));
    }
  }
  for (BasicBlock& block : function->blocks) {
    const int label = block.instructions.empty() ? -1 : LabelOperand(block.instructions.back());
    if (label >= 0)
      block.instructions.back().operands[label].number =
          new_index[block.instructions.back().operands[label].number];
  }
  for (const auto& [edge, registers] : jumps) {
    LowInstruction& jump = function->blocks[new_index[edge.first]].instructions.back();
    LowInstruction back;
    back.opcode = Opcode::kJump;
    back.operands[0].number = new_index[edge.second];
    back.location = jump.location;
    jump.operands[LabelOperand(jump)].number = static_cast<int64_t>(function->blocks.size());
    BasicBlock split;
    for (const VirtualRegister reg : *registers)
      split.instructions.push_back(MakeRelease(reg, back.location));
    split.instructions.push_back(std::move(back));
    function->blocks.push_back(std::move(split));
  }
}

}  // namespace

absl::Status InsertReleases(LowFunction* function) {
  BATON_ASSIGN_OR_RETURN(Liveness liveness, ComputeLiveness(*function));
  const Plan plan = MakePlan(*function, std::move(liveness));
  for (size_t b = 0; b < function->blocks.size(); ++b) {
    InsertInBlock(plan.at_start[b], plan.after[b], &function->blocks[b]);
  }
  if (!plan.on_edge.empty()) SplitEdges(plan.on_edge, function);
  return absl::OkStatus();
}

}  // namespace baton
