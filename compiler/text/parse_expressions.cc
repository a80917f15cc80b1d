// Expressions, patterns and attributes.
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

// Blocks.

Block* Parser::ParseBraces(absl::string_view what) {
  Expect("{", absl::StrCat("before the body ", what));
  Block* block = ParseBlock(/*in_braces=*/true);
  block->end = Peek().position;
  Expect("}", absl::StrCat("after the body ", what));
  return block;
}

Block* Parser::ParseScope(absl::string_view what) {
  const size_t outer = std::exchange(relay_scope_, visible_.size());
  Block* block = ParseBraces(what);
  relay_scope_ = outer;
  return block;
}

// Items separated by semicolons; the last is the result. A scope of its own. Within braces, reading goes on
// behind an item with an error.
Block* Parser::ParseBlock(bool in_braces) {
  Block* block = module_.New<Block>(Peek().position);
  const size_t scope = OpenScope(), relay_scope = relay_scope_;
  Nesting nesting(this);
  block->result = Broken(block->position);
  while (nesting.ok()) {
    while (ParseBinding(block)) {
    }
    const Position position = Peek().position;
    block->result = ParseBinary(0);
    if (failed_ && in_braces && SkipToItem()) {
      if (Peek().Is("}")) break;
      continue;
    }
    if (!Accept(";")) break;
    Item item;
    item.kind = Item::Kind::kExpression;
    item.value = block->result;
    item.position = position;
    block->items.push_back(item);
  }
  CloseScope(scope);
  relay_scope_ = relay_scope;
  return block;
}

// After an error in an item: goes on behind its semicolon, or at the brace that ends the block. False when
// neither comes before the next definition.
bool Parser::SkipToItem() {
  if (gave_up_ || diagnostics_.full()) return false;
  failed_ = false;
  int braces = 0, others = 0;  // open ones behind the error
  for (;; ahead_.pop_front()) {
    if (ahead_.empty()) ahead_.push_back(lexer_.Next());
    const Token& token = ahead_.front();
    if (token.kind == Token::Kind::kEnd || token.kind == Token::Kind::kMetadata || token.IsWord("def") ||
        token.IsWord("type") || token.IsWord("extern")) {
      break;
    }
    if (braces == 0 && token.Is("}")) return true;
    if (braces == 0 && others == 0 && token.Is(";")) {
      ahead_.pop_front();
      return true;
    }
    if (token.Is("{")) ++braces;
    if (token.Is("}")) --braces;
    if (token.Is("(") || token.Is("[")) ++others;
    // The error may have been behind an opening parenthesis.
    if (others > 0 && (token.Is(")") || token.Is("]"))) --others;
  }
  failed_ = true;
  return false;
}

Expr* Parser::ParseExpr() {
  const Position position = Peek().position;
  Block* block = ParseBlock();
  if (block->items.empty()) return block->result;
  Expr* expr = NewExpr(Expr::Kind::kBlock, position);
  expr->blocks = {block};
  return expr;
}

// A let, graph binding or free_var, if one is next.
bool Parser::ParseBinding(Block* block) {
  if (Peek().IsWord("let")) return ParseLet(block), !failed_;
  if (Peek().IsWord("free_var")) return ParseFreeVar(block), !failed_;
  if (Peek().kind == Token::Kind::kGraph && Peek(1).Is("=")) return ParseGraph(block), !failed_;
  return false;
}

void Parser::ParseFreeVar(Block* block) {
  Item item;
  item.kind = Item::Kind::kFreeVar;
  item.position = Take().position;
  const Token name = Take();
  if (name.kind != Token::Kind::kLocal) return Unexpected("a name after free_var");
  item.local = Declare(name.name(), name.position);
  if (Accept(":")) item.local->type = ParseType();
  Expect(";", "after free_var");
  block->items.push_back(item);
}

