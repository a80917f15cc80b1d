// Inlining: a call of a function that is small, or that is called in one place only, becomes its body. Not of
// functions that are recursive, directly or through others, so that the pass comes to an end.
#include <map>
#include <set>

#include "compiler/passes/passes.h"
#include "compiler/passes/rewrite.h"

namespace baton {
namespace {

using ir::Binding;
using ir::Function;
using ir::Region;
using ir::Var;

// Bindings of a function that is worth copying: about what a call costs.
constexpr int64_t kSmallFunction = 4;

class Inliner {
 public:
  Inliner(ir::Module& module, int64_t* budget) : module_(module), budget_(budget) {
    for (const Function& function : module.functions()) {
      VisitBindings(function.body, [&](const Binding& binding) {
        if (const auto* call = std::get_if<ir::Call>(&binding.expr)) {
          callees_[&function].insert(call->callee);
          ++num_uses_[call->callee];
        }
        // A closure may call the function any number of times; what its calls lead to is not followed.
        if (const auto* closure = std::get_if<ir::MakeClosure>(&binding.expr)) {
          callees_[&function].insert(closure->function);
          num_uses_[closure->function] += 2;
        }
      });
    }
    FindRecursive();
  }

  bool Run() {
    VisitRegionsInnerFirst(module_, [this](Region* region) { InlineInto(region); });
    return changed_;
  }

 private:
  // Takes away functions that call nothing that is left, until none does: the others call themselves, or lead
  // to such.
  void FindRecursive() {
    std::map<const Function*, std::vector<const Function*>> callers;
    std::map<const Function*, size_t> num_open;
    std::vector<const Function*> done;
    for (const Function& function : module_.functions()) {
      num_open[&function] = callees_[&function].size();
      for (const Function* callee : callees_[&function]) callers[callee].push_back(&function);
      if (callees_[&function].empty()) done.push_back(&function);
    }
    while (!done.empty()) {
      const Function* function = done.back();
      done.pop_back();
      flat_.insert(function);
      for (const Function* caller : callers[function]) {
        if (--num_open[caller] == 0) done.push_back(caller);
      }
    }
  }

  // A function whose results must be checked keeps its own place for that.
  bool IsWorthwhile(const Function& function) const {
    if (flat_.count(&function) == 0 || function.body->diverges) return false;
    if (!function.result_checks.empty() || !function.result_type_checks.empty()) return false;
    const int64_t size = CountBindings(function.body->bindings);
    return (num_uses_.at(&function) == 1 || size <= kSmallFunction) && size <= *budget_;
  }

  void InlineInto(Region* region) {
    std::vector<Binding> old = std::move(region->bindings);
    region->bindings.clear();
    for (Binding& binding : old) {
      const auto* call = std::get_if<ir::Call>(&binding.expr);
      // The checks of a call hold its arguments against the parameters' types, on which the body relies.
      if (call == nullptr || binding.has_checks() || !IsWorthwhile(*call->callee)) {
        region->bindings.push_back(std::move(binding));
        continue;
      }
      AppendBody(*call, binding, region);
      changed_ = true;
    }
  }

  // The body with arguments for parameters; the call's variable becomes a tuple of its results, which
  // simplification takes apart.
  void AppendBody(const ir::Call& call, const Binding& binding, Region* region) {
    const Region& body = *call.callee->body;
    *budget_ -= CountBindings(body.bindings);
    Substitution substitution;
    for (size_t i = 0; i < call.args.size(); ++i) substitution.Replace(body.params[i], call.args[i]);
    for (Binding& copy : CloneBindings(module_, body.bindings, &substitution)) {
      region->bindings.push_back(std::move(copy));
    }
    std::vector<ir::Atom> results = body.results;
    substitution.ApplyTo(&results);
    Binding tuple;
    tuple.location = binding.location;
    const bool is_single = results.size() == 1;
    tuple.var = is_single ? module_.NewVar(binding.var->name) : binding.var;
    tuple.expr = ir::MakeTuple{std::move(results)};
    const Var* made = tuple.var;
    region->bindings.push_back(std::move(tuple));
    if (!is_single) return;
    Binding field;
    field.location = binding.location;
    field.var = binding.var;
    field.expr = ir::Project{const_cast<Var*>(made), 0};
    region->bindings.push_back(std::move(field));
  }

  ir::Module& module_;
  int64_t* budget_;
  std::map<const Function*, std::set<const Function*>> callees_;
  std::map<const Function*, int64_t> num_uses_;
  std::set<const Function*> flat_;  // not recursive, and nothing that they lead to is
  bool changed_ = false;
};

}  // namespace

bool InlineFunctions(ir::Module& module, int64_t* budget) {
  return Inliner(module, budget).Run();
}

}  // namespace baton
