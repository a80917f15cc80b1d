// Expressions on one line, for the formatter. Internal to compiler/text.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/text/constants.h"
#include "compiler/text/syntax.h"

namespace baton::text {

// The names of infix operators and how tightly they bind.
struct InfixOperator {
  absl::string_view symbol;
  int level;  // higher binds tighter
  absl::string_view name;
};
// By the operator's name; null for others.
const InfixOperator* FindInfixOperator(absl::string_view name);

class ExpressionText {
 public:
  // `infix`: as FormatOptions. `has_dotted_names`: a local's name may go on behind a dot.
  ExpressionText(bool infix, bool has_dotted_names) : infix_(infix), has_dotted_names_(has_dotted_names) {}

  // Appends the text of `expr`. False, with a part of it, when it is longer than `limit` bytes or stands on
  // several lines whatever its length.
  bool Append(const Expr& expr, size_t limit, std::string* out);
  // Likewise the parenthesised arguments and attributes of a call.
  bool AppendArguments(const Expr& call, size_t limit, std::string* out);
  // Always fit.
  std::string LocalText(const Local& local) const;
  std::string AttributeText(const AttributeSyntax& attribute);  // "name=value", but for expressions
  std::string ParameterText(const Local& local);
  std::string TypeAnnotation(const Local& local) const;  // ": T" or nothing
  std::string PatternText(const Pattern& pattern) const;
  // "[A, B]" or nothing.
  static std::string TypeParams(const std::vector<std::string>& params);
  // The operator that `expr` prints as infix; null: another expression.
  const InfixOperator* InfixOf(const Expr& expr) const;
  // Whether an operand needs parentheses: of an infix operator, and before a call's arguments or a field.
  bool NeedsParentheses(const Expr& operand, const InfixOperator& op, bool is_left) const;
  bool NeedsParentheses(const Expr& callee, bool is_projected) const;

  std::vector<std::string>& type_params() { return type_params_; }  // in scope
  ConstantTable& constants() { return constants_; }

 private:
  bool AppendList(absl::string_view open, const std::vector<Expr*>& exprs, size_t first, size_t limit,
                  std::string* out);
  bool AppendInfix(const Expr& expr, size_t limit, std::string* out);
  bool AppendCall(const Expr& expr, size_t limit, std::string* out);
  bool AppendAttributes(const Expr& call, size_t limit, std::string* out);
  bool AppendFunction(const FunctionSyntax& function, size_t limit, std::string* out);
  bool AppendOperand(const Expr& operand, bool parentheses, size_t limit, std::string* out);
  std::string AttributeValueText(const AttributeSyntax& value);
  std::string ConstantText(const Tensor& constant);

  const bool infix_;
  const bool has_dotted_names_;
  std::vector<std::string> type_params_;
  ConstantTable constants_;
};

}  // namespace baton::text
