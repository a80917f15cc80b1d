// Blocks and the items in them.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "compiler/text/parser_impl.h"

namespace baton::text {

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

}  // namespace baton::text
