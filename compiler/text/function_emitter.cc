#include "compiler/text/function_emitter.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/type_relations.h"
#include "compiler/text/free_locals.h"
#include "vm/core/status.h"

namespace baton::text {
namespace {

// The call in "fn (%p, ...) { @f(%a, ..., %p, ...) }": nothing but a closure of @f over %a, .... Null for any
// other function. It is how the printer writes closures, so that they are read as what they were.
const Expr* ForwardedCall(const FunctionSyntax& function) {
  const Expr* call = function.body->result;
  if (!function.body->items.empty() || call->kind != Expr::Kind::kCall) return nullptr;
  if (call->operands[0]->kind != Expr::Kind::kGlobal) return nullptr;
  const std::vector<Local*>& params = function.params;
  const size_t num_args = call->operands.size() - 1;
  if (num_args < params.size()) return nullptr;
  const size_t num_captured = num_args - params.size();
  for (size_t i = 0; i < num_args; ++i) {
    const Expr* arg = call->operands[i + 1];
    const bool is_local = arg->kind == Expr::Kind::kLocal;
    if (i >= num_captured) {
      if (!is_local || arg->local != params[i - num_captured]) return nullptr;
    } else if (is_local ? std::find(params.begin(), params.end(), arg->local) != params.end()
                        : arg->kind != Expr::Kind::kConstant) {
      return nullptr;
    }
  }
  return call;
}

}  // namespace

void EndAtRaise(ir::Region* region) {
  for (size_t i = 0; i < region->bindings.size(); ++i) {
    if (!std::holds_alternative<ir::Raise>(region->bindings[i].expr)) continue;
    region->bindings.resize(i + 1);
    region->results.clear();
    region->diverges = true;
    return;
  }
}

absl::Status FunctionEmitter::Error(Position position, absl::string_view message) {
  elaboration_.diagnostics().Error(position, message);
  return absl::InvalidArgumentError(message);
}

void FunctionEmitter::AddParameters(const FunctionSyntax& function) {
  for (const Local* param : function.params) {
    if (locals_.count(param) > 0) continue;  // bound to a constant
    const Type written = param->type ? types_.Resolve(param->type->type) : Type();
    const Type type = WithNamedExtents(types_.TypeOf(param), written);
    locals_[param].value =
        NewParameter(function_->body, param->name, ir::InstantiateOpenExtents(module_, type));
  }
}

absl::Status FunctionEmitter::Emit(const FunctionSyntax& function, const Type& result_type) {
  AddParameters(function);
  const Type written = function.result_type ? types_.Resolve(function.result_type->type) : Type();
  function_->result_type = WithNamedExtents(result_type, written);
  BATON_ASSIGN_OR_RETURN(function_->body->results, EmitResults(function.body));
  EndAtRaise(function_->body);
  return absl::OkStatus();
}

absl::Status FunctionEmitter::EmitEntry(const FunctionSyntax& function) {
  AddParameters(function);
  BATON_ASSIGN_OR_RETURN(std::vector<ir::Atom> results, EmitResults(function.body));
  if (results.size() == 1 && results[0].type().is_tuple()) {
    const ir::Atom tuple = results[0];
    results.clear();
    for (size_t i = 0; i < tuple.type().fields().size(); ++i) {
      results.push_back(Project(tuple, static_cast<int>(i), tuple.type().fields()[i], function.position));
    }
  }
  function_->body->results = std::move(results);
  EndAtRaise(function_->body);
  return absl::OkStatus();
}

ir::Function* FunctionEmitter::InstanceOf(const Expr* global) {
  return elaboration_.InstanceOf(*elaboration_.declarations().FindFunction(global->name),
                                 types_.TypeArgs(global));
}

// Closures.

absl::StatusOr<FunctionEmitter::Captures> FunctionEmitter::Capture(const std::vector<const Local*>& free,
                                                                   bool constants) {
  Captures captures;
  for (const Local* local : free) {
    const auto found = locals_.find(local);
    if (found == locals_.end()) {
      return Error(local->position, absl::StrCat("the free variable '%", local->name, "' has no value"));
    }
    const Meaning& meaning = found->second;
    const bool is_known = (meaning.value.constant() != nullptr && !constants) ||
                          (meaning.function != nullptr && meaning.captured.empty());
    if (is_known) {
      Meaning inside = meaning;
      if (inside.function != nullptr) inside.value = ir::Atom();
      captures.known_inside.emplace_back(local, std::move(inside));
    } else {
      BATON_ASSIGN_OR_RETURN(ir::Atom value, ValueOf(meaning, types_.TypeOf(local), local->position));
      captures.values.emplace_back(local, value);
    }
  }
  return captures;
}

// A function of the module whose first parameters are the captured values. `self` is the name under which it
// knows itself; null for none.
absl::StatusOr<ir::Function*> FunctionEmitter::Lift(
    absl::string_view hint, const Captures& captures, const Local* self,
    const std::function<absl::Status(FunctionEmitter&)>& emit_inner) {
  ir::Function* function = elaboration_.NewFunction(hint);
  FunctionEmitter inner(elaboration_, types_, function);
  for (const auto& [local, meaning] : captures.known_inside) inner.locals_[local] = meaning;
  // Equal extents stay equal; what the extents are, the function does not know.
  std::map<std::string, Dim> renamed;
  const auto rename = [&](const Dim& dim) {
    if (dim.is_constant()) return dim;
    if (dim.symbol().empty()) return module_.FreshSymbol("d");
    const auto [found, added] = renamed.emplace(std::string(dim.symbol()), Dim());
    if (added) found->second = module_.FreshSymbol(dim.symbol());
    return found->second;
  };
  std::vector<ir::Atom> own;
  for (const auto& [local, value] : captures.values) {
    ir::Var* param = inner.NewParameter(function->body, local->name, ir::MapExtents(value.type(), rename));
    inner.locals_[local].value = param;
    own.emplace_back(param);
  }
  if (self != nullptr) inner.locals_[self] = {ir::Atom(), function, own};
  BATON_RETURN_IF_ERROR(emit_inner(inner));
  return function;
}

absl::StatusOr<FunctionEmitter::Meaning> FunctionEmitter::EmitFunctionLiteral(const Expr* expr,
                                                                              const Local* name) {
  if (const Expr* call = ForwardedCall(*expr->function)) {
    Meaning meaning;
    BATON_ASSIGN_OR_RETURN(meaning.value, EmitForwarding(expr, call));
    return meaning;
  }
  std::vector<const Local*> free = FreeLocals(*expr->function);
  free.erase(std::remove(free.begin(), free.end(), name), free.end());
  BATON_ASSIGN_OR_RETURN(Captures captures, Capture(free, /*constants=*/false));
  const Type type = types_.TypeOf(expr);
  const std::string hint = name != nullptr && !name->name.empty() ? name->name : function_->name + "_fn";
  BATON_ASSIGN_OR_RETURN(ir::Function * function, Lift(hint, captures, name, [&](FunctionEmitter& inner) {
                           return inner.Emit(*expr->function, type.result());
                         }));
  Meaning meaning;
  meaning.function = function;
  for (const auto& [local, value] : captures.values) meaning.captured.push_back(value);
  meaning.value = Bind(ir::MakeClosure{function, meaning.captured}, type, expr->position);
  return meaning;
}

absl::StatusOr<ir::Atom> FunctionEmitter::EmitForwarding(const Expr* expr, const Expr* call) {
  const size_t num_captured = call->operands.size() - 1 - expr->function->params.size();
  ir::MakeClosure closure{InstanceOf(call->operands[0]), {}};
  BATON_ASSIGN_OR_RETURN(closure.captured,
                         EmitAll(absl::MakeConstSpan(call->operands).subspan(1, num_captured)));
  return ir::Atom(Bind(std::move(closure), types_.TypeOf(expr), expr->position));
}

absl::StatusOr<ir::Atom> FunctionEmitter::ValueOf(const Meaning& meaning, const Type& type,
                                                  Position position) {
  if (!meaning.value.empty()) return meaning.value;
  return ir::Atom(Bind(ir::MakeClosure{meaning.function, meaning.captured}, type, position));
}

}  // namespace baton::text
