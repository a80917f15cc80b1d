#include "compiler/text/layout.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/text/names.h"
#include "compiler/text/type_text.h"
#include "vm/core/attributes.h"

namespace baton::text {
namespace {

constexpr size_t kIndent = 2;
constexpr size_t kMaxIndent =
    80;  // deeper code is not shifted further, so that text stays linear in the tree

bool IsBefore(Position a, Position b) {
  return std::tie(a.line, a.column) < std::tie(b.line, b.column);
}

// Whether "%a.0" could mean a local named so.
bool HasDottedNames(const SyntaxModule& module) {
  bool found = false;
  module.VisitLocals([&](const Local& local) { found |= local.name.find('.') != std::string::npos; });
  return found;
}

}  // namespace

Layout::Layout(const SyntaxModule& module, Remarks remarks, const FormatOptions& options)
    : module_(module),
      comments_(std::move(remarks.comments)),
      header_(remarks.first_token),
      options_(options),
      text_(options.infix, HasDottedNames(module)) {
  text_.type_params() = module.scalar_names;  // scalars of these names are written in full
}

std::string Layout::Run() {
  PrintHeader();
  if (module_.expression != nullptr) {
    const Expr& expr = *module_.expression;
    PrintComments(expr.position);
    if (expr.kind == Expr::Kind::kBlock) {
      PrintItems(*expr.blocks[0]);
    } else {
      Print(expr, 0);
      NewLine();
    }
  }
  PrintDefinitions();
  PrintComments({INT32_MAX, 0});
  const std::string metadata = text_.constants().MetadataSection();
  if (!metadata.empty()) absl::StrAppend(&out_, "\n", metadata);
  return std::move(out_);
}

void Layout::NewLine() {
  out_ += '\n';
  line_begin_ = out_.size();
}

// Between definitions an empty line tells remarks on the file from those on what follows: it stays.
void Layout::PrintComments(Position position) {
  int32_t next_line = 0;  // of what would follow the last comment directly
  const auto keep_empty_line = [&](int32_t line) {
    if (indent_ == 0 && module_.expression == nullptr && next_line != 0 && line > next_line) NewLine();
  };
  for (; next_comment_ < comments_.size() && IsBefore(comments_[next_comment_].position, position);
       ++next_comment_) {
    const Comment& comment = comments_[next_comment_];
    keep_empty_line(comment.position.line);
    next_line = comment.position.line + 1 +
                static_cast<int32_t>(std::count(comment.text.begin(), comment.text.end(), '\n'));
    out_.append(std::min(indent_, kMaxIndent), ' ');
    absl::StrAppend(&out_, comment.text);
    NewLine();
  }
  if (position.line != INT32_MAX) keep_empty_line(position.line);
}

// A lone expression needs no version, but may have one.
void Layout::PrintHeader() {
  const bool is_module = module_.expression == nullptr;
  if (is_module || module_.has_version || !module_.imports.empty()) {
    PrintComments(header_);  // remarks that open the file stay above its version
    absl::StrAppend(&out_, "#[version = \"0.0.5\"]");
    NewLine();
  }
  for (const std::string& import : module_.imports) {
    absl::StrAppend(&out_, "#[import = \"", import, "\"]");
    NewLine();
  }
}

void Layout::PrintDefinitions() {
  using Definition = std::variant<const TypeDefinitionSyntax*, const FunctionDefinition*>;
  std::vector<std::pair<Position, Definition>> definitions;
  for (const TypeDefinitionSyntax& type : module_.types) definitions.emplace_back(type.position, &type);
  for (const FunctionDefinition& function : module_.functions) {
    definitions.emplace_back(function.position, &function);
  }
  std::stable_sort(definitions.begin(), definitions.end(),
                   [](const auto& a, const auto& b) { return IsBefore(a.first, b.first); });
  for (const auto& [position, definition] : definitions) {
    NewLine();
    PrintComments(position);
    if (const auto* type = std::get_if<const TypeDefinitionSyntax*>(&definition)) {
      PrintType((*type)->definition);
    } else {
      PrintFunctionDefinition(*std::get<const FunctionDefinition*>(definition));
    }
  }
}

void Layout::PrintType(const TypeDefinition& type) {
  absl::StrAppend(&out_, type.is_extern ? "extern type " : "type ", type.name,
                  ExpressionText::TypeParams(type.params));
  if (!type.constructors.empty()) {
    absl::StrAppend(&out_, " {");
    NewLine();
    std::vector<std::string> visible = text_.type_params();
    visible.insert(visible.end(), type.params.begin(), type.params.end());
    for (const ConstructorDefinition& constructor : type.constructors) {
      std::vector<std::string> fields;
      for (const Type& field : constructor.fields) fields.push_back(TypeText(field, visible));
      absl::StrAppend(&out_, "  ", constructor.name);
      if (!fields.empty()) absl::StrAppend(&out_, "(", absl::StrJoin(fields, ", "), ")");
      absl::StrAppend(&out_, ",");
      NewLine();
    }
    absl::StrAppend(&out_, "}");
  }
  NewLine();
}

void Layout::PrintFunctionDefinition(const FunctionDefinition& definition) {
  absl::StrAppend(&out_, "def ", QuotedName('@', definition.name));
  PrintFunction(*definition.function);
  NewLine();
}

void Layout::PrintFunction(const FunctionSyntax& function) {
  std::vector<std::string>& type_params = text_.type_params();
  const size_t num_visible = type_params.size();
  type_params.insert(type_params.end(), function.type_params.begin(), function.type_params.end());
  std::vector<std::string> parts;
  for (const Local* param : function.params) parts.push_back(text_.ParameterText(*param));
  for (const AttributeSyntax& attribute : function.attributes)
    parts.push_back(text_.AttributeText(attribute));
  const std::string result =
      function.result_type ? absl::StrCat(" -> ", TypeText(function.result_type->type, type_params)) : "";
  absl::StrAppend(&out_, ExpressionText::TypeParams(function.type_params));
  const std::string line = absl::StrCat("(", absl::StrJoin(parts, ", "), ")");
  if (Column() + line.size() + result.size() + 2 <= static_cast<size_t>(options_.width) || parts.empty()) {
    absl::StrAppend(&out_, line);
  } else {
    PrintList("(", {}, 0, parts);
  }
  absl::StrAppend(&out_, result, " ");
  PrintBraces(*function.body);
  type_params.resize(num_visible);
}

void Layout::PrintBraces(const Block& block) {
  absl::StrAppend(&out_, "{");
  NewLine();
  indent_ += kIndent;
  PrintItems(block);
  if (block.end.line != 0) PrintComments(block.end);
  indent_ -= kIndent;
  out_.append(std::min(indent_, kMaxIndent), ' ');
  out_ += '}';
}

void Layout::PrintItems(const Block& block) {
  for (const Item& item : block.items) {
    PrintComments(item.position);
    out_.append(std::min(indent_, kMaxIndent), ' ');
    PrintItem(item);
    NewLine();
  }
  PrintComments(block.result->position);
  out_.append(std::min(indent_, kMaxIndent), ' ');
  Print(*block.result, 0);
  NewLine();
}

void Layout::PrintItem(const Item& item) {
  switch (item.kind) {
    case Item::Kind::kFreeVar:
      absl::StrAppend(&out_, "free_var ", text_.ParameterText(*item.local), ";");
      return;
    case Item::Kind::kLet:
      absl::StrAppend(&out_, "let ", text_.ParameterText(*item.local), " = ");
      break;
    case Item::Kind::kGraph:
      absl::StrAppend(&out_, text_.LocalText(*item.local), " = ");
      break;
    case Item::Kind::kExpression:
      break;
  }
  Print(*item.value, 1);
  out_ += ';';
}

void Layout::Print(const Expr& expr, size_t reserved) {
  const size_t begin = out_.size();
  const size_t width = static_cast<size_t>(options_.width);
  // What cannot be broken may be longer than a line.
  const size_t limit = line_begin_ + (width > reserved ? width - reserved : 0);
  if (text_.Append(expr, limit, &out_)) return;
  out_.resize(begin);
  PrintBroken(expr);
}

void Layout::PrintBroken(const Expr& expr) {
  switch (expr.kind) {
    case Expr::Kind::kTuple:
      return PrintList("(", expr.operands, 0, {});
    case Expr::Kind::kProject:
      PrintOperand(*expr.operands[0], text_.NeedsParentheses(*expr.operands[0], true), 0);
      absl::StrAppend(&out_, ".", expr.index);
      return;
    case Expr::Kind::kCall:
      return text_.InfixOf(expr) != nullptr ? PrintInfix(expr) : PrintCall(expr);
    case Expr::Kind::kFunction:
      absl::StrAppend(&out_, "fn ");
      return PrintFunction(*expr.function);
    case Expr::Kind::kIf:
      return PrintIf(expr);
    case Expr::Kind::kMatch:
      return PrintMatch(expr);
    case Expr::Kind::kBlock:
      return PrintBraces(*expr.blocks[0]);
    case Expr::Kind::kReference:
      return PrintList("ref(", expr.operands, 0, {});
    case Expr::Kind::kReadReference:
      return PrintList("ref_read(", expr.operands, 0, {});
    case Expr::Kind::kWriteReference:
      return PrintList("ref_write(", expr.operands, 0, {});
    case Expr::Kind::kLoop:
      return PrintLoop(expr);
    default:  // a single token: there is nothing to break
      text_.Append(expr, out_.max_size(), &out_);
  }
}

void Layout::PrintOperand(const Expr& operand, bool parentheses, size_t reserved) {
  if (parentheses) out_ += '(';
  Print(operand, reserved + (parentheses ? 1 : 0));
  if (parentheses) out_ += ')';
}

// The first operand, then a line for each operator. Chains may be long: no recursion along them.
void Layout::PrintInfix(const Expr& expr) {
  std::vector<const Expr*> chain = {&expr};
  const auto left_of = [](const Expr* call) -> const Expr& { return *call->operands[1]; };
  while (text_.InfixOf(left_of(chain.back())) != nullptr &&
         !text_.NeedsParentheses(left_of(chain.back()), *text_.InfixOf(*chain.back()), true)) {
    chain.push_back(&left_of(chain.back()));
  }
  const Expr& first = left_of(chain.back());
  PrintOperand(first, text_.NeedsParentheses(first, *text_.InfixOf(*chain.back()), true), 0);
  indent_ += kIndent;
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    const InfixOperator& op = *text_.InfixOf(**it);
    const Expr& right = *(*it)->operands[2];
    NewLine();
    out_.append(std::min(indent_, kMaxIndent), ' ');
    absl::StrAppend(&out_, op.symbol, " ");
    PrintOperand(right, text_.NeedsParentheses(right, op, false), 1);
  }
  indent_ -= kIndent;
}

