// Operators, calls and primary expressions.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "compiler/text/parser_impl.h"

namespace baton::text {
namespace {

struct Operator {
  absl::string_view symbol;
  int level;  // higher binds tighter
  absl::string_view name;
};
constexpr Operator kOperators[] = {
    {"*", 12, "multiply"}, {"/", 12, "divide"},     {"+", 10, "add"},    {"-", 10, "subtract"},
    {"<", 8, "less"},      {"<=", 8, "less_equal"}, {">", 8, "greater"}, {">=", 8, "greater_equal"},
    {"==", 7, "equal"},    {"!=", 7, "not_equal"},
};

const Operator* FindOperator(const Token& token) {
  if (token.kind != Token::Kind::kSymbol || !absl::StrContains("*/+-<>=!", token.text.substr(0, 1)))
    return nullptr;
  const auto* found = std::find_if(std::begin(kOperators), std::end(kOperators),
                                   [&](const Operator& op) { return op.symbol == token.text; });
  return found == std::end(kOperators) ? nullptr : found;
}

}  // namespace

// Operators.

Expr* Parser::ParseBinary(int level) {
  Nesting nesting(this);
  if (!nesting.ok()) return Broken(Peek().position);
  Expr* left = ParseCall();
  int chain = 0;  // of operators, each of which nests the tree once more
  for (;;) {
    const Operator* op = FindOperator(Peek());
    if (op == nullptr || op->level <= level) break;
    const Position position = Take().position;
    Expr* right = ParseBinary(op->level);
    Expr* call = NewExpr(Expr::Kind::kCall, position);
    Expr* callee = NewExpr(Expr::Kind::kName, position);
    callee->name = std::string(op->name);
    call->operands = {callee, left, right};
    call->infix = true;
    left = call;
    if (++chain > kMaxNesting) Fail(position, absl::StrCat("over ", kMaxNesting, " operators in a row"));
  }
  return left;
}

Expr* Parser::ParseCall() {
  Expr* expr = ParseProjections(ParsePrimary());
  int chain = 0;
  while (Peek().Is("(")) {
    expr = ParseProjections(ParseArguments(expr));
    if (++chain > kMaxNesting) Fail(expr->position, absl::StrCat("over ", kMaxNesting, " calls in a row"));
  }
  return expr;
}

Expr* Parser::ParseArguments(Expr* callee) {
  Expr* call = NewExpr(Expr::Kind::kCall, callee->position);
  call->operands = {callee};
  Take();  // (
  List(")", "in arguments", [&] {
    if (AtAttribute()) {
      ParseAttributes(&call->attributes);
    } else if (Peek().kind == Token::Kind::kMeta && Metadata::IsAttributes(Peek().value) && Peek(1).Is(")")) {
      const Token meta = Take();
      auto attributes = metadata_.AttributesOf(meta.value, *meta.number->As<int32_t>(), module_);
      if (!attributes.ok()) return Fail(meta.position, attributes.status().message());
      for (AttributeSyntax& attribute : *attributes) attribute.position = meta.position;
      call->attributes = *std::move(attributes);
    } else if (!call->attributes.empty()) {
      Unexpected("an attribute: arguments come first");
    } else {
      call->operands.push_back(ParseExpr());
    }
  });
  return call;
}

Expr* Parser::ParseProjections(Expr* expr) {
  while (Peek().Is(".") && Peek(1).kind == Token::Kind::kNumber) {
    Take();
    const Token fields = Take();
    for (const absl::string_view field : absl::StrSplit(fields.text, '.')) {
      Expr* project = NewExpr(Expr::Kind::kProject, fields.position);
      project->operands = {expr};
      if (!absl::SimpleAtoi(field, &project->index) || project->index < 0 || field[0] == '+') {
        Fail(fields.position, absl::StrCat("'", field, "' is no field number"));
      }
      expr = project;
    }
  }
  return expr;
}

// Primaries.

Expr* Parser::ParsePrimary() {
  switch (Peek().kind) {
    case Token::Kind::kNumber: {
      const Token token = Take();
      Expr* expr = NewExpr(Expr::Kind::kConstant, token.position);
      if (!token.number) Fail(token.position, absl::StrCat("'", token.text, "' is no number"));
      expr->constant = token.number;
      return expr;
    }
    case Token::Kind::kLocal:
      return ParseLocalUse();
    case Token::Kind::kGraph:
      return ParseGraphUse();
    case Token::Kind::kGlobal: {
      const Token token = Take();
      Expr* expr = NewExpr(Expr::Kind::kGlobal, token.position);
      expr->name = token.name();
      return expr;
    }
    case Token::Kind::kMeta:
      return ParseMeta();
    case Token::Kind::kIdentifier:
      return ParseWord();
    default:
      break;
  }
  const Position position = Peek().position;
  if (Peek().Is("(")) return ParseParentheses();
  if (Peek().Is("{")) {
    Expr* expr = NewExpr(Expr::Kind::kBlock, position);
    expr->blocks = {ParseScope("of the block")};
    return expr;
  }
  Unexpected("an expression");
  return Broken(position);
}

Expr* Parser::ParseWord() {
  const Token token = Peek();
  const absl::string_view word = token.text;
  if (word == "True" || word == "False") {
    Expr* expr = NewExpr(Expr::Kind::kConstant, Take().position);
    expr->constant = Tensor::Scalar(Bool(word == "True"));
    return expr;
  }
  if (word == "fn") {
    Expr* expr = NewExpr(Expr::Kind::kFunction, Take().position);
    const size_t outer = std::exchange(relay_scope_, visible_.size());
    expr->function = ParseFunction(token.position);
    relay_scope_ = outer;
    return expr;
  }
  if (word == "if") return ParseIf();
  if (word == "match" || word == "match?") return ParseMatch(word == "match?");
  if (word == "loop" && Peek(1).Is("(")) return ParseLoop();
  if (word == "ref" || word == "ref_read" || word == "ref_write") {
    Take();
    Expr* expr = NewExpr(word == "ref"        ? Expr::Kind::kReference
                         : word == "ref_read" ? Expr::Kind::kReadReference
                                              : Expr::Kind::kWriteReference,
                         token.position);
    expr->operands = ParseOperands(word == "ref_write" ? 2 : 1, word);
    return expr;
  }
  if (word == "raise" && Peek(1).Is("(") && Peek(2).kind == Token::Kind::kString) {
    Expr* expr = NewExpr(Expr::Kind::kRaise, Take().position);
    Take();
    expr->name = Take().value;
    Expect(")", "after raise");
    return expr;
  }
  for (const absl::string_view keyword : {"let", "def", "else", "type", "extern", "free_var", "_"}) {
    if (word != keyword) continue;
    Unexpected("an expression");
    return Broken(token.position);
  }
  return ParseName();
}

Expr* Parser::ParseName() {
  Expr* expr = NewExpr(Expr::Kind::kName, Peek().position);
  expr->name = ParseDottedName();
  return expr;
}

std::string Parser::ParseDottedName() {
  std::string name = ExpectName("a name");
  while (Peek().Is(".") && Peek(1).kind == Token::Kind::kIdentifier) {
    Take();
    absl::StrAppend(&name, ".", Take().text);
  }
  return name;
}

std::vector<Expr*> Parser::ParseOperands(size_t count, absl::string_view what) {
  std::vector<Expr*> operands;
  const Position position = Peek().position;
  Expect("(", absl::StrCat("after ", what));
  List(")", absl::StrCat("in ", what), [&] { operands.push_back(ParseExpr()); });
  if (operands.size() != count) {
    Fail(position, absl::StrCat(what, " takes ", count, " operands, ", operands.size(), " are given"));
    operands.resize(count, Broken(position));
  }
  return operands;
}

Expr* Parser::ParseParentheses() {
  const Position position = Take().position;
  Expr* tuple = NewExpr(Expr::Kind::kTuple, position);
  if (Accept(")")) return tuple;
  Expr* first = ParseExpr();
  if (Accept(")")) return first;
  tuple->operands.push_back(first);
  if (!Expect(",", "or ')' in parentheses")) return tuple;
  if (Accept(")")) return tuple;
  tuple->operands.push_back(ParseExpr());
  while (!failed_ && !Accept(")")) {
    const bool comma = Accept(",");
    if (comma && Accept(")")) break;
    if (!comma && (mode_ == ReaderMode::kStrict || Peek().kind == Token::Kind::kEnd)) {
      Unexpected("',' or ')' in a tuple");
    }
    tuple->operands.push_back(ParseExpr());
  }
  return tuple;
}

Expr* Parser::ParseIf() {
  Expr* expr = NewExpr(Expr::Kind::kIf, Take().position);
  Nesting nesting(this);
  if (!nesting.ok()) return Broken(expr->position);
  Expect("(", "after if");
  expr->operands = {ParseExpr()};
  Expect(")", "after the condition of if");
  expr->blocks = {ParseScope("of if")};
  if (!AcceptWord("else")) {
    Unexpected("'else': an if needs both branches");
    return Broken(expr->position);
  }
  if (Peek().IsWord("if")) {
    Block* block = module_.New<Block>(Peek().position);
    block->result = ParseIf();
    expr->blocks.push_back(block);
  } else {
    expr->blocks.push_back(ParseScope("of else"));
  }
  return expr;
}

Expr* Parser::ParseMatch(bool partial) {
  Expr* expr = NewExpr(Expr::Kind::kMatch, Take().position);
  expr->partial = partial;
  expr->operands = {ParseProjections(ParsePrimary())};
  Expect("{", "before the arms of match");
  List("}", "in the arms of match", [&] {
    const size_t scope = OpenScope();
    const size_t outer = std::exchange(relay_scope_, visible_.size());
    Arm arm;
    arm.pattern = ParsePattern();
    Expect("=>", "after a pattern");
    arm.body = ParseBlock();
    // Braces around a body mean nothing.
    while (arm.body->items.empty() && arm.body->result->kind == Expr::Kind::kBlock) {
      arm.body = arm.body->result->blocks[0];
    }
    CloseScope(scope);
    relay_scope_ = outer;
    expr->arms.push_back(arm);
  });
  return expr;
}

// loop (%x: T = initial, ...) while { condition } do { next values }
Expr* Parser::ParseLoop() {
  Expr* expr = NewExpr(Expr::Kind::kLoop, Take().position);
  Nesting nesting(this);
  if (!nesting.ok()) return expr;
  std::vector<std::pair<Token, std::optional<TypeSyntax>>> names;
  Take();  // (
  List(")", "in what loop carries", [&] {
    const Token name = Take();
    if (name.kind != Token::Kind::kLocal && !failed_)
      Fail(name.position, "expected a name that loop carries");
    std::optional<TypeSyntax> type;
    if (Accept(":")) type = ParseType();
    Expect("=", "in what loop carries");
    expr->operands.push_back(ParseExpr());
    names.emplace_back(name, std::move(type));
  });
  const size_t scope = OpenScope();
  for (auto& [name, type] : names) {
    expr->locals.push_back(Declare(name.name(), name.position));
    expr->locals.back()->type = std::move(type);
  }
  if (!AcceptWord("while")) Unexpected("'while' after what loop carries");
  expr->blocks.push_back(ParseScope("of while"));
  if (!AcceptWord("do")) Unexpected("'do' after the condition of loop");
  expr->blocks.push_back(ParseScope("of do"));
  CloseScope(scope);
  return expr;
}

}  // namespace baton::text
