// Which functions call which. Internal to passes.
#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/ir/module.h"

namespace baton {

class CallGraph {
 public:
  // Time is linear in the module.
  explicit CallGraph(const ir::Module& module);

  const std::vector<const ir::Function*>& Callees(const ir::Function* function) const {
    return callees_.at(function);
  }
  // All functions; each behind what it calls, where calls are not recursive.
  const std::vector<const ir::Function*>& CalleesFirst() const { return callees_first_; }
  // Functions that call themselves, directly or through others. Calls of closures are not followed.
  const std::unordered_set<const ir::Function*>& Recursive() const { return recursive_; }
  // Functions that some closure is of, in order of the module.
  const std::vector<const ir::Function*>& closure_targets() const { return closure_targets_; }

 private:
  void FindComponents(const ir::Function* root);
  void CloseComponent(const ir::Function* function);

  std::unordered_map<const ir::Function*, std::vector<const ir::Function*>> callees_;
  std::vector<const ir::Function*> callees_first_;
  std::unordered_set<const ir::Function*> recursive_;
  std::vector<const ir::Function*> closure_targets_;
  // Tarjan's algorithm: numbers in order of discovery, the least number that is reached, the open components.
  struct State {
    int number = 0;
    int low = 0;
    bool open = false;
  };
  std::unordered_map<const ir::Function*, State> states_;
  std::vector<const ir::Function*> open_;
};

}  // namespace baton