// A name as declared: dumps of other systems have names with dots, which cannot be anything else here.
std::string Parser::ParseDeclaredName(const Token& name) {
  std::string full = name.name();
  while (Peek().Is(".") &&
         (Peek(1).kind == Token::Kind::kIdentifier || Peek(1).kind == Token::Kind::kNumber)) {
    Take();
    absl::StrAppend(&full, ".", Take().text);
  }
  return full;
}

void Parser::ParseLet(Block* block) {
  Item item;
  item.kind = Item::Kind::kLet;
  item.position = Take().position;
  const Token name = Take();
  if (failed_) return;
  if (name.kind != Token::Kind::kLocal) {
    return Fail(name.position, absl::StrCat("found '", name.text, "', expected a name after let"));
  }
  const std::string full = ParseDeclaredName(name);
  std::optional<TypeSyntax> type;
  if (Accept(":")) type = ParseType();
  Expect("=", "in let");
  WarnOfOldMeaning(full, name.position);
  Position use;
  if (Peek().IsWord("fn")) {
    // Only functions know themselves.
    item.local = Declare(full, name.position);
    item.value = ParseLetValue(item.local, &use);
    if (use.line != 0 && item.value->kind != Expr::Kind::kFunction) {
      Fail(use, absl::StrCat("%", full, " is used in its own value, which is no function literal"));
    }
  } else {
    item.value = ParseLetValue(FindLocal(full), &use);
    item.local = Declare(full, name.position);
    if (use.line != 0) {
      diagnostics_.Warning(use,
                           absl::StrCat("this is the %", full, " declared before; other readers take it for ",
                                        "the one that is being declared"));
    }
  }
  item.local->type = std::move(type);
  relay_scope_ = visible_.size();
  Expect(";", "after let");
  block->items.push_back(item);
}

// The value; `use` becomes the place of its first use of `watched`, if any. An outer let may watch it
// already.
Expr* Parser::ParseLetValue(const Local* watched, Position* use) {
  const bool watches = watched != nullptr && watched_.emplace(watched, Position()).second;
  Expr* value = ParseBinary(0);
  if (watches) {
    *use = watched_[watched];
    watched_.erase(watched);
  }
  return value;
}

// Relay's own reader does not redeclare what the same scope declares already: a function's parameters and the
// first let of its body, or those of a pattern.
void Parser::WarnOfOldMeaning(absl::string_view name, Position position) {
  if (mode_ == ReaderMode::kStrict || !RelayScopeHolds(name)) return;
  diagnostics_.Warning(
      position, absl::StrCat("other readers take later uses of %", name, " for the one declared at line ",
                             FindLocal(name)->position.line));
}

bool Parser::RelayScopeHolds(absl::string_view name) const {
  const auto begin = visible_.begin() + static_cast<ptrdiff_t>(std::min(relay_scope_, visible_.size()));
  return std::find(begin, visible_.end(), name) != visible_.end();
}

void Parser::ParseGraph(Block* block) {
  Item item;
  item.kind = Item::Kind::kGraph;
  const Token name = Take();
  item.position = name.position;
  Take();  // =
  item.value = ParseBinary(0);
  Expect(";", "after a graph binding");
  item.local = module_.New<Local>(name.position);
  item.local->name = std::string(name.text);
  item.local->is_graph = true;
  GraphEntry& entry = graph_[item.local->name];
  if (entry.local != nullptr) RemarkRebinding(name, entry.function == function_);
  entry = {item.local, function_};
  block->items.push_back(item);
}

// Other readers know one binding a number in the whole text, the first. That functions start again at %0 is
// worth a single remark.
void Parser::RemarkRebinding(const Token& name, bool is_same_function) {
  const std::string message = absl::StrCat("%", name.text, " is bound a second time");
  if (mode_ == ReaderMode::kStrict) {
    if (is_same_function) Fail(name.position, message);
    return;
  }
  if (!is_same_function && std::exchange(warned_of_restart_, true)) return;
  diagnostics_.Warning(name.position,
                       absl::StrCat(message, "; later uses mean this binding, for other readers the first"));
}

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

