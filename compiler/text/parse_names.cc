// Uses of names, patterns that declare them, and attributes.
#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "compiler/text/parser_impl.h"

namespace baton::text {

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
