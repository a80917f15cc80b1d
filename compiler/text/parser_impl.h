// The parser's state and its grammar, one function a rule. Internal to the parser's files.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/text/lexer.h"
#include "compiler/text/metadata.h"
#include "compiler/text/parser.h"
#include "vm/core/large_stack.h"

namespace baton::text {

class Parser {
 public:
  Parser(SyntaxModule& module, absl::string_view text, ReaderMode mode, Diagnostics& diagnostics)
      : module_(module),
        text_(text),
        mode_(mode),
        diagnostics_(diagnostics),
        lexer_(text, mode, diagnostics) {}

  void Run();

 private:
  // Tokens. After an error within a definition all tokens read as the end, until the next definition.
  const Token& Peek(size_t ahead = 0);
  Token Take();
  bool Accept(absl::string_view symbol);
  bool AcceptWord(absl::string_view word);
  bool Expect(absl::string_view symbol, absl::string_view where);
  std::string ExpectName(absl::string_view what);
  void Fail(Position position, absl::string_view message);
  void Unexpected(absl::string_view expected);
  void Recover();
  // Elements up to and with `close`; false from `element` ends the list without one more.
  void List(absl::string_view close, absl::string_view what, const std::function<void()>& element);

  // Definitions (parser.cc).
  void LookAhead();
  void ReadMetadataSection(const Token& token);
  void ParseHeader();
  bool AtModule();
  void ParseDefinition();
  void ParseTypeDefinition(bool is_extern);
  void ParseFunctionDefinition();
  std::vector<std::string> ParseTypeParams();
  FunctionSyntax* ParseFunction(Position position);
  void ParseParams(FunctionSyntax* function);
  void ParseParam(FunctionSyntax* function, Position begin);
  void RemarkSameParam(absl::string_view name, Position position);

  // Types (parse_types.cc).
  TypeSyntax ParseType();
  Type ParseTypeAt(int depth);
  std::vector<Type> ParseTypes(absl::string_view close, int depth);
  Type ParseTensorType();
  Type ParseNamedType(int depth);
  Type ParseFunctionType(int depth);
  Dim ParseDim();
  std::optional<DType> ParseDType(absl::string_view name) const;

  // Expressions (parse_expressions.cc).
  Block* ParseBraces(absl::string_view what);
  Block* ParseScope(absl::string_view what);  // likewise, and other readers see a new scope too
  Block* ParseBlock(bool in_braces = false);  // items, and a result
  bool SkipToItem();
  Expr* ParseExpr();  // a block without braces, as one expression
  bool ParseBinding(Block* block);
  void ParseLet(Block* block);
  std::string ParseDeclaredName(const Token& name);
  Expr* ParseLetValue(const Local* watched, Position* use);
  void WarnOfOldMeaning(absl::string_view name, Position position);
  bool RelayScopeHolds(absl::string_view name) const;
  void ParseGraph(Block* block);
  void RemarkRebinding(const Token& name, bool is_same_function);
  void ParseFreeVar(Block* block);
  Expr* ParseBinary(int level);
  Expr* ParseCall();
  Expr* ParseArguments(Expr* callee);
  Expr* ParseProjections(Expr* expr);
  Expr* ParsePrimary();
  Expr* ParseWord();
  Expr* ParseName();
  Expr* ParseParentheses();
  Expr* ParseIf();
  Expr* ParseMatch(bool partial);
  Expr* ParseLoop();
  Expr* ParseLocalUse();
  Expr* ParseGraphUse();
  Expr* ParseMeta();
  std::vector<Expr*> ParseOperands(size_t count, absl::string_view what);
  Pattern* ParsePattern();
  bool AtAttribute();
  void ParseAttributes(std::vector<AttributeSyntax>* attributes);
  AttributeSyntax ParseAttribute();
  AttributeSyntax ParseAttributeValue();
  std::string ParseDottedName();

  Expr* NewExpr(Expr::Kind kind, Position position) {
    Expr* expr = module_.New<Expr>(position);
    expr->kind = kind;
    return expr;
  }
  Expr* Broken(Position position) { return NewExpr(Expr::Kind::kTuple, position); }  // after an error

  // Scopes.
  Local* Declare(std::string name, Position position);
  Local* FindLocal(absl::string_view name);
  size_t OpenScope() const { return visible_.size(); }
  void CloseScope(size_t mark);

  // Counts nesting; false when there is too much of it.
  class Nesting {
   public:
    explicit Nesting(Parser* parser) : parser_(parser) { ++parser_->depth_; }
    ~Nesting() { --parser_->depth_; }
    bool ok() {
      if (parser_->depth_ <= kMaxNesting && !StackIsLow()) return true;
      parser_->Fail(parser_->Peek().position, absl::StrCat("nested deeper than ", parser_->depth_ - 1));
      parser_->gave_up_ = true;
      return false;
    }

   private:
    Parser* parser_;
  };

  SyntaxModule& module_;
  absl::string_view text_;
  const ReaderMode mode_;
  Diagnostics& diagnostics_;
  Lexer lexer_;
  std::deque<Token> ahead_;
  bool failed_ = false;   // within the current definition
  bool gave_up_ = false;  // no looking for more errors within a definition
  Token end_;
  int depth_ = 0;
  Metadata metadata_;
  std::map<std::pair<std::string, int32_t>, Tensor> constants_;  // of metadata, those used so far
  std::vector<std::string> type_params_;                         // in scope
  std::unordered_map<std::string, std::vector<Local*>> locals_;
  std::vector<std::string> visible_;  // names of locals in the order of declaration
  size_t relay_scope_ = 0;            // where the current scope of Relay's own reader begins in visible_
  // Locals whose uses matter to a let that is being read, and the first of these.
  std::unordered_map<const Local*, Position> watched_;
  struct GraphEntry {
    Local* local = nullptr;
    int function = 0;  // the definition that it stands in
  };
  std::unordered_map<std::string, GraphEntry> graph_;
  int function_ = 0;
  std::unordered_map<std::string, size_t> functions_;  // by name, where they stand in the module
  bool warned_of_restart_ = false;
};

}  // namespace baton::text
