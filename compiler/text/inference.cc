#include "compiler/text/inference.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/text/match_tree.h"
#include "vm/core/status.h"

namespace baton::text {
namespace {

const Type& BoolType() {
  static const Type& type = *new Type(TensorType{DType::kBool, Shape()});
  return type;
}

}  // namespace

Inference::Inference(const Declarations& declarations, Diagnostics& diagnostics, FunctionTypes& functions,
                     std::vector<std::string> type_params, std::vector<Type> type_args)
    : declarations_(declarations),
      diagnostics_(diagnostics),
      functions_(functions),
      type_params_(std::move(type_params)),
      type_args_(std::move(type_args)) {
  for (size_t i = 0; i < type_params_.size(); ++i) {
    const Type type = type_args_.empty() ? Type::Variable(type_params_[i]) : type_args_[i];
    param_terms_.push_back(terms_.FromType(type, /*declared=*/true));
  }
}

// Declarations.

TypeTerm* Inference::Term(const TypeSyntax& syntax, bool declared) {
  declarations_.CheckType(syntax, diagnostics_);
  return terms_.Instantiate(syntax.type, type_params_, param_terms_, declared);
}

void Inference::DeclareLocal(const Local* local) {
  local_terms_.emplace(local, local->type ? Term(*local->type) : terms_.Fresh());
}

TypeTerm* Inference::TermOf(const Local* local) {
  if (local_terms_.count(local) == 0) DeclareLocal(local);
  return local_terms_.at(local);
}

void Inference::Declare(const FunctionDefinition& definition) {
  Signature signature;
  for (const Local* param : definition.function->params) signature.params.push_back(TermOf(param));
  const std::optional<TypeSyntax>& result = definition.function->result_type;
  signature.result = result ? Term(*result) : terms_.Fresh();
  signatures_.emplace(&definition, std::move(signature));
}

void Inference::SetType(const Local* local, const Type& type, Position position) {
  Flow(terms_.FromType(type, /*declared=*/false), TermOf(local), position,
       absl::StrCat("parameter '", local->name, "'"));
}

void Inference::InferBody(const FunctionDefinition& definition) {
  TypeTerm* result = InferBlock(definition.function->body);
  Flow(result, signatures_.at(&definition).result, definition.function->body->result->position,
       absl::StrCat("the result of @", definition.name));
}

// Results.

namespace {

Type WithoutUnknowns(const Type& type) {
  const auto all = [](absl::Span<const Type> types) {
    std::vector<Type> known;
    for (const Type& part : types) known.push_back(WithoutUnknowns(part));
    return known;
  };
  switch (type.kind()) {
    case Type::Kind::kUnknown:
      return Type::Tuple({});
    case Type::Kind::kTuple:
      return Type::Tuple(all(type.fields()));
    case Type::Kind::kFunction:
      return Type::Function(all(type.params()), WithoutUnknowns(type.result()));
    case Type::Kind::kData:
      return Type::Data(type.name(), all(type.args()));
    case Type::Kind::kReference:
      return Type::Reference(WithoutUnknowns(type.content()));
    default:
      return type;
  }
}

}  // namespace

Type Inference::TypeOf(const Expr* expr) const {
  return WithoutUnknowns(TypeTerms::ToType(expr_terms_.at(expr)));
}

Type Inference::TypeOf(const Local* local) const {
  return WithoutUnknowns(TypeTerms::ToType(local_terms_.at(local)));
}

bool Inference::IsKnown(const Local* local) const {
  return TypeTerms::IsComplete(local_terms_.at(local));
}

Type Inference::TypeOf(const FunctionDefinition& definition) const {
  const Signature& signature = signatures_.at(&definition);
  return WithoutUnknowns(TypeTerms::ToType(terms_.Function(signature.params, signature.result)));
}

std::vector<Type> Inference::TypeArgs(const Expr* global) const {
  std::vector<Type> types;
  const auto found = type_args_of_.find(global);
  if (found == type_args_of_.end()) return types;
  for (TypeTerm* term : found->second) types.push_back(WithoutUnknowns(TypeTerms::ToType(term)));
  return types;
}

const OperatorCall* Inference::OperatorOf(const Expr* expr) const {
  const auto found = operator_of_.find(expr);
  return found == operator_of_.end() ? nullptr : &operators_[found->second].call;
}

Type Inference::Resolve(const Type& type) const {
  return type_args_.empty() ? type : SubstituteVariables(type, type_params_, type_args_);
}

void Inference::CheckMatches() {
  for (const Expr* expr : matches_) {
    const absl::StatusOr<MatchTree> tree = CompileMatch(declarations_, TypeOf(expr->operands[0]), expr->arms);
    if (!tree.ok()) {
      diagnostics_.Error(expr->position, tree.status().message());
      continue;
    }
    if (!expr->partial && !tree->uncovered.empty()) {
      diagnostics_.Error(expr->position,
                         absl::StrCat("match does not cover ", absl::StrJoin(tree->uncovered, ", "),
                                      "; add arms, or write match?"));
    }
    for (size_t i = 0; i < expr->arms.size(); ++i) {
      if (tree->leaves_of_arm[i] > 0) continue;
      diagnostics_.Warning(expr->arms[i].pattern->position, "this arm is never reached");
    }
  }
}

// Expressions.

TypeTerm* Inference::Infer(const Expr* expr) {
  TypeTerm* term = InferExpr(expr);
  expr_terms_[expr] = term;
  return term;
}

TypeTerm* Inference::InferExpr(const Expr* expr) {
  switch (expr->kind) {
    case Expr::Kind::kConstant:
      return terms_.FromType(expr->constant.type(), /*declared=*/false);
    case Expr::Kind::kLocal:
      return TermOf(expr->local);
    case Expr::Kind::kGlobal:
      return InferGlobal(expr);
    case Expr::Kind::kName:
      return InferName(expr);
    case Expr::Kind::kTuple: {
      std::vector<TypeTerm*> fields;
      for (const Expr* field : expr->operands) fields.push_back(Infer(field));
      return terms_.Tuple(std::move(fields));
    }
    case Expr::Kind::kProject:
      return InferProject(expr);
    case Expr::Kind::kCall:
      return InferCall(expr);
    case Expr::Kind::kFunction:
      return InferFunction(expr->function);
    case Expr::Kind::kIf:
      return InferIf(expr);
    case Expr::Kind::kMatch:
      return InferMatch(expr);
    case Expr::Kind::kBlock:
      return InferBlock(expr->blocks[0]);
    case Expr::Kind::kReference: {
      TypeTerm* content = terms_.Fresh();
      Flow(Infer(expr->operands[0]), content, expr->position, "the content of ref");
      return terms_.Reference(content);
    }
    case Expr::Kind::kReadReference: {
      TypeTerm* content = terms_.Fresh();
      Require(terms_.Unify(Infer(expr->operands[0]), terms_.Reference(content)), expr->position, "ref_read");
      return content;
    }
    case Expr::Kind::kWriteReference:
      return InferWrite(expr);
    case Expr::Kind::kLoop:
      return InferLoop(expr);
    case Expr::Kind::kRaise:
      break;
  }
  return terms_.Fresh();
}

TypeTerm* Inference::InferBlock(const Block* block) {
  for (const Item& item : block->items) {
    switch (item.kind) {
      case Item::Kind::kLet:
      case Item::Kind::kGraph:
        InferLet(item);
        break;
      case Item::Kind::kExpression:
        Infer(item.value);
        break;
      case Item::Kind::kFreeVar:
        DeclareLocal(item.local);
        break;
    }
  }
  return Infer(block->result);
}

void Inference::InferLet(const Item& item) {
  const bool may_recurse = item.value->kind == Expr::Kind::kFunction;
  if (may_recurse) DeclareLocal(item.local);
  TypeTerm* value = Infer(item.value);
  if (may_recurse) {
    Require(terms_.Unify(value, TermOf(item.local)), item.position,
            absl::StrCat("'%", item.local->name, "'"));
  } else if (item.local->type) {
    DeclareLocal(item.local);
    Flow(value, TermOf(item.local), item.value->position, absl::StrCat("'%", item.local->name, "'"));
  } else {
    local_terms_[item.local] = value;
  }
}

TypeTerm* Inference::InferFunction(const FunctionSyntax* function) {
  std::vector<TypeTerm*> params;
  for (const Local* param : function->params) params.push_back(TermOf(param));
  TypeTerm* result = function->result_type ? Term(*function->result_type) : terms_.Fresh();
  Flow(InferBlock(function->body), result, function->body->result->position, "the result of the function");
  return terms_.Function(std::move(params), result);
}

TypeTerm* Inference::InferGlobal(const Expr* expr) {
  const FunctionDefinition* definition = declarations_.FindFunction(expr->name);
  if (definition == nullptr) {
    diagnostics_.Error(expr->position, absl::StrCat("there is no function @", expr->name));
    return terms_.Fresh();
  }
  const auto own = signatures_.find(definition);
  const FunctionSyntax& function = *definition->function;
  if (function.type_params.empty() && own != signatures_.end()) {
    return terms_.Function(own->second.params, own->second.result);
  }
  std::vector<TypeTerm*> args;
  for (size_t i = 0; i < function.type_params.size(); ++i) args.push_back(terms_.Fresh());
  TypeTerm* term =
      terms_.Instantiate(functions_.TypeOf(*definition), function.type_params, args, /*declared=*/true);
  type_args_of_.emplace(expr, std::move(args));
  return term;
}

Inference::Signature Inference::InstantiateConstructor(const Constructor& constructor) {
  std::vector<TypeTerm*> args;
  for (size_t i = 0; i < constructor.definition->params.size(); ++i) args.push_back(terms_.Fresh());
  Signature signature;
  for (const Type& field : constructor.of().fields) {
    signature.params.push_back(
        terms_.Instantiate(field, constructor.definition->params, args, /*declared=*/true));
  }
  signature.result = terms_.Data(constructor.definition->name, std::move(args));
  return signature;
}

TypeTerm* Inference::InferName(const Expr* expr) {
  const Constructor* constructor = declarations_.FindConstructor(expr->name);
  if (constructor == nullptr) return InferOperatorValue(expr);
  Signature signature = InstantiateConstructor(*constructor);
  if (signature.params.empty()) return signature.result;
  return terms_.Function(std::move(signature.params), signature.result);
}

TypeTerm* Inference::InferProject(const Expr* expr) {
  TypeTerm* tuple = TypeTerms::Find(Infer(expr->operands[0]));
  if (tuple->kind == TypeTerm::Kind::kTuple && expr->index < static_cast<int64_t>(tuple->parts.size())) {
    return tuple->parts[expr->index];
  }
  TypeTerm* result = terms_.Fresh();
  Constraint constraint;
  constraint.kind = Constraint::Kind::kProject;
  constraint.from = tuple;
  constraint.to = result;
  constraint.position = expr->position;
  constraint.what = absl::StrCat("projection .", expr->index);
  constraint.index = expr->index;
  Add(std::move(constraint));
  return result;
}

TypeTerm* Inference::InferIf(const Expr* expr) {
  Flow(Infer(expr->operands[0]), terms_.FromType(BoolType(), /*declared=*/true), expr->operands[0]->position,
       "the condition of if");
  TypeTerm* result = terms_.Fresh();
  for (const Block* block : expr->blocks) {
    Join(InferBlock(block), result, block->result->position, "the branches of if");
  }
  return result;
}

TypeTerm* Inference::InferWrite(const Expr* expr) {
  TypeTerm* content = terms_.Fresh();
  Require(terms_.Unify(Infer(expr->operands[0]), terms_.Reference(content)), expr->position, "ref_write");
  Flow(Infer(expr->operands[1]), content, expr->operands[1]->position, "the value of ref_write");
  return terms_.Tuple({});
}

// What a loop carries may change its extents from round to round.
TypeTerm* Inference::InferLoop(const Expr* expr) {
  std::vector<TypeTerm*> carried;
  for (size_t i = 0; i < expr->locals.size(); ++i) {
    TypeTerm* term = terms_.Fresh();
    Join(Infer(expr->operands[i]), term, expr->operands[i]->position, "a carried value");
    local_terms_[expr->locals[i]] = term;
    carried.push_back(term);
  }
  Flow(InferBlock(expr->blocks[0]), terms_.FromType(BoolType(), /*declared=*/true),
       expr->blocks[0]->result->position, "the condition of loop");
  TypeTerm* next = InferBlock(expr->blocks[1]);
  TypeTerm* all = carried.size() == 1 ? carried[0] : terms_.Tuple(carried);
  Join(next, all, expr->blocks[1]->result->position, "the carried values");
  const bool always_fails = expr->blocks[0]->result->kind == Expr::Kind::kRaise;
  return always_fails ? terms_.Fresh() : all;
}

TypeTerm* Inference::InferMatch(const Expr* expr) {
  matches_.push_back(expr);
  TypeTerm* data = Infer(expr->operands[0]);
  TypeTerm* result = terms_.Fresh();
  for (const Arm& arm : expr->arms) {
    InferPattern(arm.pattern, data);
    Join(InferBlock(arm.body), result, arm.body->result->position, "the arms of match");
  }
  return result;
}

void Inference::InferPattern(const Pattern* pattern, TypeTerm* term) {
  switch (pattern->kind) {
    case Pattern::Kind::kWildcard:
      return;
    case Pattern::Kind::kVariable:
      local_terms_[pattern->variable] = term;
      if (pattern->variable->type) {
        Require(terms_.Unify(term, Term(*pattern->variable->type)), pattern->position,
                absl::StrCat("'%", pattern->variable->name, "'"));
      }
      return;
    case Pattern::Kind::kConstructor:
      return InferConstructorPattern(pattern, term);
    case Pattern::Kind::kTuple: {
      std::vector<TypeTerm*> fields;
      for (size_t i = 0; i < pattern->fields.size(); ++i) fields.push_back(terms_.Fresh());
      Require(terms_.Unify(term, terms_.Tuple(fields)), pattern->position, "a tuple pattern");
      for (size_t i = 0; i < fields.size(); ++i) InferPattern(pattern->fields[i], fields[i]);
      return;
    }
  }
}

void Inference::InferConstructorPattern(const Pattern* pattern, TypeTerm* term) {
  const Constructor* constructor = declarations_.FindConstructor(pattern->constructor);
  if (constructor == nullptr) {
    diagnostics_.Error(pattern->position, absl::StrCat("there is no constructor ", pattern->constructor));
    for (const Pattern* field : pattern->fields) InferPattern(field, terms_.Fresh());
    return;
  }
  Signature signature = InstantiateConstructor(*constructor);
  Require(terms_.Unify(term, signature.result), pattern->position,
          absl::StrCat("the pattern ", pattern->constructor));
  if (signature.params.size() != pattern->fields.size()) {
    diagnostics_.Error(pattern->position,
                       absl::StrCat("the pattern ", pattern->constructor, " has ", pattern->fields.size(),
                                    " fields, the constructor ", signature.params.size()));
    signature.params.resize(pattern->fields.size(), terms_.Fresh());
  }
  for (size_t i = 0; i < pattern->fields.size(); ++i) InferPattern(pattern->fields[i], signature.params[i]);
}

}  // namespace baton::text