void Layout::PrintCall(const Expr& call) {
  const Expr& callee = *call.operands[0];
  PrintOperand(callee, text_.NeedsParentheses(callee, false), 1);
  const size_t begin = out_.size();
  if (text_.AppendArguments(call, line_begin_ + static_cast<size_t>(options_.width) - 1, &out_)) return;
  out_.resize(begin);
  std::vector<std::string> attributes;
  for (const AttributeSyntax& attribute : call.attributes)
    attributes.push_back(text_.AttributeText(attribute));
  PrintList("(", call.operands, 1, attributes);
}

// One element a line, from exprs[first] on, then those of `more`.
void Layout::PrintList(absl::string_view open, const std::vector<Expr*>& exprs, size_t first,
                       const std::vector<std::string>& more) {
  absl::StrAppend(&out_, open);
  const size_t num_exprs = exprs.size() - std::min(first, exprs.size());
  const size_t count = num_exprs + more.size();
  indent_ += kIndent;
  for (size_t i = 0; i < count; ++i) {
    NewLine();
    out_.append(std::min(indent_, kMaxIndent), ' ');
    if (i < num_exprs) {
      Print(*exprs[first + i], 1);
    } else {
      absl::StrAppend(&out_, more[i - num_exprs]);
    }
    // A tuple of one keeps its comma; elsewhere it is welcome too, but for the reading of people.
    const bool is_tuple_of_one = open == "(" && first == 0 && more.empty() && count == 1;
    if (i + 1 < count || is_tuple_of_one) out_ += ',';
  }
  indent_ -= kIndent;
  if (count > 0) {
    NewLine();
    out_.append(std::min(indent_, kMaxIndent), ' ');
  }
  out_ += ')';
}

