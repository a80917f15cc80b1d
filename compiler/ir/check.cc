#include "compiler/ir/check.h"

#include <unordered_set>

#include "vm/core/status.h"

namespace baton::ir {
namespace {

class Checker {
 public:
  explicit Checker(CheckOptions options) : options_(options) {}

  absl::Status CheckRegion(const Region* region) {
    std::vector<const Var*> own;
    for (const Var* param : region->params) BATON_RETURN_IF_ERROR(Define(param, &own));
    for (size_t i = 0; i < region->bindings.size(); ++i) {
      const Binding& binding = region->bindings[i];
      for (const Atom* operand : Operands(const_cast<Expr*>(&binding.expr)))
        BATON_RETURN_IF_ERROR(Use(*operand));
      BATON_RETURN_IF_ERROR(CheckExpr(binding));
      for (const Region* inner : Regions(binding.expr)) BATON_RETURN_IF_ERROR(CheckRegion(inner));
      BATON_RETURN_IF_ERROR(Define(binding.var, &own));
    }
    if (!region->diverges) {
      for (const Atom& result : region->results) BATON_RETURN_IF_ERROR(Use(result));
    }
    for (const Var* var : own) visible_.erase(var);
    return absl::OkStatus();
  }

 private:
  absl::Status Define(const Var* var, std::vector<const Var*>* own) {
    if (!defined_.insert(var).second) return Fault(var, "is defined twice");
    if (options_.typed && var->type.kind() == Type::Kind::kUnknown) return Fault(var, "has no type");
    visible_.insert(var);
    own->push_back(var);
    return absl::OkStatus();
  }

  absl::Status Use(const Atom& atom) const {
    if (atom.var() != nullptr && visible_.count(atom.var()) == 0)
      return Fault(atom.var(), "is used where it is not defined");
    return absl::OkStatus();
  }

  absl::Status CheckExpr(const Binding& binding) const {
    if (const auto* call = std::get_if<OpCall>(&binding.expr)) {
      const size_t least = call->op->inputs.size();
      if (call->args.size() > least && !call->op->IsVariadic())
        return Fault(binding.var, "has too many operands");
    }
    if (const auto* loop = std::get_if<Loop>(&binding.expr)) {
      const size_t count = loop->initial.size();
      const bool fits = loop->condition->params.size() == count && loop->body->params.size() == count &&
                        (loop->body->diverges || loop->body->results.size() == count) &&
                        (loop->condition->diverges || loop->condition->results.size() == 1);
      if (!fits) return Fault(binding.var, "is a loop whose regions do not fit its carried values");
    }
    return absl::OkStatus();
  }

  static absl::Status Fault(const Var* var, absl::string_view what) {
    return absl::InternalError(absl::StrCat("value %", var->name, " (", var->id, ") ", what));
  }

  CheckOptions options_;
  std::unordered_set<const Var*> visible_;
  std::unordered_set<const Var*> defined_;
};

}  // namespace

absl::Status CheckModule(const Module& module, CheckOptions options) {
  Checker checker(options);
  for (const Function& function : module.functions())
    BATON_RETURN_IF_ERROR(checker.CheckRegion(function.body));
  return absl::OkStatus();
}

}  // namespace baton::ir
