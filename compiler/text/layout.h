// Lays a syntax tree out in lines. Internal to compiler/text; formatter.h is the way in.
#pragma once

#include <string>
#include <vector>

#include "compiler/text/comments.h"
#include "compiler/text/expression_text.h"
#include "compiler/text/formatter.h"
#include "compiler/text/syntax.h"

namespace baton::text {

class Layout {
 public:
  Layout(const SyntaxModule& module, Remarks remarks, const FormatOptions& options);
  std::string Run();

 private:
  void PrintHeader();
  void PrintDefinitions();
  void PrintType(const TypeDefinition& type);
  void PrintFunctionDefinition(const FunctionDefinition& definition);
  // From the parameters on: "(...) -> T { body }".
  void PrintFunction(const FunctionSyntax& function);
  // "{", the items, "}".
  void PrintBraces(const Block& block);
  void PrintItems(const Block& block);
  void PrintItem(const Item& item);

  // On the rest of the line if it fits there, else over several lines. `reserved`: bytes that follow it.
  void Print(const Expr& expr, size_t reserved);
  void PrintBroken(const Expr& expr);
  void PrintOperand(const Expr& operand, bool parentheses, size_t reserved);
  void PrintInfix(const Expr& expr);
  void PrintCall(const Expr& call);
  void PrintList(absl::string_view open, const std::vector<Expr*>& exprs, size_t first,
                 const std::vector<std::string>& more);
  void PrintIf(const Expr& expr);
  void PrintMatch(const Expr& match);
  void PrintArm(const Arm& arm);
  void PrintLoop(const Expr& loop);

  // Comments that stand before `position` in the source, each on a line of its own.
  void PrintComments(Position position);
  void NewLine();
  // The column at which the next byte goes, from 0.
  size_t Column() const { return out_.size() - line_begin_; }

  const SyntaxModule& module_;
  const std::vector<Comment> comments_;
  const Position header_;
  const FormatOptions& options_;
  ExpressionText text_;
  size_t next_comment_ = 0;
  std::string out_;
  size_t line_begin_ = 0;
  size_t indent_ = 0;
};

}  // namespace baton::text
