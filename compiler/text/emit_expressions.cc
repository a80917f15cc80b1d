// Expressions in evaluation order: every compound one becomes a binding of the current region.
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/call_inference.h"
#include "compiler/ir/type_relations.h"
#include "compiler/text/function_emitter.h"
#include "vm/core/status.h"

namespace baton::text {

using ir::Atom;
using ir::Region;
using ir::Var;

// Bindings and regions.

Var* FunctionEmitter::Bind(ir::Expr expr, const Type& type, Position position) {
  Var* var = module_.NewVar("", type);
  region_->bindings.push_back({var, std::move(expr), Location(position), {}});
  if (type.is_tensor()) ir::NameUnknownElements(module_, var);
  scope_.Define(*var);
  return var;
}

Atom FunctionEmitter::BindTyped(ir::Expr expr, const Expr* source) {
  return Bind(std::move(expr), ir::InstantiateOpenExtents(module_, types_.TypeOf(source)), source->position);
}

Atom FunctionEmitter::Project(Atom tuple, int index, const Type& type, Position position) {
  return Bind(ir::Project{tuple, index}, type, position);
}

Atom FunctionEmitter::TupleOf(std::vector<Atom> fields, Position position) {
  if (fields.size() == 1) return fields[0];
  std::vector<Type> types;
  for (const Atom& field : fields) types.push_back(field.type());
  return Bind(ir::MakeTuple{std::move(fields)}, Type::Tuple(std::move(types)), position);
}

Var* FunctionEmitter::NewParameter(Region* region, absl::string_view name, const Type& type) {
  Var* var = module_.NewVar(name, type);
  if (type.is_tensor()) ir::NameUnknownElements(module_, var);
  scope_.Define(*var);
  region->params.push_back(var);
  return var;
}

absl::StatusOr<Region*> FunctionEmitter::EmitRegion(
    const std::function<void(Region*)>& add_params,
    const std::function<absl::StatusOr<std::vector<Atom>>()>& emit) {
  Region* region = module_.NewRegion();
  Region* outer = std::exchange(region_, region);
  const ir::InferenceScope::Mark mark = scope_.mark();
  if (add_params) add_params(region);
  absl::StatusOr<std::vector<Atom>> results = emit();
  scope_.Restore(mark);
  region_ = outer;
  BATON_RETURN_IF_ERROR(results.status());
  region->results = *std::move(results);
  EndAtRaise(region);
  return region;
}

RelayBuilder& FunctionEmitter::BuilderAt(Position position) {
  builder_.set_region(region_);
  builder_.set_location(Location(position));
  return builder_;
}

// Blocks.

absl::StatusOr<std::vector<Atom>> FunctionEmitter::EmitResults(const Block* block) {
  for (const Item& item : block->items) BATON_RETURN_IF_ERROR(EmitItem(item));
  return EmitResults(block->result);
}

absl::StatusOr<std::vector<Atom>> FunctionEmitter::EmitResults(const Expr* expr) {
  if (expr->kind == Expr::Kind::kBlock) return EmitResults(expr->blocks[0]);
  if (expr->kind == Expr::Kind::kTuple && expr->operands.size() != 1) return EmitAll(expr->operands);
  BATON_ASSIGN_OR_RETURN(Atom atom, EmitExpr(expr));
  return std::vector<Atom>{atom};
}

absl::StatusOr<Atom> FunctionEmitter::EmitBlock(const Block* block) {
  for (const Item& item : block->items) BATON_RETURN_IF_ERROR(EmitItem(item));
  return EmitExpr(block->result);
}

absl::Status FunctionEmitter::EmitItem(const Item& item) {
  if (item.kind == Item::Kind::kFreeVar) return absl::OkStatus();
  if (item.kind == Item::Kind::kExpression) return EmitExpr(item.value).status();
  Meaning meaning;
  if (item.value->kind == Expr::Kind::kFunction) {
    BATON_ASSIGN_OR_RETURN(meaning, EmitFunctionLiteral(item.value, item.local));
  } else {
    BATON_ASSIGN_OR_RETURN(meaning.value, EmitExpr(item.value));
  }
  Var* var = meaning.value.var();
  if (var != nullptr && var->name.empty() && !item.local->is_graph) var->name = item.local->name;
  locals_[item.local] = std::move(meaning);
  return absl::OkStatus();
}

// Expressions.

absl::StatusOr<Atom> FunctionEmitter::EmitExpr(const Expr* expr) {
  switch (expr->kind) {
    case Expr::Kind::kConstant:
      return Atom(module_.NewConstant(expr->constant));
    case Expr::Kind::kLocal:
      return EmitLocal(expr);
    case Expr::Kind::kGlobal:
      return Atom(Bind(ir::MakeClosure{InstanceOf(expr), {}}, types_.TypeOf(expr), expr->position));
    case Expr::Kind::kName:
      return EmitName(expr);
    case Expr::Kind::kTuple: {
      ir::MakeTuple tuple;
      BATON_ASSIGN_OR_RETURN(tuple.fields, EmitAll(expr->operands));
      std::vector<Type> types;
      for (const Atom& field : tuple.fields) types.push_back(field.type());
      const std::vector<Atom> fields = tuple.fields;
      Var* var = Bind(std::move(tuple), Type::Tuple(std::move(types)), expr->position);
      builder_.RegisterTuple(var, fields);
      return Atom(var);
    }
    case Expr::Kind::kProject: {
      BATON_ASSIGN_OR_RETURN(Atom tuple, EmitExpr(expr->operands[0]));
      return Project(tuple, static_cast<int>(expr->index), tuple.type().fields()[expr->index],
                     expr->position);
    }
    case Expr::Kind::kCall:
      return EmitCall(expr);
    case Expr::Kind::kFunction: {
      BATON_ASSIGN_OR_RETURN(Meaning meaning, EmitFunctionLiteral(expr, nullptr));
      return meaning.value;
    }
    case Expr::Kind::kIf:
      return EmitIf(expr);
    case Expr::Kind::kMatch:
      return EmitMatch(expr);
    case Expr::Kind::kBlock:
      return EmitBlock(expr->blocks[0]);
    case Expr::Kind::kReference: {
      BATON_ASSIGN_OR_RETURN(Atom content, EmitExpr(expr->operands[0]));
      return BindTyped(ir::MakeReference{content, types_.TypeOf(expr)}, expr);
    }
    case Expr::Kind::kReadReference: {
      BATON_ASSIGN_OR_RETURN(Atom cell, EmitExpr(expr->operands[0]));
      return BindTyped(ir::ReadReference{cell}, expr);
    }
    case Expr::Kind::kWriteReference: {
      BATON_ASSIGN_OR_RETURN(std::vector<Atom> operands, EmitAll(expr->operands));
      return BindTyped(ir::WriteReference{operands[0], operands[1]}, expr);
    }
    case Expr::Kind::kLoop:
      return EmitLoop(expr);
    case Expr::Kind::kRaise:
      return Atom(Bind(ir::Raise{expr->name}, Type::Never(), expr->position));
  }
  return absl::InternalError("an expression of no kind");
}

absl::StatusOr<std::vector<Atom>> FunctionEmitter::EmitAll(absl::Span<Expr* const> exprs) {
  std::vector<Atom> atoms;
  for (const Expr* expr : exprs) {
    BATON_ASSIGN_OR_RETURN(Atom atom, EmitExpr(expr));
    atoms.push_back(atom);
  }
  return atoms;
}

absl::StatusOr<Atom> FunctionEmitter::EmitLocal(const Expr* expr) {
  const auto found = locals_.find(expr->local);
  if (found != locals_.end()) return ValueOf(found->second, types_.TypeOf(expr), expr->position);
  return Error(expr->position, absl::StrCat("the free variable '%", expr->local->name, "' has no value"));
}

absl::StatusOr<Atom> FunctionEmitter::EmitName(const Expr* expr) {
  const Type type = types_.TypeOf(expr);
  const Constructor* constructor = elaboration_.declarations().FindConstructor(expr->name);
  if (constructor == nullptr) return EmitOperatorFunction(expr, *types_.OperatorOf(expr));
  if (type.is_data()) return Atom(Bind(ir::MakeData{type, constructor->index, {}}, type, expr->position));
  ir::Function* function = elaboration_.ConstructorFunction(*constructor, type);
  return Atom(Bind(ir::MakeClosure{function, {}}, type, expr->position));
}

absl::StatusOr<Atom> FunctionEmitter::EmitOperatorFunction(const Expr* expr, const OperatorCall& call) {
  const Type type = types_.TypeOf(expr);
  BATON_ASSIGN_OR_RETURN(
      ir::Function * function,
      Lift(call.name(), Captures(), /*self=*/nullptr, [&](FunctionEmitter& inner) -> absl::Status {
        std::vector<Atom> args;
        for (const Type& param : type.params()) {
          args.emplace_back(
              inner.NewParameter(inner.region_, "", ir::InstantiateOpenExtents(module_, param)));
        }
        inner.function_->result_type = type.result();
        BATON_ASSIGN_OR_RETURN(Atom value, call.Emit(std::move(args), inner.BuilderAt(expr->position)));
        inner.region_->results = {value};
        return absl::OkStatus();
      }));
  return Atom(Bind(ir::MakeClosure{function, {}}, type, expr->position));
}

// Arguments first, then the callee.
absl::StatusOr<Atom> FunctionEmitter::EmitCall(const Expr* expr) {
  const Expr* callee = expr->operands[0];
  if (const OperatorCall* call = types_.OperatorOf(expr)) return EmitOperator(expr, *call);
  BATON_ASSIGN_OR_RETURN(std::vector<Atom> args, EmitAll(absl::MakeConstSpan(expr->operands).subspan(1)));
  if (callee->kind == Expr::Kind::kName) {
    const Constructor* constructor = elaboration_.declarations().FindConstructor(callee->name);
    return BindTyped(ir::MakeData{types_.TypeOf(expr), constructor->index, std::move(args)}, expr);
  }
  if (callee->kind == Expr::Kind::kGlobal) {
    return BindTyped(ir::Call{InstanceOf(callee), std::move(args)}, expr);
  }
  Meaning meaning;
  if (callee->kind == Expr::Kind::kFunction) {
    BATON_ASSIGN_OR_RETURN(meaning, EmitFunctionLiteral(callee, nullptr));
  } else if (callee->kind == Expr::Kind::kLocal && locals_.count(callee->local) > 0) {
    meaning = locals_.at(callee->local);
  } else {
    BATON_ASSIGN_OR_RETURN(meaning.value, EmitExpr(callee));
  }
  if (meaning.function == nullptr) {
    return BindTyped(ir::CallClosure{meaning.value, std::move(args)}, expr);
  }
  args.insert(args.begin(), meaning.captured.begin(), meaning.captured.end());
  return BindTyped(ir::Call{meaning.function, std::move(args)}, expr);
}

absl::StatusOr<Atom> FunctionEmitter::EmitOperator(const Expr* expr, const OperatorCall& call) {
  std::vector<Atom> args;
  for (size_t i = 1; i < expr->operands.size(); ++i) {
    Atom& arg = args.emplace_back();
    if (IsAbsentArgument(*expr->operands[i])) continue;
    BATON_ASSIGN_OR_RETURN(arg, EmitExpr(expr->operands[i]));
  }
  const std::vector<Atom> given = args;
  absl::StatusOr<Atom> value = call.Emit(std::move(args), BuilderAt(expr->position));
  if (!value.ok()) return Error(expr->position, value.status().message());
  // A tuple that is written as an argument is nothing but a list of operands.
  for (size_t i = 0; i < given.size(); ++i) {
    if (expr->operands[i + 1]->kind == Expr::Kind::kTuple) RemoveUnusedTuple(given[i].var(), *value);
  }
  return value;
}

void FunctionEmitter::RemoveUnusedTuple(const Var* tuple, const Atom& result) {
  if (result.var() == tuple) return;
  std::vector<ir::Binding>& bindings = region_->bindings;
  for (size_t i = bindings.size(); i-- > 0;) {
    if (bindings[i].var == tuple) {
      bindings.erase(bindings.begin() + static_cast<ptrdiff_t>(i));
      return;
    }
    for (const Atom* operand : ir::Operands(&bindings[i].expr)) {
      if (operand->var() == tuple) return;
    }
  }
}

absl::StatusOr<Atom> FunctionEmitter::EmitIf(const Expr* expr) {
  ir::If branch;
  BATON_ASSIGN_OR_RETURN(branch.condition, EmitExpr(expr->operands[0]));
  BATON_ASSIGN_OR_RETURN(branch.then_region,
                         EmitRegion(nullptr, [&] { return EmitResults(expr->blocks[0]); }));
  BATON_ASSIGN_OR_RETURN(branch.else_region,
                         EmitRegion(nullptr, [&] { return EmitResults(expr->blocks[1]); }));
  return BindTyped(branch, expr);
}

absl::StatusOr<Atom> FunctionEmitter::EmitLoop(const Expr* expr) {
  ir::Loop loop;
  BATON_ASSIGN_OR_RETURN(loop.initial, EmitAll(expr->operands));
  const size_t count = loop.initial.size();
  const auto add_params = [&](Region* region) {
    for (const Local* local : expr->locals) {
      const Type type = ir::InstantiateOpenExtents(module_, types_.TypeOf(local));
      locals_[local].value = NewParameter(region, local->name, type);
    }
  };
  BATON_ASSIGN_OR_RETURN(loop.condition,
                         EmitRegion(add_params, [&] { return EmitResults(expr->blocks[0]); }));
  const auto emit_body = [&]() -> absl::StatusOr<std::vector<Atom>> {
    BATON_ASSIGN_OR_RETURN(std::vector<Atom> results, EmitResults(expr->blocks[1]));
    if (results.size() == count || results.size() != 1) return results;
    const Atom tuple = results[0];
    results.clear();
    for (size_t i = 0; i < count; ++i) {
      results.push_back(
          Project(tuple, static_cast<int>(i), tuple.type().fields()[i], expr->blocks[1]->result->position));
    }
    return results;
  };
  BATON_ASSIGN_OR_RETURN(loop.body, EmitRegion(add_params, emit_body));
  return BindTyped(std::move(loop), expr);
}

}  // namespace baton::text
