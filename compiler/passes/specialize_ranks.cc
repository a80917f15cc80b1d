#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"

namespace baton {
namespace {

using ir::Atom;
using ir::Binding;
using ir::Region;

bool HasUnknownRank(const Type& type) {
  if (type.is_tensor()) return !type.tensor().shape.has_rank();
  if (!type.is_tuple()) return false;
  for (const Type& field : type.fields()) {
    if (HasUnknownRank(field)) return true;
  }
  return false;
}

// True when the value of the region has a rank that the join lost.
bool KnowsMore(const Region* region, const Type& joined) {
  for (size_t i = 0; i < region->results.size(); ++i) {
    const Type& field = joined.is_tuple() ? joined.fields()[i] : joined;
    if (HasUnknownRank(field) && !HasUnknownRank(region->results[i].type())) return true;
  }
  return false;
}

bool IsCandidate(const Binding& binding) {
  const auto* branch = std::get_if<ir::If>(&binding.expr);
  return branch != nullptr && !branch->then_region->diverges && !branch->else_region->diverges &&
         HasUnknownRank(binding.var->type) &&
         (KnowsMore(branch->then_region, binding.var->type) ||
          KnowsMore(branch->else_region, binding.var->type));
}

// Appends a copy of the bindings after the `if` to one of its branches, with that branch's value in place of
// the if's.
void AppendContinuation(ir::Module& module, const Region* outer, size_t index, Region* branch) {
  const Binding& binding = outer->bindings[index];
  Substitution substitution;
  if (branch->results.size() == 1) {
    substitution.Replace(binding.var, branch->results[0]);
  } else {
    Binding tuple;
    tuple.var = module.NewVar(binding.var->name);
    tuple.expr = ir::MakeTuple{branch->results};
    tuple.location = binding.location;
    substitution.Replace(binding.var, tuple.var);
    branch->bindings.push_back(std::move(tuple));
  }
  const std::vector<Binding> rest(outer->bindings.begin() + index + 1, outer->bindings.end());
  for (Binding& copy : CloneBindings(module, rest, &substitution))
    branch->bindings.push_back(std::move(copy));
  branch->results = outer->results;
  substitution.ApplyTo(&branch->results);
}

// True when there is something to gain: more follows than taking results apart.
bool DoesWork(const std::vector<Binding>& bindings) {
  for (const Binding& binding : bindings) {
    const bool plumbing = std::holds_alternative<ir::Project>(binding.expr) ||
                          std::holds_alternative<ir::MakeTuple>(binding.expr);
    if (!plumbing) return true;
  }
  return false;
}

bool SpecializeRegion(ir::Module& module, Region* region, int64_t* budget) {
  for (size_t i = 0; i < region->bindings.size(); ++i) {
    if (!IsCandidate(region->bindings[i])) continue;
    const std::vector<Binding> rest(region->bindings.begin() + i + 1, region->bindings.end());
    if (!DoesWork(rest)) continue;
    const int64_t cost = CountBindings(rest);
    if (cost > *budget) return false;
    *budget -= cost;
    const ir::If branch = std::get<ir::If>(region->bindings[i].expr);
    AppendContinuation(module, region, i, branch.then_region);
    AppendContinuation(module, region, i, branch.else_region);
    region->bindings.resize(i + 1);
    Binding& binding = region->bindings.back();
    binding.var = module.NewVar(binding.var->name);
    if (region->results.size() == 1) {
      region->results = {binding.var};
      return true;
    }
    ir::Var* tuple = binding.var;
    const int32_t location = binding.location;
    for (size_t k = 0; k < region->results.size(); ++k) {
      Binding field;
      field.var = module.NewVar(absl::StrCat(tuple->name, "_", k));
      field.expr = ir::Project{tuple, static_cast<int>(k)};
      field.location = location;
      region->results[k] = field.var;
      region->bindings.push_back(std::move(field));
    }
    return true;
  }
  return false;
}

}  // namespace

bool SpecializeRanks(ir::Module& module, int64_t* budget) {
  // One region at a time: what it copies must be inferred again before more is decided.
  bool changed = false;
  VisitRegionsInnerFirst(module, [&](Region* region) {
    if (!changed && !region->diverges) changed = SpecializeRegion(module, region, budget);
  });
  return changed;
}

}  // namespace baton