// "else if" as a loop: chains may be long.
void Layout::PrintIf(const Expr& expr) {
  const Expr* branch = &expr;
  while (true) {
    absl::StrAppend(&out_, "if (");
    Print(*branch->operands[0], 3);
    absl::StrAppend(&out_, ") ");
    PrintBraces(*branch->blocks[0]);
    absl::StrAppend(&out_, " else ");
    const Block& otherwise = *branch->blocks[1];
    const bool chained = otherwise.items.empty() && otherwise.result->kind == Expr::Kind::kIf;
    if (!chained) return PrintBraces(otherwise);
    branch = otherwise.result;
  }
}

void Layout::PrintMatch(const Expr& match) {
  const Expr& scrutinee = *match.operands[0];
  absl::StrAppend(&out_, match.partial ? "match? " : "match ");
  PrintOperand(scrutinee, scrutinee.kind != Expr::Kind::kTuple, 2);
  absl::StrAppend(&out_, " {");
  indent_ += kIndent;
  for (const Arm& arm : match.arms) PrintArm(arm);
  indent_ -= kIndent;
  NewLine();
  out_.append(std::min(indent_, kMaxIndent), ' ');
  out_ += '}';
}

void Layout::PrintArm(const Arm& arm) {
  NewLine();
  PrintComments(arm.pattern->position);
  out_.append(std::min(indent_, kMaxIndent), ' ');
  absl::StrAppend(&out_, text_.PatternText(*arm.pattern), " => ");
  const size_t begin = out_.size();
  const size_t limit = line_begin_ + static_cast<size_t>(options_.width) - 1;
  if (!arm.body->items.empty() || !text_.Append(*arm.body->result, limit, &out_)) {
    out_.resize(begin);
    PrintBraces(*arm.body);
  }
  out_ += ',';
}

void Layout::PrintLoop(const Expr& loop) {
  absl::StrAppend(&out_, "loop (");
  for (size_t i = 0; i < loop.locals.size(); ++i) {
    if (i > 0) absl::StrAppend(&out_, ", ");
    absl::StrAppend(&out_, text_.ParameterText(*loop.locals[i]), " = ");
    Print(*loop.operands[i], 2);
  }
  absl::StrAppend(&out_, ") while ");
  PrintBraces(*loop.blocks[0]);
  absl::StrAppend(&out_, " do ");
  PrintBraces(*loop.blocks[1]);
}

}  // namespace baton::text
