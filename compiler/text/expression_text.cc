#include "compiler/text/expression_text.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "compiler/text/names.h"
#include "compiler/text/type_text.h"
#include "vm/core/attributes.h"
#include "vm/core/number_text.h"

namespace baton::text {
namespace {

// parse_expressions.cc reads them.
constexpr InfixOperator kInfixOperators[] = {
    {"*", 12, "multiply"}, {"/", 12, "divide"},     {"+", 10, "add"},    {"-", 10, "subtract"},
    {"<", 8, "less"},      {"<=", 8, "less_equal"}, {">", 8, "greater"}, {">=", 8, "greater_equal"},
    {"==", 7, "equal"},    {"!=", 7, "not_equal"},
};

// A name that an attribute may have without quotes.
bool IsDottedName(absl::string_view name) {
  for (const absl::string_view part : absl::StrSplit(name, '.')) {
    if (part.empty() || absl::ascii_isdigit(static_cast<unsigned char>(part[0])) || part[0] == '/')
      return false;
    const auto fits = [](char c) {
      return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '/';
    };
    if (!std::all_of(part.begin(), part.end(), fits)) return false;
  }
  return true;
}

// As the reader takes them: of a number without width, the nearest float.
std::string FloatAttributeText(double value) {
  const auto narrow = static_cast<float>(value);
  if (std::isnan(value) || static_cast<double>(narrow) == value) return FloatText(narrow) + "f";
  return FloatText(value) + "f64";
}

bool Fits(const std::string& out, size_t limit) {
  return out.size() <= limit;
}

}  // namespace

const InfixOperator* FindInfixOperator(absl::string_view name) {
  const auto* found = std::find_if(std::begin(kInfixOperators), std::end(kInfixOperators),
                                   [&](const InfixOperator& op) { return op.name == name; });
  return found == std::end(kInfixOperators) ? nullptr : found;
}

const InfixOperator* ExpressionText::InfixOf(const Expr& expr) const {
  const bool is_infix = infix_ && expr.kind == Expr::Kind::kCall && expr.infix && expr.operands.size() == 3;
  return is_infix ? FindInfixOperator(expr.operands[0]->name) : nullptr;
}

bool ExpressionText::NeedsParentheses(const Expr& operand, const InfixOperator& op, bool is_left) const {
  if (const InfixOperator* inner = InfixOf(operand)) {
    return is_left ? inner->level < op.level : inner->level <= op.level;
  }
  return operand.kind == Expr::Kind::kIf || operand.kind == Expr::Kind::kMatch ||
         operand.kind == Expr::Kind::kLoop || operand.kind == Expr::Kind::kFunction;
}

bool ExpressionText::NeedsParentheses(const Expr& callee, bool is_projected) const {
  switch (callee.kind) {
    case Expr::Kind::kLocal:
      return is_projected && has_dotted_names_ && !callee.local->is_graph;
    case Expr::Kind::kGlobal:
    case Expr::Kind::kProject:
    case Expr::Kind::kTuple:
    case Expr::Kind::kReadReference:
      return false;
    case Expr::Kind::kName:
    case Expr::Kind::kFunction:
      return is_projected;
    case Expr::Kind::kCall:
      return InfixOf(callee) != nullptr;
    default:
      return true;
  }
}

std::string ExpressionText::LocalText(const Local& local) const {
  return local.is_graph ? absl::StrCat("%", local.name) : QuotedName('%', local.name);
}

std::string ExpressionText::TypeParams(const std::vector<std::string>& params) {
  return params.empty() ? "" : absl::StrCat("[", absl::StrJoin(params, ", "), "]");
}

std::string ExpressionText::TypeAnnotation(const Local& local) const {
  return local.type ? absl::StrCat(": ", TypeText(local.type->type, type_params_)) : "";
}

std::string ExpressionText::ParameterText(const Local& local) {
  return LocalText(local) + TypeAnnotation(local);
}

// Scalars of types for which dumps have no literal have one here: the reader takes it.
std::string ExpressionText::ConstantText(const Tensor& constant) {
  if (constant->rank == 0) {
    switch (constant.dtype()) {
      case DType::kInt8:
        return absl::StrCat(*constant->As<int8_t>(), "i8");
      case DType::kUInt8:
        return absl::StrCat(*constant->As<uint8_t>(), "u8");
      case DType::kUInt16:
        return absl::StrCat(*constant->As<uint16_t>(), "u16");
      case DType::kUInt32:
        return absl::StrCat(*constant->As<uint32_t>(), "u32");
      case DType::kUInt64:
        return absl::StrCat(*constant->As<uint64_t>(), "u64");
      default:
        break;
    }
  }
  return constants_.TextOf(constant);
}

std::string ExpressionText::AttributeValueText(const AttributeSyntax& value) {
  switch (value.kind) {
    case AttributeSyntax::Kind::kNone:
      return "None";
    case AttributeSyntax::Kind::kBool:
      return value.number != 0 ? "True" : "False";
    case AttributeSyntax::Kind::kInt:
      return absl::StrCat(value.number);
    case AttributeSyntax::Kind::kFloat:
      return FloatAttributeText(value.real);
    case AttributeSyntax::Kind::kString:
      return AttributeString(value.text);
    case AttributeSyntax::Kind::kExpression: {
      // A literal here would be a plain number, not a tensor.
      if (value.expression->kind == Expr::Kind::kConstant)
        return constants_.ReferenceTo(value.expression->constant);
      std::string text;
      Append(*value.expression, std::numeric_limits<size_t>::max(), &text);
      return text;
    }
    case AttributeSyntax::Kind::kList:
    case AttributeSyntax::Kind::kMap:
      break;
  }
  const bool is_map = value.kind == AttributeSyntax::Kind::kMap;
  std::vector<std::string> parts;
  for (const AttributeSyntax& element : value.elements) {
    parts.push_back(is_map ? AttributeText(element) : AttributeValueText(element));
  }
  return absl::StrCat(is_map ? "{" : "[", absl::StrJoin(parts, ", "), is_map ? "}" : "]");
}

std::string ExpressionText::AttributeText(const AttributeSyntax& attribute) {
  const std::string name = IsDottedName(attribute.name) ? attribute.name : AttributeString(attribute.name);
  return absl::StrCat(name, "=", AttributeValueText(attribute));
}

std::string ExpressionText::PatternText(const Pattern& pattern) const {
  if (pattern.kind == Pattern::Kind::kWildcard) return "_";
  if (pattern.kind == Pattern::Kind::kVariable) {
    return LocalText(*pattern.variable) + TypeAnnotation(*pattern.variable);
  }
  const auto append = [&](std::string* out, const Pattern* field) { out->append(PatternText(*field)); };
  const std::string fields = absl::StrJoin(pattern.fields, ", ", append);
  if (pattern.kind == Pattern::Kind::kTuple)
    return absl::StrCat("(", fields, pattern.fields.size() == 1 ? ",)" : ")");
  return pattern.fields.empty() ? pattern.constructor : absl::StrCat(pattern.constructor, "(", fields, ")");
}

bool ExpressionText::AppendOperand(const Expr& operand, bool parentheses, size_t limit, std::string* out) {
  if (!parentheses) return Append(operand, limit, out);
  out->append("(");
  if (!Append(operand, limit, out)) return false;
  out->append(")");
  return Fits(*out, limit);
}

// "(a, b" and so on, without the closing parenthesis.
bool ExpressionText::AppendList(absl::string_view open, const std::vector<Expr*>& exprs, size_t first,
                                size_t limit, std::string* out) {
  absl::StrAppend(out, open);
  for (size_t i = first; i < exprs.size(); ++i) {
    if (i > first) out->append(", ");
    if (!Append(*exprs[i], limit, out)) return false;
  }
  return Fits(*out, limit);
}

// Chains nest to the left and may be long: no recursion along them.
bool ExpressionText::AppendInfix(const Expr& expr, size_t limit, std::string* out) {
  std::vector<const Expr*> chain = {&expr};
  while (true) {
    const Expr& left = *chain.back()->operands[1];
    if (InfixOf(left) == nullptr || NeedsParentheses(left, *InfixOf(*chain.back()), true)) break;
    chain.push_back(&left);
  }
  const Expr& innermost = *chain.back();
  const Expr& first = *innermost.operands[1];
  if (!AppendOperand(first, NeedsParentheses(first, *InfixOf(innermost), true), limit, out)) return false;
  for (auto it = chain.rbegin(); it != chain.rend(); ++it) {
    const InfixOperator& op = *InfixOf(**it);
    const Expr& right = *(*it)->operands[2];
    absl::StrAppend(out, " ", op.symbol, " ");
    if (!AppendOperand(right, NeedsParentheses(right, op, false), limit, out)) return false;
  }
  return true;
}

bool ExpressionText::AppendAttributes(const Expr& call, size_t limit, std::string* out) {
  for (size_t i = 0; i < call.attributes.size(); ++i) {
    const AttributeSyntax& attribute = call.attributes[i];
    if (i > 0 || call.operands.size() > 1) out->append(", ");
    absl::StrAppend(out, AttributeText(attribute));
    if (!Fits(*out, limit)) return false;
  }
  return true;
}

bool ExpressionText::AppendCall(const Expr& expr, size_t limit, std::string* out) {
  if (InfixOf(expr) != nullptr) return AppendInfix(expr, limit, out);
  const Expr& callee = *expr.operands[0];
  if (!AppendOperand(callee, NeedsParentheses(callee, false), limit, out)) return false;
  return AppendArguments(expr, limit, out);
}

bool ExpressionText::AppendArguments(const Expr& call, size_t limit, std::string* out) {
  if (!AppendList("(", call.operands, 1, limit, out) || !AppendAttributes(call, limit, out)) return false;
  out->append(")");
  return Fits(*out, limit);
}

// Only functions with a plain body stand on one line.
bool ExpressionText::AppendFunction(const FunctionSyntax& function, size_t limit, std::string* out) {
  if (!function.body->items.empty()) return false;
  const size_t num_visible = type_params_.size();
  type_params_.insert(type_params_.end(), function.type_params.begin(), function.type_params.end());
  std::vector<std::string> parts;
  for (const Local* param : function.params) parts.push_back(ParameterText(*param));
  for (const AttributeSyntax& attribute : function.attributes) parts.push_back(AttributeText(attribute));
  absl::StrAppend(out, "fn ", TypeParams(function.type_params), "(", absl::StrJoin(parts, ", "), ")");
  if (function.result_type) absl::StrAppend(out, " -> ", TypeText(function.result_type->type, type_params_));
  absl::StrAppend(out, " { ");
  const bool fits = Fits(*out, limit) && Append(*function.body->result, limit, out);
  absl::StrAppend(out, " }");
  type_params_.resize(num_visible);
  return fits && Fits(*out, limit);
}

bool ExpressionText::Append(const Expr& expr, size_t limit, std::string* out) {
  switch (expr.kind) {
    case Expr::Kind::kConstant:
      absl::StrAppend(out, ConstantText(expr.constant));
      return Fits(*out, limit);
    case Expr::Kind::kLocal:
      absl::StrAppend(out, LocalText(*expr.local));
      return Fits(*out, limit);
    case Expr::Kind::kGlobal:
      absl::StrAppend(out, QuotedName('@', expr.name));
      return Fits(*out, limit);
    case Expr::Kind::kName:
      absl::StrAppend(out, expr.name);
      return Fits(*out, limit);
    case Expr::Kind::kTuple:
      if (!AppendList("(", expr.operands, 0, limit, out)) return false;
      out->append(expr.operands.size() == 1 ? ",)" : ")");
      return Fits(*out, limit);
    case Expr::Kind::kProject: {
      const Expr& tuple = *expr.operands[0];
      if (!AppendOperand(tuple, NeedsParentheses(tuple, true), limit, out)) return false;
      absl::StrAppend(out, ".", expr.index);
      return Fits(*out, limit);
    }
    case Expr::Kind::kCall:
      return AppendCall(expr, limit, out);
    case Expr::Kind::kFunction:
      return AppendFunction(*expr.function, limit, out);
    case Expr::Kind::kReference:
    case Expr::Kind::kReadReference:
    case Expr::Kind::kWriteReference: {
      const char* open = expr.kind == Expr::Kind::kReference       ? "ref("
                         : expr.kind == Expr::Kind::kReadReference ? "ref_read("
                                                                   : "ref_write(";
      if (!AppendList(open, expr.operands, 0, limit, out)) return false;
      out->append(")");
      return Fits(*out, limit);
    }
    case Expr::Kind::kRaise:
      absl::StrAppend(out, "raise(", AttributeString(expr.name), ")");
      return Fits(*out, limit);
    case Expr::Kind::kIf:
    case Expr::Kind::kMatch:
    case Expr::Kind::kBlock:
    case Expr::Kind::kLoop:
      return false;
  }
  return false;
}

}  // namespace baton::text
