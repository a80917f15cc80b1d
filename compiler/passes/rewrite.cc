#include "compiler/passes/rewrite.h"

#include <algorithm>

namespace baton {

using ir::Atom;
using ir::Binding;
using ir::Region;
using ir::Var;

Atom Substitution::Apply(Atom atom) const {
  while (atom.var() != nullptr) {
    auto found = map_.find(atom.var());
    if (found == map_.end()) break;
    atom = found->second;
  }
  return atom;
}

void Substitution::ApplyTo(ir::Expr* expr) const {
  for (Atom* operand : ir::Operands(expr)) *operand = Apply(*operand);
}

void Substitution::ApplyTo(std::vector<Atom>* atoms) const {
  for (Atom& atom : *atoms) atom = Apply(atom);
}

namespace {

Var* CloneVar(ir::Module& module, const Var* var, Substitution* substitution) {
  Var* copy = module.NewVar(var->name, var->type);
  copy->elements = var->elements;
  substitution->Replace(var, copy);
  return copy;
}

Region* CloneRegion(ir::Module& module, const Region* region, Substitution* substitution) {
  Region* copy = module.NewRegion();
  for (const Var* param : region->params) copy->params.push_back(CloneVar(module, param, substitution));
  copy->bindings = CloneBindings(module, region->bindings, substitution);
  copy->results = region->results;
  substitution->ApplyTo(&copy->results);
  copy->diverges = region->diverges;
  return copy;
}

}  // namespace

std::vector<Binding> CloneBindings(ir::Module& module, const std::vector<Binding>& bindings,
                                   Substitution* substitution) {
  std::vector<Binding> copies;
  copies.reserve(bindings.size());
  for (const Binding& binding : bindings) {
    Binding& copy = copies.emplace_back(binding);
    substitution->ApplyTo(&copy.expr);
    if (auto* branch = std::get_if<ir::If>(&copy.expr)) {
      branch->then_region = CloneRegion(module, branch->then_region, substitution);
      branch->else_region = CloneRegion(module, branch->else_region, substitution);
    } else if (auto* loop = std::get_if<ir::Loop>(&copy.expr)) {
      loop->condition = CloneRegion(module, loop->condition, substitution);
      loop->body = CloneRegion(module, loop->body, substitution);
    } else if (auto* match = std::get_if<ir::Match>(&copy.expr)) {
      for (ir::MatchArm& arm : match->arms) arm.region = CloneRegion(module, arm.region, substitution);
      if (match->otherwise != nullptr) match->otherwise = CloneRegion(module, match->otherwise, substitution);
    }
    copy.var = CloneVar(module, binding.var, substitution);
  }
  return copies;
}

int64_t CountBindings(const std::vector<Binding>& bindings) {
  int64_t count = 0;
  std::vector<const std::vector<Binding>*> pending = {&bindings};
  while (!pending.empty()) {
    const std::vector<Binding>* list = pending.back();
    pending.pop_back();
    count += static_cast<int64_t>(list->size());
    for (const Binding& binding : *list) {
      for (const Region* region : ir::Regions(binding.expr)) pending.push_back(&region->bindings);
    }
  }
  return count;
}

void VisitBindings(const Region* region, const std::function<void(const Binding&)>& visit) {
  std::vector<const Region*> pending = {region};
  while (!pending.empty()) {
    const Region* current = pending.back();
    pending.pop_back();
    for (const Binding& binding : current->bindings) {
      visit(binding);
      for (const Region* inner : ir::Regions(binding.expr)) pending.push_back(inner);
    }
  }
}

void VisitRegionsInnerFirst(ir::Module& module, const std::function<void(Region*)>& visit) {
  std::vector<Region*> order;  // outer before inner
  for (ir::Function& function : module.functions()) order.push_back(function.body);
  for (size_t i = 0; i < order.size(); ++i) {
    for (const Binding& binding : order[i]->bindings) {
      for (Region* region : ir::Regions(binding.expr)) order.push_back(region);
    }
  }
  std::for_each(order.rbegin(), order.rend(), visit);
}

}  // namespace baton