Pattern* Parser::ParsePattern() {
  const Token token = Take();
  Pattern* pattern = module_.New<Pattern>(token.position);
  Nesting nesting(this);
  if (!nesting.ok()) return pattern;
  const auto fields = [&] { pattern->fields.push_back(ParsePattern()); };
  if (token.kind == Token::Kind::kLocal) {
    pattern->kind = Pattern::Kind::kVariable;
    if (mode_ == ReaderMode::kStrict && RelayScopeHolds(token.name())) {
      Fail(token.position, absl::StrCat("%", token.name(), " occurs twice in a pattern"));
    }
    WarnOfOldMeaning(token.name(), token.position);
    pattern->variable = Declare(token.name(), token.position);
    if (Accept(":")) pattern->variable->type = ParseType();
  } else if (token.Is("(")) {
    pattern->kind = Pattern::Kind::kTuple;
    List(")", "in a pattern", fields);
  } else if (token.kind == Token::Kind::kIdentifier && token.text != "_") {
    pattern->kind = Pattern::Kind::kConstructor;
    pattern->constructor = std::string(token.text);
    if (Accept("(")) List(")", "in a pattern", fields);
  } else if (token.kind != Token::Kind::kIdentifier && !failed_) {
    Fail(token.position, "expected a pattern: _, %name, a constructor or a tuple");
  }
  return pattern;
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

// Names.

// "%a.b" is the local named so if there is one (the longest such name), else field b of %a.
Expr* Parser::ParseLocalUse() {
  const Token token = Take();
  Expr* expr = NewExpr(Expr::Kind::kLocal, token.position);
  expr->local = FindLocal(token.name());
  if (Peek().Is(".") && mode_ == ReaderMode::kCompat && !token.quoted) {
    std::string name = token.name();
    size_t taken = 0;
    for (size_t i = 0; Peek(i).Is(".") && !failed_; i += 2) {
      const Token::Kind kind = Peek(i + 1).kind;
      if (kind != Token::Kind::kIdentifier && kind != Token::Kind::kNumber) break;
      absl::StrAppend(&name, ".", Peek(i + 1).text);
      Local* found = FindLocal(name);
      if (found == nullptr) continue;
      expr->local = found;
      taken = i + 2;
    }
    for (; taken > 0; --taken) Take();
  }
  if (expr->local != nullptr) {
    const auto watched = watched_.empty() ? watched_.end() : watched_.find(expr->local);
    if (watched != watched_.end() && watched->second.line == 0) watched->second = token.position;
    return expr;
  }
  // Reading goes on: one unknown name does not hide other errors.
  diagnostics_.Error(token.position, absl::StrCat("%", token.name(), " is not declared"));
  expr->local = module_.New<Local>(token.position);
  expr->local->name = token.name();
  return expr;
}

Expr* Parser::ParseGraphUse() {
  const Token token = Take();
  Expr* expr = NewExpr(Expr::Kind::kLocal, token.position);
  expr->local = graph_[std::string(token.text)].local;
  if (expr->local != nullptr) return expr;
  diagnostics_.Error(token.position, absl::StrCat("%", token.text, " is not bound"));
  expr->local = module_.New<Local>(token.position);
  expr->local->name = std::string(token.text);
  return expr;
}

Expr* Parser::ParseMeta() {
  const Token token = Take();
  Expr* expr = NewExpr(Expr::Kind::kConstant, token.position);
  const int32_t index = *token.number->As<int32_t>();
  Tensor& shared = constants_[{token.value, index}];
  if (!shared) {
    absl::StatusOr<Tensor> constant = metadata_.ConstantOf(token.value, index);
    if (constant.ok()) {
      shared = *std::move(constant);
    } else {
      Fail(token.position, constant.status().message());
    }
  }
  expr->constant = shared;
  return expr;
}

// Attributes.

// A dotted or quoted name before "=".
bool Parser::AtAttribute() {
  if (Peek().kind == Token::Kind::kString) return Peek(1).Is("=");
  size_t i = 0;
  while (Peek(i).kind == Token::Kind::kIdentifier && Peek(i + 1).Is(".")) i += 2;
  return Peek(i).kind == Token::Kind::kIdentifier && Peek(i + 1).Is("=");
}

// One, or in compat mode several: other readers need no commas between them.
void Parser::ParseAttributes(std::vector<AttributeSyntax>* attributes) {
  do {
    attributes->push_back(ParseAttribute());
  } while (mode_ == ReaderMode::kCompat && AtAttribute());
}

AttributeSyntax Parser::ParseAttribute() {
  const Token first = Peek();
  const std::string name = first.kind == Token::Kind::kString ? Take().value : ParseDottedName();
  Expect("=", "in an attribute");
  AttributeSyntax attribute = ParseAttributeValue();
  attribute.name = name;
  attribute.position = first.position;
  return attribute;
}

AttributeSyntax Parser::ParseAttributeValue() {
  AttributeSyntax value;
  const Token token = Peek();
  value.position = token.position;
  Nesting nesting(this);
  if (!nesting.ok()) return value;
  if (token.kind == Token::Kind::kString) {
    value.kind = AttributeSyntax::Kind::kString;
    value.text = Take().value;
  } else if (token.kind == Token::Kind::kNumber) {
    Take();
    if (!token.number) {
      Fail(token.position, absl::StrCat("'", token.text, "' is no number"));
      return value;
    }
    value.kind = IsFloat(token.number.dtype()) ? AttributeSyntax::Kind::kFloat : AttributeSyntax::Kind::kInt;
    VisitDType(token.number.dtype(), [&](auto element) {
      const auto number = *token.number->As<decltype(element)>();
      if constexpr (std::is_integral_v<decltype(element)>) value.number = static_cast<int64_t>(number);
      if constexpr (!std::is_same_v<decltype(element), Bool> && !std::is_integral_v<decltype(element)> &&
                    !std::is_same_v<decltype(element), double>) {
        value.real = static_cast<double>(static_cast<float>(number));
      }
      if constexpr (std::is_same_v<decltype(element), double>) value.real = number;
    });
  } else if (token.IsWord("True") || token.IsWord("False")) {
    value.kind = AttributeSyntax::Kind::kBool;
    value.number = Take().text == "True" ? 1 : 0;
  } else if (token.IsWord("None") || token.IsWord("nullptr")) {
    Take();
  } else if (Accept("[")) {
    value.kind = AttributeSyntax::Kind::kList;
    List("]", "in an attribute", [&] { value.elements.push_back(ParseAttributeValue()); });
  } else if (Accept("{")) {
    value.kind = AttributeSyntax::Kind::kMap;
    List("}", "in an attribute", [&] { value.elements.push_back(ParseAttribute()); });
  } else if (Accept("(")) {
    value = ParseAttributeValue();
    Expect(")", "after an attribute value");
  } else if (token.kind == Token::Kind::kMeta && Metadata::IsConstant(token.value)) {
    value.kind = AttributeSyntax::Kind::kExpression;
    value.expression = ParseMeta();
  } else if (token.kind == Token::Kind::kMeta) {
    Take();
    absl::StatusOr<AttributeSyntax> found =
        metadata_.AttributeOf(token.value, *token.number->As<int32_t>(), module_);
    if (!found.ok()) Fail(token.position, found.status().message());
    if (found.ok()) value = *std::move(found);
    value.position = token.position;
  } else {
    value.kind = AttributeSyntax::Kind::kExpression;
    value.expression = ParseProjections(ParsePrimary());
    const Expr::Kind kind = value.expression->kind;
    if (kind != Expr::Kind::kLocal && kind != Expr::Kind::kGlobal && kind != Expr::Kind::kName &&
        kind != Expr::Kind::kProject) {
      Fail(token.position, "expected the value of an attribute");
    }
  }
  return value;
}

}  // namespace baton::text
