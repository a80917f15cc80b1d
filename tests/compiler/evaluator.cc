#include "tests/compiler/evaluator.h"

#include <map>

#include "ops/registry.h"
#include "vm/core/status.h"

namespace baton {
namespace {

using Values = std::vector<Tensor>;  // one tensor, or the fields of a tuple

class Evaluator {
 public:
  absl::StatusOr<Values> Region(const ir::Region& region) {
    for (const ir::Binding& binding : region.bindings) {
      BATON_ASSIGN_OR_RETURN(values_[binding.var], Binding(binding));
    }
    Values results;
    for (const ir::Atom& result : region.results) results.push_back(Value(result));
    return results;
  }
  void Set(const ir::Var* var, Tensor value) { values_[var] = {std::move(value)}; }

 private:
  Tensor Value(const ir::Atom& atom) {
    if (atom.empty()) return Tensor();
    return atom.constant() != nullptr ? atom.constant()->value : values_.at(atom.var())[0];
  }

  absl::StatusOr<Values> Binding(const ir::Binding& binding) {
    if (const auto* call = std::get_if<ir::OpCall>(&binding.expr)) {
      Values inputs;
      for (const ir::Atom& arg : call->args) inputs.push_back(Value(arg));
      return RunOp(*call->op, call->attrs, inputs, {.portable_only = true});
    }
    if (const auto* tuple = std::get_if<ir::MakeTuple>(&binding.expr)) {
      Values fields;
      for (const ir::Atom& field : tuple->fields) fields.push_back(Value(field));
      return fields;
    }
    if (const auto* project = std::get_if<ir::Project>(&binding.expr)) {
      return Values{values_.at(project->tuple.var())[project->index]};
    }
    if (const auto* branch = std::get_if<ir::If>(&binding.expr)) {
      return Region(Truth(Value(branch->condition)) ? *branch->then_region : *branch->else_region);
    }
    if (const auto* loop = std::get_if<ir::Loop>(&binding.expr)) return Loop(*loop);
    return absl::InvalidArgumentError(std::get<ir::Raise>(binding.expr).message);
  }

  absl::StatusOr<Values> Loop(const ir::Loop& loop) {
    Values carried;
    for (const ir::Atom& initial : loop.initial) carried.push_back(Value(initial));
    while (true) {
      for (size_t i = 0; i < carried.size(); ++i) Set(loop.condition->params[i], carried[i]);
      BATON_ASSIGN_OR_RETURN(Values go_on, Region(*loop.condition));
      if (!Truth(go_on[0])) return carried;
      for (size_t i = 0; i < carried.size(); ++i) Set(loop.body->params[i], carried[i]);
      BATON_ASSIGN_OR_RETURN(carried, Region(*loop.body));
    }
  }

  static bool Truth(const Tensor& tensor) { return static_cast<bool>(tensor.values<Bool>()[0]); }

  std::map<const ir::Var*, Values> values_;
};

}  // namespace

absl::StatusOr<std::vector<Tensor>> Evaluate(const ir::Module& module, absl::Span<const Tensor> inputs) {
  const ir::Function& function = module.functions().front();
  Evaluator evaluator;
  for (size_t i = 0; i < inputs.size(); ++i) evaluator.Set(function.body->params[i], inputs[i]);
  return evaluator.Region(*function.body);
}

}  // namespace baton
