#include <set>

#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"

namespace baton {
namespace {

using ir::Binding;
using ir::Region;
using ir::Var;

bool CanRemove(const Binding& binding) {
  const auto* call = std::get_if<ir::OpCall>(&binding.expr);
  return !std::holds_alternative<ir::Raise>(binding.expr) && (call == nullptr || call->op->pure);
}

}  // namespace

bool RemoveDeadCode(ir::Module& module) {
  bool changed = false;
  // Backwards through each region, outer regions first: whatever uses a value has been seen before its
  // definition.
  std::set<const Var*> used;
  std::vector<Region*> pending;
  for (ir::Function& function : module.functions()) pending.push_back(function.body);
  auto use = [&](const ir::Atom& atom) {
    if (atom.var() != nullptr) used.insert(atom.var());
  };
  // A region is entered while walking backwards, so recursion depth is the nesting depth, kept on this stack.
  struct Frame {
    Region* region;
    size_t next;  // bindings [0, next) are still to be looked at
    std::vector<Binding> kept;
  };
  std::vector<Frame> stack;
  auto enter = [&](Region* region) {
    if (!region->diverges) {
      for (const ir::Atom& result : region->results) use(result);
    }
    stack.push_back({region, region->bindings.size(), {}});
  };
  for (Region* body : pending) {
    enter(body);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next == 0) {
        frame.region->bindings.assign(std::make_move_iterator(frame.kept.rbegin()),
                                      std::make_move_iterator(frame.kept.rend()));
        stack.pop_back();
        continue;
      }
      Binding& binding = frame.region->bindings[--frame.next];
      if (used.count(binding.var) == 0 && CanRemove(binding)) {
        changed = true;
        continue;
      }
      for (ir::Atom* operand : ir::Operands(&binding.expr)) use(*operand);
      const std::vector<Region*> regions = ir::Regions(binding.expr);
      frame.kept.push_back(std::move(binding));
      for (Region* region : regions) enter(region);
    }
  }
  return changed;
}

}  // namespace baton
