#include "compiler/passes/outline.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/type_relations.h"
#include "compiler/passes/rewrite.h"
#include "compiler/passes/uses.h"
#include "vm/core/value.h"

namespace baton {

using ir::Atom;
using ir::Binding;
using ir::Function;
using ir::Region;
using ir::Var;

namespace {

// Applies it inside the binding too.
void SubstituteInside(const Substitution& substitution, Binding* binding) {
  std::vector<Binding*> pending = {binding};
  while (!pending.empty()) {
    Binding* current = pending.back();
    pending.pop_back();
    substitution.ApplyTo(&current->expr);
    for (Region* region : ir::Regions(current->expr)) {
      substitution.ApplyTo(&region->results);
      for (Binding& inner : region->bindings) pending.push_back(&inner);
    }
  }
}

Var* CopyVar(ir::Module& module, const Var& var) {
  Var* copy = module.NewVar(var.name, var.type);
  copy->elements = var.elements;
  copy->unboxed = IsScalarType(var.type);
  return copy;
}

// A field of a value from outside: cheaper to take out before the Fork than to hand the whole tuple over.
bool IsFieldFromOutside(const RegionGraph& graph, int index, const std::vector<int>& members,
                        const Binding& binding) {
  if (!std::holds_alternative<ir::Project>(binding.expr)) return false;
  return std::none_of(graph[index].producers.begin(), graph[index].producers.end(), [&](int producer) {
    return std::binary_search(members.begin(), members.end(), producer);
  });
}

}  // namespace

// Variables from outside, in the order in which the bindings name them; then those that give code the values
// of symbols.
struct Outliner::Inputs {
  std::vector<Var*> vars;
};

Outliner::Outliner(ir::Module& module) : module_(module) {
  for (const Function& function : module.functions()) names_.insert(function.name);
}

Outliner::Inputs Outliner::FindInputs(const RegionGraph& graph, const std::vector<int>& members,
                                      const std::vector<Binding>& bindings) const {
  std::unordered_set<const Var*> defined;
  for (const int member : members) {
    VisitDefinedVars(bindings[member], [&](const Var* var) { defined.insert(var); });
  }
  Inputs inputs;
  std::set<std::string, std::less<>> symbols;  // of which the parameters give the values
  const auto add = [&](Var* var) {
    if (!defined.insert(var).second) return;
    inputs.vars.push_back(var);
    ir::VisitBareSymbols(*var, [&](absl::string_view symbol) { symbols.emplace(symbol); });
  };
  for (const int member : members) VisitUsedVars(bindings[member], add);
  for (const int member : members) {
    for (const auto& [symbol, definer] : graph[member].symbols) {
      if (symbols.count(symbol) == 0) add(definer);
    }
  }
  return inputs;
}

bool Outliner::Fits(const RegionGraph& graph, const std::vector<int>& members,
                    const std::vector<Binding>& bindings) const {
  constexpr size_t kMaxSlots = 256;  // of kMaxForkedSlots; more are not worth handing over either
  std::vector<int> inner;
  size_t num_fields = 0;
  for (const int member : members) {
    const bool is_field = IsFieldFromOutside(graph, member, members, bindings[member]);
    if (is_field) ++num_fields;
    if (!is_field) inner.push_back(member);
  }
  std::vector<SlotKind> kinds;
  for (const Var* var : FindInputs(graph, inner, bindings).vars) {
    AppendSlotKinds(var->type, /*boxed=*/false, &kinds);
    if (kinds.size() + num_fields > kMaxSlots) return false;
  }
  kinds.clear();
  AppendSlotKinds(bindings[members.back()].var->type, /*boxed=*/false, &kinds);
  return !inner.empty() && kinds.size() <= kMaxSlots;
}

ForkedStrand Outliner::Outline(const RegionGraph& graph, const Strand& strand,
                               const std::string& function_name, std::vector<Binding>* bindings) {
  ForkedStrand forked;
  std::vector<int> members;
  for (const int member : strand.members) {
    if (IsFieldFromOutside(graph, member, strand.members, (*bindings)[member])) {
      forked.fork.push_back(std::move((*bindings)[member]));
    } else {
      members.push_back(member);
    }
  }
  std::vector<Var*> roots;
  for (const int root : strand.roots) roots.push_back((*bindings)[root].var);
  const int32_t location = (*bindings)[strand.roots.back()].location;
  Binding fork;
  fork.location = location;
  const Binding& first = (*bindings)[members.front()];
  const auto* call = std::get_if<ir::Call>(&first.expr);
  if (members.size() == 1 && call != nullptr && !first.has_checks()) {
    fork.expr = ir::Fork{call->callee, call->args, Dim(0)};
  } else {
    const Inputs inputs = FindInputs(graph, members, *bindings);
    forked.outlined = MakeFunction(strand, members, inputs, function_name, bindings, &forked);
    fork.expr = ir::Fork{forked.outlined, {inputs.vars.begin(), inputs.vars.end()}, Dim(0)};
  }
  Function* callee = std::get<ir::Fork>(fork.expr).callee;
  fork.var = module_.NewVar(absl::StrCat(roots.back()->name, "_future"), Type::Future(callee->result_type));
  forked.fork.push_back(std::move(fork));
  AddAwait(strand, callee, roots, location, &forked);
  return forked;
}

// Types keep their symbols: what defines them here defines them there.
Function* Outliner::MakeFunction(const Strand& strand, const std::vector<int>& members, const Inputs& inputs,
                                 const std::string& name, std::vector<Binding>* bindings,
                                 ForkedStrand* forked) {
  std::string unique = name;
  while (!names_.insert(unique).second) unique = absl::StrCat(name, "_", ++next_numbers_[name]);
  Function* function = module_.NewFunction(unique);
  Region* body = function->body;
  Substitution substitution;
  for (const Var* var : inputs.vars) {
    Var* param = CopyVar(module_, *var);
    body->params.push_back(param);
    substitution.Replace(var, param);
  }
  std::vector<Type> results;
  for (const int member : members) {
    Binding& binding = body->bindings.emplace_back(std::move((*bindings)[member]));
    SubstituteInside(substitution, &binding);
    if (!std::binary_search(strand.roots.begin(), strand.roots.end(), member)) continue;
    // The region around keeps the variable that it knows.
    const Var* known = binding.var;
    const bool unboxed = known->unboxed;
    binding.var = CopyVar(module_, *known);
    binding.var->unboxed = unboxed;
    forked->renamed.emplace_back(binding.var, known);
    body->results.push_back(binding.var);
    results.push_back(ir::OpenExtents(known->type));
  }
  function->result_type = results.size() == 1 ? results[0] : Type::Tuple(std::move(results));
  return function;
}

void Outliner::AddAwait(const Strand& strand, Function* callee, const std::vector<Var*>& roots,
                        int32_t location, ForkedStrand* forked) {
  Binding await;
  await.location = location;
  await.expr = ir::Await{forked->fork.back().var, callee};
  for (Var* root : roots) root->unboxed = IsScalarType(root->type);
  if (roots.size() == 1) {
    await.var = roots[0];
    forked->await.push_back(std::move(await));
    return;
  }
  std::vector<Type> types;
  for (const Var* root : roots) types.push_back(root->type);
  Var* tuple = module_.NewVar("strand", Type::Tuple(std::move(types)));
  await.var = tuple;
  forked->await.push_back(std::move(await));
  for (size_t i = 0; i < roots.size(); ++i) {
    Binding& field = forked->await.emplace_back();
    field.var = roots[i];
    field.expr = ir::Project{tuple, static_cast<int>(i)};
    field.location = location;
  }
}

}  // namespace baton
