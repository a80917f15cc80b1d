// What parallelise found and why, as text in the executable's metadata: `baton inspect --schedule` shows it.
// Internal to parallelise.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/module.h"
#include "compiler/passes/find_strands.h"
#include "compiler/passes/region_graph.h"

namespace baton {

class ScheduleNotes {
 public:
  // What is said of one region. Made before its bindings move.
  struct RegionNote {
    std::vector<std::string> strands;  // without what each calls
    std::vector<std::string> others;
  };
  static RegionNote Describe(const ir::Region& region, const RegionGraph& graph, const StrandChoice& choice);

  // `callees`: what each strand calls.
  void Add(const ir::Function& function, const RegionNote& note, const std::vector<std::string>& callees);
  // Sets the module's metadata, when there is anything to say.
  void Store(ir::Module* module) const;

 private:
  struct FunctionNote {
    const ir::Function* function;
    std::vector<std::string> lines;
  };
  std::vector<FunctionNote> functions_;
};

}  // namespace baton
