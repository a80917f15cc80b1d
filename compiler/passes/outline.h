// Turns bindings of a region into a function that is forked. Internal to parallelise.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/ir/module.h"
#include "compiler/passes/find_strands.h"
#include "compiler/passes/region_graph.h"

namespace baton {

// What stands for a strand in its region.
struct ForkedStrand {
  std::vector<ir::Binding> fork;     // fields of tuples that it gets, then the Fork
  std::vector<ir::Binding> await;    // the Await, then its fields when it has several values
  ir::Function* outlined = nullptr;  // null when the strand is one call, which is forked as it is
  // The outlined roots, whose variables are new, beside those that they had.
  std::vector<std::pair<const ir::Var*, const ir::Var*>> renamed;

  ir::Fork* fork_expr() { return &std::get<ir::Fork>(fork.back().expr); }
};

class Outliner {
 public:
  explicit Outliner(ir::Module& module);

  // True when the bindings can be one function: an instruction has room for what they need.
  bool Fits(const RegionGraph& graph, const std::vector<int>& members,
            const std::vector<ir::Binding>& bindings) const;
  // Takes the strand's bindings out of `bindings`, whose graph this is. The Fork's work is left open.
  ForkedStrand Outline(const RegionGraph& graph, const Strand& strand, const std::string& function_name,
                       std::vector<ir::Binding>* bindings);

 private:
  struct Inputs;
  Inputs FindInputs(const RegionGraph& graph, const std::vector<int>& members,
                    const std::vector<ir::Binding>& bindings) const;
  ir::Function* MakeFunction(const Strand& strand, const std::vector<int>& members, const Inputs& inputs,
                             const std::string& name, std::vector<ir::Binding>* bindings,
                             ForkedStrand* forked);
  void AddAwait(const Strand& strand, ir::Function* callee, const std::vector<ir::Var*>& roots,
                int32_t location, ForkedStrand* forked);

  ir::Module& module_;
  std::unordered_set<std::string> names_;
  std::unordered_map<std::string, int> next_numbers_;  // of functions, by name
};

}  // namespace baton
