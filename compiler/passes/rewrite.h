// Walks and rewrites that passes share.
#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "compiler/ir/module.h"

namespace baton {

// Var -> what stands for it now. Follows chains.
class Substitution {
 public:
  void Replace(const ir::Var* var, ir::Atom by) { map_[var] = by; }
  ir::Atom Apply(ir::Atom atom) const;
  void ApplyTo(ir::Expr* expr) const;
  void ApplyTo(std::vector<ir::Atom>* atoms) const;
  bool empty() const { return map_.empty(); }

 private:
  std::unordered_map<const ir::Var*, ir::Atom> map_;
};

// A copy of `bindings` and what is inside them with fresh Vars; `substitution` maps old to new from then on
// and may hold replacements for outer Vars beforehand. Types are copied.
std::vector<ir::Binding> CloneBindings(ir::Module& module, const std::vector<ir::Binding>& bindings,
                                       Substitution* substitution);

// The number of bindings, including those in nested regions.
int64_t CountBindings(const std::vector<ir::Binding>& bindings);

// Calls `visit` for every binding in the region and in regions inside it, outer ones before inner ones.
void VisitBindings(const ir::Region* region, const std::function<void(const ir::Binding&)>& visit);

// Calls `visit` for every region of the module, inner ones before those around them.
void VisitRegionsInnerFirst(ir::Module& module, const std::function<void(ir::Region*)>& visit);

}  // namespace baton
