#include <set>

#include "compiler/passes/effects.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"

namespace baton {
namespace {

using ir::Binding;
using ir::Region;
using ir::Var;

// True when a function was taken out.
bool RemoveUnreachableFunctions(ir::Module& module) {
  std::set<const ir::Function*> reached;
  std::vector<const ir::Function*> pending;
  auto reach = [&](const ir::Function* function) {
    if (reached.insert(function).second) pending.push_back(function);
  };
  for (const ir::Function& function : module.functions()) {
    if (function.is_entry) reach(&function);
  }
  while (!pending.empty()) {
    const ir::Function* function = pending.back();
    pending.pop_back();
    VisitBindings(function->body, [&](const Binding& binding) {
      if (const auto* call = std::get_if<ir::Call>(&binding.expr)) reach(call->callee);
      if (const auto* closure = std::get_if<ir::MakeClosure>(&binding.expr)) reach(closure->function);
    });
  }
  const size_t before = module.functions().size();
  module.RemoveFunctions([&](const ir::Function& function) { return reached.count(&function) == 0; });
  return module.functions().size() != before;
}

}  // namespace

bool RemoveDeadCode(ir::Module& module) {
  bool changed = false;
  const Effects effects(module);
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
      if (used.count(binding.var) == 0 && effects.CanRemove(binding)) {
        changed = true;
        continue;
      }
      for (ir::Atom* operand : ir::Operands(&binding.expr)) use(*operand);
      const std::vector<Region*> regions = ir::Regions(binding.expr);
      frame.kept.push_back(std::move(binding));
      for (Region* region : regions) enter(region);
    }
  }
  // Last: calls that are gone reach nothing.
  changed |= RemoveUnreachableFunctions(module);
  return changed;
}

}  // namespace baton
