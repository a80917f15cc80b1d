#include "compiler/passes/call_graph.h"

#include <algorithm>

#include "compiler/passes/rewrite.h"

namespace baton {

using ir::Function;

CallGraph::CallGraph(const ir::Module& module) {
  std::unordered_set<const Function*> targets;
  for (const Function& function : module.functions()) {
    std::vector<const Function*>& callees = callees_[&function];
    VisitBindings(function.body, [&](const ir::Binding& binding) {
      if (const auto* call = std::get_if<ir::Call>(&binding.expr)) callees.push_back(call->callee);
      if (const auto* fork = std::get_if<ir::Fork>(&binding.expr)) callees.push_back(fork->callee);
      const auto* closure = std::get_if<ir::MakeClosure>(&binding.expr);
      if (closure != nullptr && targets.insert(closure->function).second)
        closure_targets_.push_back(closure->function);
    });
  }
  for (const Function& function : module.functions()) {
    if (states_.count(&function) == 0) FindComponents(&function);
  }
}

// Tarjan's strongly connected components with a stack of its own: chains of calls may be long.
void CallGraph::FindComponents(const Function* root) {
  struct Frame {
    const Function* function;
    size_t next = 0;
  };
  std::vector<Frame> stack;
  const auto enter = [&](const Function* function) {
    const int number = static_cast<int>(states_.size());
    states_[function] = {number, number, true};
    open_.push_back(function);
    stack.push_back({function});
  };
  enter(root);
  while (!stack.empty()) {
    Frame& frame = stack.back();
    const Function* function = frame.function;
    const std::vector<const Function*>& callees = callees_[function];
    if (frame.next < callees.size()) {
      const Function* callee = callees[frame.next++];
      const auto found = states_.find(callee);
      if (found == states_.end()) {
        enter(callee);
      } else if (found->second.open) {
        State& state = states_[function];
        state.low = std::min(state.low, found->second.number);
      }
      continue;
    }
    stack.pop_back();
    callees_first_.push_back(function);
    const State state = states_[function];
    if (!stack.empty()) {
      State& caller = states_[stack.back().function];
      caller.low = std::min(caller.low, state.low);
    }
    if (state.low == state.number) CloseComponent(function);
  }
}

void CallGraph::CloseComponent(const Function* function) {
  const std::vector<const Function*>& callees = callees_[function];
  const bool calls_itself = std::find(callees.begin(), callees.end(), function) != callees.end();
  const bool is_cycle = open_.back() != function || calls_itself;
  const Function* member = nullptr;
  do {
    member = open_.back();
    open_.pop_back();
    states_[member].open = false;
    if (is_cycle) recursive_.insert(member);
  } while (member != function);
}

}  // namespace baton
