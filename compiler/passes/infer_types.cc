// Type inference of functions and straight code.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/ir/call_inference.h"
#include "compiler/ir/type_flow.h"
#include "compiler/ir/type_relations.h"
#include "compiler/passes/passes.h"
#include "compiler/passes/type_inference.h"
#include "vm/core/status.h"

namespace baton {

using ir::Binding;
using ir::Region;
using ir::Var;

absl::Status TypeInference::Run() {
  for (ir::Function& function : module_.functions()) {
    for (const Var* param : function.body->params) module_.ReserveSymbols(param->type);
  }
  for (ir::Function& function : module_.functions()) {
    for (Var* param : function.body->params) {
      param->type = ir::InstantiateOpenExtents(module_, param->type);
    }
  }
  for (ir::Function& function : module_.functions()) {
    BATON_RETURN_IF_ERROR(InferFunction(function));
  }
  return absl::OkStatus();
}

// What a region that always fails fails with.
static std::string FailureOf(const Region& region) {
  if (region.bindings.empty()) return "it does not return";
  const ir::Expr& last = region.bindings.back().expr;
  if (const auto* raise = std::get_if<ir::Raise>(&last)) return raise->message;
  for (const Region* inner : ir::Regions(last)) {
    if (inner->diverges) return FailureOf(*inner);
  }
  return "it does not return";
}

absl::Status TypeInference::InferFunction(ir::Function& function) {
  scope_ = ir::InferenceScope();
  for (Var* param : function.body->params) {
    param->elements.reset();
    ir::NameUnknownElements(module_, param);
    scope_.Define(*param);
  }
  BATON_RETURN_IF_ERROR(CheckParameterSymbols(function));
  BATON_RETURN_IF_ERROR(InferRegion(function.body, /*conditional=*/false));
  if (function.body->diverges && function.is_entry) {
    return absl::InvalidArgumentError(
        absl::StrCat("function ", function.name, " always fails: ", FailureOf(*function.body)));
  }
  return CheckResults(function);
}

// What an extent is must be found out from the arguments.
absl::Status TypeInference::CheckParameterSymbols(const ir::Function& function) const {
  for (const Var* param : function.body->params) {
    bool defined = true;
    ir::VisitTensors(param->type, [&](const TensorType& tensor) {
      if (!tensor.shape.has_rank()) return;
      for (const Dim& dim : tensor.shape.dims()) defined &= scope_.Defined(dim);
    });
    if (defined) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("@", function.name, ": parameter %", param->name, " is ", param->type.ToString(),
                     ", which names a dimension that is no extent of any parameter"));
  }
  return absl::OkStatus();
}

// The results against the declared type: proved, or checked before the function returns.
absl::Status TypeInference::CheckResults(ir::Function& function) {
  function.result_type_checks.clear();
  function.result_checks.clear();
  const Type& declared = function.result_type;
  if (function.body->diverges || declared.kind() == Type::Kind::kUnknown) return absl::OkStatus();
  const std::vector<ir::Atom>& results = function.body->results;
  const std::string what = absl::StrCat("@", function.name, ": the result");
  ir::TypeFlow flow(module_, scope_);
  for (const Var* param : function.body->params) flow.Keep(param->type);
  if (results.size() == 1) {
    BATON_RETURN_IF_ERROR(flow.Add(scope_.TypeOf(results[0]), declared, what));
  } else if (!declared.is_tuple() || declared.fields().size() != results.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " is ", ResultType(function.body).ToString(), ", expected ", declared.ToString()));
  } else {
    for (size_t i = 0; i < results.size(); ++i) {
      BATON_RETURN_IF_ERROR(
          flow.Add(scope_.TypeOf(results[i]), declared.fields()[i], absl::StrCat(what, ", field ", i)));
    }
  }
  BATON_RETURN_IF_ERROR(flow.Finish());
  function.result_type_checks = flow.TakeTypeChecks();
  function.result_checks = flow.TakeChecks();
  return absl::OkStatus();
}

// Infers all bindings. In a conditional region a binding that cannot be right ends the region instead of
// failing.
absl::Status TypeInference::InferRegion(Region* region, bool conditional) {
  region->diverges = false;
  for (size_t i = 0; i < region->bindings.size(); ++i) {
    Binding& binding = region->bindings[i];
    const absl::Status status = InferBinding(binding);
    if (!status.ok()) {
      // A Raise gets its place from the back trace at run time.
      const std::string where = module_.location(binding.location).ToString();
      const bool placed = where.empty() || absl::StrContains(status.message(), "; at ");
      if (!conditional || !absl::IsInvalidArgument(status)) {
        return placed ? status : Annotate(status, absl::StrCat("at ", where));
      }
      Diverge(region, i, std::string(status.message()));
    }
    if (region->bindings[i].var->type.kind() == Type::Kind::kNever) {
      region->diverges = true;
      if (unstable_loops_ == 0) region->bindings.resize(i + 1);
      return absl::OkStatus();
    }
    scope_.Define(*binding.var);
  }
  return absl::OkStatus();
}

// The region fails at binding `index`. While a loop's types are still changing, later rounds may succeed,
// so only the final round puts the failure into the code.
void TypeInference::Diverge(Region* region, size_t index, std::string message) {
  Binding& binding = region->bindings[index];
  binding.var->type = Type::Never();
  if (unstable_loops_ > 0) return;
  binding.expr = ir::Raise{std::move(message)};
  binding.type_checks.clear();
  binding.checks.clear();
}

absl::Status TypeInference::InferBinding(Binding& binding) {
  Var* var = binding.var;
  auto* branch = std::get_if<ir::If>(&binding.expr);
  auto* loop = std::get_if<ir::Loop>(&binding.expr);
  auto* match = std::get_if<ir::Match>(&binding.expr);
  if (branch == nullptr && loop == nullptr && match == nullptr) {
    return ir::TypeBinding(module_, scope_, binding);
  }
  binding.checks.clear();
  var->elements.reset();
  if (branch != nullptr) return InferIf(*branch, var);
  return loop != nullptr ? InferLoop(*loop, var) : InferMatch(*match, var);
}

absl::Status InferTypes(ir::Module& module) {
  return TypeInference(module).Run();
}

}  // namespace baton
