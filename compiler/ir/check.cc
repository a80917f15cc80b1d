#include "compiler/ir/check.h"

#include <unordered_map>
#include <unordered_set>

#include "vm/core/status.h"

namespace baton::ir {
namespace {

class Checker {
 public:
  Checker(const Module& module, CheckOptions options) : module_(module), options_(options) {
    for (const Function& function : module.functions()) functions_.insert(&function);
  }

  absl::Status CheckRegion(const Region* region) {
    std::vector<const Var*> own;
    std::unordered_map<const Var*, const Function*> forked = {};  // futures that are not awaited yet
    for (const Var* param : region->params) BATON_RETURN_IF_ERROR(Define(param, &own));
    for (size_t i = 0; i < region->bindings.size(); ++i) {
      const Binding& binding = region->bindings[i];
      const bool awaits = std::holds_alternative<Await>(binding.expr);
      for (const Atom* operand : Operands(const_cast<Expr*>(&binding.expr)))
        BATON_RETURN_IF_ERROR(Use(*operand, awaits));
      BATON_RETURN_IF_ERROR(CheckExpr(binding));
      BATON_RETURN_IF_ERROR(CheckFutures(binding, &forked));
      for (const Region* inner : Regions(binding.expr)) BATON_RETURN_IF_ERROR(CheckRegion(inner));
      BATON_RETURN_IF_ERROR(Define(binding.var, &own));
    }
    if (!region->diverges) {
      for (const Atom& result : region->results) BATON_RETURN_IF_ERROR(Use(result));
    }
    for (const Var* var : own) visible_.erase(var);
    if (!forked.empty() && !region->diverges)
      return Fault(forked.begin()->first, "is a future that its region does not await");
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

  absl::Status Use(const Atom& atom, bool awaits = false) const {
    if (!awaits && futures_.count(atom.var()) > 0)
      return Fault(atom.var(), "is a future that something other than an await uses");
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
    const auto* loop = std::get_if<Loop>(&binding.expr);
    if (loop != nullptr && !RegionsFit(*loop))
      return Fault(binding.var, "is a loop whose regions do not fit its carried values");
    if (const auto* match = std::get_if<Match>(&binding.expr)) return CheckMatch(binding.var, *match);
    if (const auto* call = std::get_if<Call>(&binding.expr)) {
      BATON_RETURN_IF_ERROR(CheckCallee(binding.var, call->callee));
      if (call->args.size() != call->callee->body->params.size())
        return Fault(binding.var, "does not have its callee's number of arguments");
    }
    if (const auto* fork = std::get_if<Fork>(&binding.expr)) {
      BATON_RETURN_IF_ERROR(CheckCallee(binding.var, fork->callee));
      if (fork->args.size() != fork->callee->body->params.size())
        return Fault(binding.var, "does not have its callee's number of arguments");
    }
    if (const auto* closure = std::get_if<MakeClosure>(&binding.expr)) {
      BATON_RETURN_IF_ERROR(CheckCallee(binding.var, closure->function));
      if (closure->captured.size() > closure->function->body->params.size())
        return Fault(binding.var, "captures more values than its function has parameters");
    }
    if (const auto* data = std::get_if<MakeData>(&binding.expr)) {
      const ConstructorDefinition* constructor = FindConstructor(data->type, data->constructor);
      if (constructor == nullptr) return Fault(binding.var, "has no such constructor");
      if (constructor->fields.size() != data->fields.size())
        return Fault(binding.var, "does not have its constructor's number of fields");
    }
    return absl::OkStatus();
  }

  // A future has one use: an Await of the region of its Fork, naming the same function.
  absl::Status CheckFutures(const Binding& binding, std::unordered_map<const Var*, const Function*>* forked) {
    if (const auto* fork = std::get_if<Fork>(&binding.expr)) {
      forked->emplace(binding.var, fork->callee);
      futures_.insert(binding.var);
      return absl::OkStatus();
    }
    const auto* await = std::get_if<Await>(&binding.expr);
    if (await == nullptr) return absl::OkStatus();
    const auto found = forked->find(await->future.var());
    if (found == forked->end()) return Fault(binding.var, "awaits what this region has not forked");
    if (found->second != await->callee) return Fault(binding.var, "awaits a call of another function");
    forked->erase(found);
    return absl::OkStatus();
  }

  // Arms sorted by constructor, each once; together with `otherwise` they take every value.
  absl::Status CheckMatch(const Var* var, const Match& match) const {
    for (size_t i = 1; i < match.arms.size(); ++i) {
      if (match.arms[i].constructor <= match.arms[i - 1].constructor)
        return Fault(var, "is a match whose arms are not sorted by constructor");
    }
    if (match.otherwise != nullptr && !match.otherwise->params.empty())
      return Fault(var, "is a match whose last arm has parameters");
    const Type type = match.data.type();
    if (!type.is_data()) return absl::OkStatus();  // not typed yet
    const TypeDefinition* definition = module_.FindTypeDefinition(type.name());
    if (definition == nullptr) return Fault(var, "is a match on a type without definition");
    if (match.otherwise == nullptr && match.arms.size() != definition->constructors.size())
      return Fault(var, "is a match that leaves constructors open");
    for (const MatchArm& arm : match.arms) {
      const ConstructorDefinition* constructor = FindConstructor(type, arm.constructor);
      if (constructor == nullptr || constructor->fields.size() != arm.region->params.size())
        return Fault(var, "is a match with an arm that fits no constructor");
    }
    return absl::OkStatus();
  }

  absl::Status CheckCallee(const Var* var, const Function* callee) const {
    if (functions_.count(callee) == 0) return Fault(var, "calls a function that is not of the module");
    if (callee->is_entry) return Fault(var, "calls an entry point");
    if (options_.typed && callee->result_type.kind() == Type::Kind::kUnknown)
      return Fault(var, "calls a function without a result type");
    return absl::OkStatus();
  }

  const ConstructorDefinition* FindConstructor(const Type& type, int constructor) const {
    const TypeDefinition* definition = type.is_data() ? module_.FindTypeDefinition(type.name()) : nullptr;
    if (definition == nullptr || static_cast<size_t>(constructor) >= definition->constructors.size())
      return nullptr;
    return &definition->constructors[constructor];
  }

  static absl::Status Fault(const Var* var, absl::string_view what) {
    return absl::InternalError(absl::StrCat("value %", var->name, " (", var->id, ") ", what));
  }

  const Module& module_;
  CheckOptions options_;
  std::unordered_set<const Function*> functions_;
  std::unordered_set<const Var*> visible_;
  std::unordered_set<const Var*> defined_;
  std::unordered_set<const Var*> futures_;
};

}  // namespace

absl::Status CheckModule(const Module& module, CheckOptions options) {
  Checker checker(module, options);
  for (const Function& function : module.functions())
    BATON_RETURN_IF_ERROR(checker.CheckRegion(function.body));
  return absl::OkStatus();
}

}  // namespace baton::ir
