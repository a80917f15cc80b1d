// Inference of calls, and of the constraints between terms that calls leave behind.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/ir/call_inference.h"
#include "compiler/ir/type_relations.h"
#include "compiler/text/inference.h"
#include "vm/core/status.h"

namespace baton::text {
namespace {

// The types of operator results are stable after very few rounds; each round can only open extents.
constexpr int kMaxRounds = 1000;

bool HasVariable(const Type& type) {
  if (type.is_variable()) return true;
  return type.is_tuple() && std::any_of(type.fields().begin(), type.fields().end(), HasVariable);
}

std::string CalleeText(const Expr* callee) {
  if (callee->kind == Expr::Kind::kGlobal) return absl::StrCat("@", callee->name);
  if (callee->kind == Expr::Kind::kLocal) return absl::StrCat("%", callee->local->name);
  return callee->kind == Expr::Kind::kName ? callee->name : "the function";
}

}  // namespace

TypeTerm* Inference::InferCall(const Expr* expr) {
  const Expr* callee = expr->operands[0];
  std::vector<TypeTerm*> args;
  if (callee->kind == Expr::Kind::kName) {
    const Constructor* constructor = declarations_.FindConstructor(callee->name);
    if (constructor != nullptr) return InferConstructor(expr, *constructor);
    std::vector<const Expr*> arg_exprs(expr->operands.begin() + 1, expr->operands.end());
    for (const Expr* arg : arg_exprs) args.push_back(IsAbsentArgument(*arg) ? terms_.Fresh() : Infer(arg));
    return InferOperator(expr, callee, std::move(args), std::move(arg_exprs));
  }
  for (size_t i = 1; i < expr->operands.size(); ++i) args.push_back(Infer(expr->operands[i]));
  TypeTerm* function = TypeTerms::Find(Infer(callee));
  if (function->kind == TypeTerm::Kind::kUnbound) {
    std::vector<TypeTerm*> params;
    for (size_t i = 0; i < args.size(); ++i) params.push_back(terms_.Fresh());
    TypeTerm* called = terms_.Function(std::move(params), terms_.Fresh());
    Require(terms_.Unify(function, called), expr->position, CalleeText(callee));
    function = called;
  }
  if (function->kind != TypeTerm::Kind::kFunction) {
    diagnostics_.Error(expr->position,
                       absl::StrCat("a value of type ", TypeTerms::ToType(function).ToString(),
                                    " is called like a function"));
    return terms_.Fresh();
  }
  if (function->parts.size() != args.size() + 1) {
    diagnostics_.Error(expr->position, absl::StrCat(CalleeText(callee), " takes ", function->parts.size() - 1,
                                                    " arguments, ", args.size(), " are given"));
    return function->parts[0];
  }
  for (size_t i = 0; i < args.size(); ++i) {
    Flow(args[i], function->parts[i + 1], expr->operands[i + 1]->position,
         absl::StrCat("argument ", i + 1, " of ", CalleeText(callee)));
  }
  return function->parts[0];
}

TypeTerm* Inference::InferConstructor(const Expr* expr, const Constructor& constructor) {
  Signature signature = InstantiateConstructor(constructor);
  const size_t num_args = expr->operands.size() - 1;
  if (num_args != signature.params.size()) {
    diagnostics_.Error(expr->position,
                       absl::StrCat("constructor ", constructor.of().name, " takes ", signature.params.size(),
                                    " fields, ", num_args, " are given"));
  }
  for (size_t i = 0; i < num_args; ++i) {
    TypeTerm* arg = Infer(expr->operands[i + 1]);
    if (i >= signature.params.size()) continue;
    Flow(arg, signature.params[i], expr->operands[i + 1]->position,
         absl::StrCat("field ", i + 1, " of ", constructor.of().name));
  }
  expr_terms_[expr->operands[0]] = signature.result;
  return signature.result;
}

// Operators.

TypeTerm* Inference::InferOperator(const Expr* expr, const Expr* callee, std::vector<TypeTerm*> args,
                                   std::vector<const Expr*> arg_exprs) {
  TypeTerm* result = terms_.Fresh();
  expr_terms_[callee] = result;
  absl::StatusOr<OperatorCall> call = OperatorCall::Find(callee->name, expr->attributes);
  if (!call.ok()) {
    diagnostics_.Error(expr->position, call.status().message());
    return result;
  }
  operator_of_[expr] = operators_.size();
  operators_.push_back({expr, *std::move(call), std::move(args), std::move(arg_exprs), {}});
  Constraint constraint;
  constraint.kind = Constraint::Kind::kOperator;
  constraint.to = result;
  constraint.position = expr->position;
  constraint.operator_index = operators_.size() - 1;
  Add(std::move(constraint));
  return result;
}

TypeTerm* Inference::InferOperatorValue(const Expr* expr) {
  std::vector<TypeTerm*> params;
  if (absl::StatusOr<OperatorCall> call = OperatorCall::Find(expr->name, {}); call.ok()) {
    for (int i = 0; i < call->num_inputs(); ++i) params.push_back(terms_.Fresh());
  }
  TypeTerm* result = InferOperator(expr, expr, params, std::vector<const Expr*>(params.size(), nullptr));
  return terms_.Function(std::move(params), result);
}

// Constraints.

void Inference::Require(absl::Status status, Position position, absl::string_view what) {
  if (!status.ok()) diagnostics_.Error(position, absl::StrCat(what, ": ", status.message()));
}

void Inference::Flow(TypeTerm* from, TypeTerm* to, Position position, std::string what) {
  Relate(Constraint::Kind::kFlow, from, to, position, std::move(what));
}

void Inference::Join(TypeTerm* from, TypeTerm* to, Position position, std::string what) {
  Relate(Constraint::Kind::kJoin, from, to, position, std::move(what));
}

void Inference::Relate(Constraint::Kind kind, TypeTerm* from, TypeTerm* to, Position position,
                       std::string what) {
  Constraint constraint;
  constraint.kind = kind;
  constraint.from = from;
  constraint.to = to;
  constraint.position = position;
  constraint.what = std::move(what);
  Add(std::move(constraint));
}

void Inference::Add(Constraint constraint) {
  constraints_.push_back(std::move(constraint));
  Try(constraints_.back());
}

void Inference::Try(Constraint& constraint) {
  if (constraint.failed) return;
  absl::Status status;
  switch (constraint.kind) {
    case Constraint::Kind::kFlow:
      status = terms_.Flow(constraint.from, constraint.to);
      break;
    case Constraint::Kind::kJoin:
      status = terms_.Join(constraint.from, constraint.to);
      break;
    case Constraint::Kind::kProject:
      status = TryProject(constraint);
      break;
    case Constraint::Kind::kOperator:
      status = TryOperator(constraint);
      break;
  }
  if (status.ok()) return;
  constraint.failed = true;
  const std::string what = constraint.what.empty() ? "" : absl::StrCat(constraint.what, ": ");
  diagnostics_.Error(constraint.position, absl::StrCat(what, status.message()));
}

absl::Status Inference::TryProject(Constraint& constraint) {
  TypeTerm* tuple = TypeTerms::Find(constraint.from);
  if (tuple->kind == TypeTerm::Kind::kUnbound) return absl::OkStatus();
  if (tuple->kind != TypeTerm::Kind::kTuple ||
      constraint.index >= static_cast<int64_t>(tuple->parts.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("the value has type ", TypeTerms::ToType(tuple).ToString()));
  }
  constraint.solved = true;
  return terms_.Flow(tuple->parts[constraint.index], constraint.to);
}

// Runs the operator's own type rule on a scratch module.
absl::Status Inference::TryOperator(Constraint& constraint) {
  OperatorUse& use = operators_[constraint.operator_index];
  std::vector<Type> types;
  for (size_t i = 0; i < use.args.size(); ++i) {
    const bool absent = use.arg_exprs[i] != nullptr && IsAbsentArgument(*use.arg_exprs[i]);
    if (!absent && !TypeTerms::IsComplete(use.args[i])) return absl::OkStatus();
    types.push_back(absent ? Type() : TypeTerms::ToType(use.args[i]));
    if (HasVariable(types.back())) {
      return absl::InvalidArgumentError(absl::StrCat("argument ", i + 1, " of ", use.call.name(),
                                                     " has type ", types.back().ToString(),
                                                     ", a type parameter; operators take tensors"));
    }
  }
  if (constraint.solved && types == use.last_types) return absl::OkStatus();
  ir::Module scratch;
  ir::InferenceScope scope;
  RelayBuilder builder(scratch, scratch.NewRegion(), scope);
  std::vector<ir::Atom> atoms;
  for (size_t i = 0; i < types.size(); ++i) {
    const Expr* arg = use.arg_exprs[i];
    if (arg != nullptr && IsAbsentArgument(*arg)) {
      atoms.emplace_back();
    } else if (arg != nullptr && arg->kind == Expr::Kind::kConstant) {
      atoms.emplace_back(scratch.NewConstant(arg->constant));
    } else {
      ir::Var* var = scratch.NewVar("", ir::InstantiateOpenExtents(scratch, types[i]));
      ir::NameUnknownElements(scratch, var);
      scope.Define(*var);
      atoms.emplace_back(var);
    }
  }
  BATON_ASSIGN_OR_RETURN(ir::Atom value, use.call.Emit(std::move(atoms), builder));
  TypeTerm* result = terms_.FromType(value.type(), /*declared=*/false);
  constraint.solved = true;
  use.last_types = std::move(types);
  // Joined: the result may have been given a type by where it goes, or by types that are more open now.
  return terms_.Join(result, constraint.to);
}

// Types that arguments must have because of the others: true when one was found.
bool Inference::InferArguments(OperatorUse& use) {
  std::vector<Type> types;
  for (TypeTerm* arg : use.args) types.push_back(TypeTerms::ToType(arg));
  const std::vector<Type> before = types;
  if (!use.call.InferArguments(absl::MakeSpan(types))) return false;
  for (size_t i = 0; i < types.size(); ++i) {
    if (before[i] == types[i]) continue;
    Require(terms_.Flow(terms_.FromType(types[i], /*declared=*/false), use.args[i]), use.expr->position,
            use.call.name());
  }
  return true;
}

void Inference::Solve() {
  for (int round = 0; round < kMaxRounds; ++round) {
    const int64_t before = terms_.version();
    for (size_t i = 0; i < constraints_.size(); ++i) Try(constraints_[i]);
    if (terms_.version() != before) continue;
    bool found = false;
    for (size_t i = 0; i < constraints_.size() && !found; ++i) {
      const Constraint& constraint = constraints_[i];
      if (constraint.kind != Constraint::Kind::kOperator || constraint.solved || constraint.failed) continue;
      found = InferArguments(operators_[constraint.operator_index]);
    }
    if (!found) break;
  }
  ReportUnsolved();
}

void Inference::ReportUnsolved() {
  if (diagnostics_.has_errors()) return;  // these follow from what is reported already
  for (const Constraint& constraint : constraints_) {
    if (constraint.solved || constraint.failed) continue;
    if (constraint.kind == Constraint::Kind::kProject) {
      diagnostics_.Error(constraint.position, absl::StrCat(constraint.what,
                                                           ": the type of the value is not "
                                                           "known; annotate it"));
    }
    if (constraint.kind != Constraint::Kind::kOperator) continue;
    const OperatorUse& use = operators_[constraint.operator_index];
    std::vector<std::string> types;
    for (TypeTerm* arg : use.args) types.push_back(TypeTerms::ToType(arg).ToString());
    diagnostics_.Error(constraint.position,
                       absl::StrCat(use.call.name(), ": cannot infer the types of its arguments (",
                                    absl::StrJoin(types, ", "), "); annotate them"));
  }
}

}  // namespace baton::text
