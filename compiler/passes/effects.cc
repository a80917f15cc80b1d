#include "compiler/passes/effects.h"

#include <map>
#include <vector>

#include "compiler/passes/rewrite.h"

namespace baton {
namespace {

using ir::Binding;
using ir::Region;

// What an expression does by itself, calls of functions apart.
bool HasOwnEffect(const ir::Expr& expr) {
  const auto* call = std::get_if<ir::OpCall>(&expr);
  return (call != nullptr && !call->op->pure) || std::holds_alternative<ir::WriteReference>(expr) ||
         std::holds_alternative<ir::CallClosure>(expr);
}

}  // namespace

// Functions without effects become known from the leaves of the call graph upwards; what is on a cycle never
// does.
Effects::Effects(const ir::Module& module) {
  std::map<const ir::Function*, std::vector<const ir::Function*>> callers;
  std::map<const ir::Function*, int> num_open_calls;
  std::vector<const ir::Function*> known;
  for (const ir::Function& function : module.functions()) {
    bool has_effect = false;
    int& num_open = num_open_calls[&function];
    VisitBindings(function.body, [&](const Binding& binding) {
      has_effect |= HasOwnEffect(binding.expr) || std::holds_alternative<ir::Loop>(binding.expr);
      if (const auto* call = std::get_if<ir::Call>(&binding.expr)) {
        callers[call->callee].push_back(&function);
        ++num_open;
      }
    });
    if (has_effect) num_open = -1;
    if (num_open == 0) known.push_back(&function);
  }
  while (!known.empty()) {
    const ir::Function* function = known.back();
    known.pop_back();
    removable_.insert(function);
    for (const ir::Function* caller : callers[function]) {
      int& num_open = num_open_calls[caller];
      if (num_open > 0 && --num_open == 0) known.push_back(caller);
    }
  }
}

bool Effects::CanRemove(const Binding& binding) const {
  // What always fails ends its region.
  if (std::holds_alternative<ir::Raise>(binding.expr) || binding.var->type.kind() == Type::Kind::kNever)
    return false;
  if (binding.has_checks() && !std::holds_alternative<ir::OpCall>(binding.expr)) return false;
  bool can_remove = IsRemovable(binding.expr);
  for (const Region* region : ir::Regions(binding.expr)) {
    VisitBindings(region, [&](const Binding& inner) { can_remove &= IsRemovable(inner.expr); });
  }
  return can_remove;
}

bool Effects::IsRemovable(const ir::Expr& expr) const {
  if (const auto* call = std::get_if<ir::Call>(&expr)) return removable_.count(call->callee) > 0;
  return !HasOwnEffect(expr);
}

}  // namespace baton
