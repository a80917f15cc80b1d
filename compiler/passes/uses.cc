#include "compiler/passes/uses.h"

#include "compiler/ir/type_relations.h"

namespace baton {
namespace {

using ir::Binding;
using ir::Region;
using ir::Var;

// The binding itself, then those inside.
void VisitInside(const Binding& binding, const std::function<void(const Binding&)>& visit,
                 const std::function<void(const Region&)>& visit_region) {
  std::vector<const Binding*> pending = {&binding};
  while (!pending.empty()) {
    const Binding& current = *pending.back();
    pending.pop_back();
    visit(current);
    for (const Region* region : ir::Regions(current.expr)) {
      visit_region(*region);
      for (const Binding& inner : region->bindings) pending.push_back(&inner);
    }
  }
}

using VisitSymbol = std::function<void(absl::string_view)>;

void VisitVarSymbols(const Var& var, const VisitSymbol& visit) {
  ir::VisitTensors(var.type, [&](const TensorType& tensor) {
    if (!tensor.shape.has_rank()) return;
    for (const Dim& dim : tensor.shape.dims()) dim.VisitSymbols(visit);
  });
  if (!var.elements) return;
  for (const ir::Element& element : *var.elements) {
    if (element.dim() != nullptr) element.dim()->VisitSymbols(visit);
    if (element.condition() == nullptr) continue;
    element.condition()->a.VisitSymbols(visit);
    element.condition()->b.VisitSymbols(visit);
  }
}

}  // namespace

void VisitUsedVars(const Binding& binding, const std::function<void(Var*)>& visit) {
  const auto use = [&](const ir::Atom& atom) {
    if (atom.var() != nullptr) visit(atom.var());
  };
  VisitInside(
      binding,
      [&](const Binding& current) {
        for (const ir::Atom* operand : ir::Operands(const_cast<ir::Expr*>(&current.expr))) use(*operand);
      },
      [&](const Region& region) {
        if (region.diverges) return;
        for (const ir::Atom& result : region.results) use(result);
      });
}

void VisitUsedSymbols(const Binding& binding, const VisitSymbol& visit) {
  VisitInside(
      binding,
      [&](const Binding& current) {
        VisitVarSymbols(*current.var, visit);
        for (const ir::DimCheck& check : current.checks) {
          check.a.VisitSymbols(visit);
          check.b.VisitSymbols(visit);
        }
        const auto* fork = std::get_if<ir::Fork>(&current.expr);
        if (fork != nullptr) fork->work.VisitSymbols(visit);
      },
      [&](const Region& region) {
        for (const Var* param : region.params) VisitVarSymbols(*param, visit);
      });
}

void VisitDefinedVars(const Binding& binding, const std::function<void(const Var*)>& visit) {
  VisitInside(
      binding, [&](const Binding& current) { visit(current.var); },
      [&](const Region& region) {
        for (const Var* param : region.params) visit(param);
      });
}

void SymbolScope::Restore(Mark mark) {
  for (; undo_.size() > mark; undo_.pop_back()) definers_.erase(undo_.back());
}

void SymbolScope::Define(Var* var) {
  ir::VisitBareSymbols(*var, [&](absl::string_view symbol) {
    if (definers_.try_emplace(std::string(symbol), var).second) undo_.emplace_back(symbol);
  });
}

Var* SymbolScope::Find(absl::string_view symbol) const {
  const auto found = definers_.find(symbol);
  return found == definers_.end() ? nullptr : found->second;
}

}  // namespace baton
