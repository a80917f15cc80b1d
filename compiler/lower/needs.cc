// What the code of a function needs: variables that something uses, symbols whose values something computes
// with.
#include "compiler/ir/type_relations.h"
#include "compiler/lower/function_lowering.h"

namespace baton {

using ir::Binding;
using ir::Region;
using ir::Var;

void FunctionLowering::NeedSymbols(const Dim& dim) {
  dim.VisitSymbols([this](absl::string_view name) { needed_symbols_.emplace(name); });
}

void FunctionLowering::NeedChecks(const std::vector<ir::DimCheck>& checks) {
  for (const ir::DimCheck& check : checks) {
    NeedSymbols(check.a);
    NeedSymbols(check.b);
  }
}

void FunctionLowering::NeedBinding(const Binding& binding) {
  NeedChecks(binding.checks);
  for (const ir::Atom* operand : ir::Operands(const_cast<ir::Expr*>(&binding.expr))) {
    used_vars_.insert(operand->var());
  }
  if (const auto* fork = std::get_if<ir::Fork>(&binding.expr)) NeedSymbols(fork->work);
  const Var* var = binding.var;
  ir::VisitTensors(var->type, [this](const TensorType& type) {
    if (!type.shape.has_rank()) return;
    for (const Dim& dim : type.shape.dims()) NeedSymbols(dim);
  });
  const bool is_condition = var->elements && var->elements->size() == 1;
  if (!var->elements || !(var->unboxed || is_condition)) return;
  for (const ir::Element& element : *var->elements) {
    // A symbol as it stands is read where it is defined; only scalar code computes with it.
    if (element.dim() != nullptr && (element.dim()->symbol().empty() || var->unboxed)) {
      NeedSymbols(*element.dim());
    }
    if (element.condition() == nullptr) continue;
    NeedSymbols(element.condition()->a);
    NeedSymbols(element.condition()->b);
  }
}

void FunctionLowering::CollectNeeds() {
  NeedChecks(source_.result_checks);
  std::vector<const Region*> pending = {source_.body};
  while (!pending.empty()) {
    const Region* region = pending.back();
    pending.pop_back();
    for (const ir::Atom& result : region->results) used_vars_.insert(result.var());
    for (const Binding& binding : region->bindings) {
      NeedBinding(binding);
      for (const Region* inner : ir::Regions(binding.expr)) pending.push_back(inner);
    }
  }
}

bool FunctionLowering::IsNeeded(const Var* var) const {
  bool needed = used_vars_.count(var) > 0;
  ir::VisitBareSymbols(*var, [&](absl::string_view symbol) { needed |= needed_symbols_.count(symbol) > 0; });
  return needed;
}

}  // namespace baton
