// Types of the expressions of a syntax tree, by unification and the operators' own type rules. One Inference
// serves one unit: all functions without type parameters together, or one generic function with its
// parameters replaced by types. Internal to compiler/text.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/text/declarations.h"
#include "compiler/text/diagnostics.h"
#include "compiler/text/operator_call.h"
#include "compiler/text/syntax.h"
#include "compiler/text/type_terms.h"

namespace baton::text {

// The types of functions outside a unit: of a generic function with variables for its type parameters.
class FunctionTypes {
 public:
  virtual ~FunctionTypes() = default;
  // Unknown when it cannot be said, which has been reported then.
  virtual Type TypeOf(const FunctionDefinition& definition) = 0;
};

class Inference {
 public:
  // Within the unit `type_params` stand for `type_args`; for themselves when there are no arguments.
  // `functions` gives the types of functions of other units.
  Inference(const Declarations& declarations, Diagnostics& diagnostics, FunctionTypes& functions,
            std::vector<std::string> type_params = {}, std::vector<Type> type_args = {});

  // Adds a function of the unit; before any Infer.
  void Declare(const FunctionDefinition& function);
  // A value of a parameter that is known outside: gives it its type where it has none written.
  void SetType(const Local* local, const Type& type, Position position);
  void InferBody(const FunctionDefinition& function);
  // Solves what is left and reports what cannot be. REQUIRES: all bodies are inferred.
  void Solve();

  // Reports matches that leave values uncovered, and warns of arms that are never reached. After Solve.
  void CheckMatches();

  // After Solve. Types without unknowns: an undecided type is that of the unit tuple.
  Type TypeOf(const Expr* expr) const;
  Type TypeOf(const Local* local) const;
  Type TypeOf(const FunctionDefinition& definition) const;  // REQUIRES: declared in the unit
  bool Declares(const FunctionDefinition& definition) const { return signatures_.count(&definition) > 0; }
  bool IsKnown(const Local* local) const;  // its type has no unknown part
  // The type arguments of a use of a generic function.
  std::vector<Type> TypeArgs(const Expr* global) const;
  const OperatorCall* OperatorOf(const Expr* expr) const;
  // What `type`, as written in the unit, means.
  Type Resolve(const Type& type) const;

 private:
  struct Signature {
    std::vector<TypeTerm*> params;
    TypeTerm* result = nullptr;
  };
  // What must hold between terms; tried again whenever terms have changed.
  struct Constraint {
    enum class Kind : uint8_t { kFlow, kJoin, kProject, kOperator };
    Kind kind = Kind::kFlow;
    TypeTerm* from = nullptr;  // kProject: the tuple
    TypeTerm* to = nullptr;    // kProject and kOperator: the result
    Position position;
    std::string what;           // "argument 1 of @f", for messages
    int64_t index = 0;          // kProject
    size_t operator_index = 0;  // kOperator
    bool failed = false;        // reported
    bool solved = false;        // kProject, kOperator: gave a result
  };
  struct OperatorUse {
    const Expr* expr = nullptr;
    OperatorCall call;
    std::vector<TypeTerm*> args;
    std::vector<const Expr*> arg_exprs;  // null for arguments that are not written
    std::vector<Type> last_types;
  };

  TypeTerm* Term(const TypeSyntax& syntax, bool declared = true);
  TypeTerm* TermOf(const Local* local);
  void DeclareLocal(const Local* local);

  TypeTerm* Infer(const Expr* expr);
  TypeTerm* InferExpr(const Expr* expr);
  TypeTerm* InferBlock(const Block* block);
  void InferLet(const Item& item);
  TypeTerm* InferFunction(const FunctionSyntax* function);
  TypeTerm* InferGlobal(const Expr* expr);
  TypeTerm* InferName(const Expr* expr);
  TypeTerm* InferProject(const Expr* expr);
  TypeTerm* InferCall(const Expr* expr);
  TypeTerm* InferConstructor(const Expr* expr, const Constructor& constructor);
  TypeTerm* InferOperator(const Expr* expr, const Expr* callee, std::vector<TypeTerm*> args,
                          std::vector<const Expr*> arg_exprs);
  TypeTerm* InferOperatorValue(const Expr* expr);
  TypeTerm* InferIf(const Expr* expr);
  TypeTerm* InferMatch(const Expr* expr);
  void InferPattern(const Pattern* pattern, TypeTerm* term);
  void InferConstructorPattern(const Pattern* pattern, TypeTerm* term);
  TypeTerm* InferWrite(const Expr* expr);
  TypeTerm* InferLoop(const Expr* expr);
  Signature InstantiateConstructor(const Constructor& constructor);

  void Flow(TypeTerm* from, TypeTerm* to, Position position, std::string what);
  void Relate(Constraint::Kind kind, TypeTerm* from, TypeTerm* to, Position position, std::string what);
  void Join(TypeTerm* from, TypeTerm* to, Position position, std::string what);
  void Require(absl::Status status, Position position, absl::string_view what);
  void Add(Constraint constraint);
  void Try(Constraint& constraint);
  absl::Status TryProject(Constraint& constraint);
  absl::Status TryOperator(Constraint& constraint);
  bool InferArguments(OperatorUse& use);
  void ReportUnsolved();

  const Declarations& declarations_;
  Diagnostics& diagnostics_;
  FunctionTypes& functions_;
  const std::vector<std::string> type_params_;
  const std::vector<Type> type_args_;
  mutable TypeTerms terms_;
  std::vector<TypeTerm*> param_terms_;  // of type_args_
  std::unordered_map<const Expr*, TypeTerm*> expr_terms_;
  std::unordered_map<const Local*, TypeTerm*> local_terms_;
  std::unordered_map<const Expr*, std::vector<TypeTerm*>> type_args_of_;
  std::unordered_map<const FunctionDefinition*, Signature> signatures_;
  std::unordered_map<const Expr*, size_t> operator_of_;
  std::deque<Constraint> constraints_;
  std::deque<OperatorUse> operators_;
  std::vector<const Expr*> matches_;
};

}  // namespace baton::text
