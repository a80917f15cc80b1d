#include "compiler/text/binding_comment.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace baton {
namespace {

std::string ConditionText(const ir::DimCondition& condition) {
  using Comparison = ir::DimCondition::Comparison;
  const char* sign = condition.comparison == Comparison::kEqual  ? " == "
                     : condition.comparison == Comparison::kLess ? " < "
                                                                 : " <= ";
  const std::string text = absl::StrCat(condition.a.ToString(), sign, condition.b.ToString());
  return condition.negated ? absl::StrCat("!(", text, ")") : text;
}

std::string ElementText(const ir::Element& element) {
  if (element.dim() != nullptr) return element.dim()->ToString();
  return element.condition() != nullptr ? ConditionText(*element.condition()) : "?";
}

std::string CheckText(const ir::DimCheck& check) {
  const std::string a = check.a.ToString(), b = check.b.ToString();
  switch (check.kind) {
    case ir::DimCheck::Kind::kEqual:
      return absl::StrCat(a, " == ", b);
    case ir::DimCheck::Kind::kAtLeast:
      return absl::StrCat(a, " >= ", b);
    case ir::DimCheck::Kind::kBroadcast:
      break;
  }
  return absl::StrCat("broadcast(", a, ", ", b, ")");
}

std::string LocationText(const SourceLocation& location) {
  if (!location.node.empty()) return absl::StrCat("node='", absl::Utf8SafeCEscape(location.node), "'");
  if (location.line == 0) return "";
  return absl::StrCat("span=", absl::Utf8SafeCEscape(location.file), ":", location.line, ":",
                      location.column);
}

// Names from models must neither end the comment nor nest another.
std::string CommentSafe(absl::string_view text) {
  std::string safe;
  for (size_t i = 0; i < text.size(); ++i) {
    safe += text[i];
    const absl::string_view pair = text.substr(i, 2);
    if (pair == "*/" || pair == "/*") safe += '\\';
  }
  return safe;
}

void AppendChecks(const std::vector<ir::TypeCheck>& type_checks, const std::vector<ir::DimCheck>& checks,
                  std::vector<std::string>* parts) {
  for (const ir::TypeCheck& check : type_checks) {
    parts->push_back(absl::StrCat("check=(", check.operand, " is ", check.type.ToString(), ")"));
  }
  for (const ir::DimCheck& check : checks) parts->push_back(absl::StrCat("check=(", CheckText(check), ")"));
}

}  // namespace

std::string BindingComment(const ir::Module& module, const ir::Binding& binding, PrintOptions options) {
  std::vector<std::string> parts;
  const ir::Var& var = *binding.var;
  if (options.types && var.type.kind() != Type::Kind::kUnknown) {
    parts.push_back(absl::StrCat("ty=", var.type.ToString()));
    if (var.elements) {
      const auto append = [](std::string* out, const ir::Element& element) {
        out->append(ElementText(element));
      };
      parts.push_back(absl::StrCat("elements=[", absl::StrJoin(*var.elements, ", ", append), "]"));
    }
    if (var.unboxed) parts.push_back("unboxed");
    AppendChecks(binding.type_checks, binding.checks, &parts);
  }
  if (options.locations) parts.push_back(LocationText(module.location(binding.location)));
  parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
  if (parts.empty()) return "";
  return absl::StrCat(" /* ", CommentSafe(absl::StrJoin(parts, " ")), " */");
}

std::string ResultComment(const ir::Function& function, PrintOptions options) {
  std::vector<std::string> parts;
  if (options.types) AppendChecks(function.result_type_checks, function.result_checks, &parts);
  if (parts.empty()) return "";
  return absl::StrCat("  /* result ", CommentSafe(absl::StrJoin(parts, " ")), " */\n");
}

}  // namespace baton
