// FunctionEmitter: turns one function of the syntax tree, with its inferred types, into an ir::Function, and
// the function literals in it into functions of their own (lambda lifting). Internal to compiler/text.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "compiler/ir/inference_scope.h"
#include "compiler/ir/module.h"
#include "compiler/text/elaboration.h"
#include "compiler/text/inference.h"
#include "compiler/text/match_tree.h"
#include "compiler/text/syntax.h"

namespace baton::text {

// Nothing follows a Raise: cuts the region there.
void EndAtRaise(ir::Region* region);

class FunctionEmitter {
 public:
  FunctionEmitter(Elaboration& elaboration, const Inference& types, ir::Function* function)
      : elaboration_(elaboration),
        types_(types),
        module_(elaboration.module()),
        function_(function),
        region_(function->body),
        builder_(module_, region_, scope_) {
    builder_.set_name_hint("");
  }

  // A local whose value is a constant: it is not a parameter then.
  void BindConstant(const Local* local, const ir::Constant* constant) { locals_[local].value = constant; }
  // Emits the parameters, without those bound, and the body. Errors have been reported.
  absl::Status Emit(const FunctionSyntax& function, const Type& result_type);
  // The same for an entry point, of which a tuple is several results.
  absl::Status EmitEntry(const FunctionSyntax& function);

 private:
  // What a local stands for: a value, and where it is known to be a closure, what of.
  struct Meaning {
    ir::Atom value;  // empty: a closure of `function` over `captured`, made when its value is asked for
    ir::Function* function = nullptr;
    std::vector<ir::Atom> captured;
  };
  // The values that a function literal or arm takes from around it.
  struct Captures {
    std::vector<std::pair<const Local*, ir::Atom>> values;       // become parameters
    std::vector<std::pair<const Local*, Meaning>> known_inside;  // constants, functions without captures
  };

  // Functions (function_emitter.cc).
  void AddParameters(const FunctionSyntax& function);
  absl::StatusOr<Captures> Capture(const std::vector<const Local*>& free, bool constants);
  absl::StatusOr<ir::Function*> Lift(absl::string_view hint, const Captures& captures, const Local* self,
                                     const std::function<absl::Status(FunctionEmitter&)>& emit_inner);
  absl::StatusOr<Meaning> EmitFunctionLiteral(const Expr* expr, const Local* name);
  absl::StatusOr<ir::Atom> EmitForwarding(const Expr* expr, const Expr* call);
  absl::StatusOr<ir::Atom> ValueOf(const Meaning& meaning, const Type& type, Position position);
  ir::Function* InstanceOf(const Expr* global);

  // Expressions (emit_expressions.cc). The results of a block are one value, or the fields of a tuple that it
  // ends with.
  absl::StatusOr<std::vector<ir::Atom>> EmitResults(const Block* block);
  absl::StatusOr<std::vector<ir::Atom>> EmitResults(const Expr* expr);
  absl::StatusOr<ir::Atom> EmitBlock(const Block* block);
  absl::Status EmitItem(const Item& item);
  absl::StatusOr<ir::Atom> EmitExpr(const Expr* expr);
  absl::StatusOr<std::vector<ir::Atom>> EmitAll(absl::Span<Expr* const> exprs);
  absl::StatusOr<ir::Atom> EmitLocal(const Expr* expr);
  absl::StatusOr<ir::Atom> EmitName(const Expr* expr);
  absl::StatusOr<ir::Atom> EmitCall(const Expr* expr);
  absl::StatusOr<ir::Atom> EmitOperator(const Expr* expr, const OperatorCall& call);
  void RemoveUnusedTuple(const ir::Var* tuple, const ir::Atom& result);
  absl::StatusOr<ir::Atom> EmitOperatorFunction(const Expr* expr, const OperatorCall& call);
  absl::StatusOr<ir::Atom> EmitIf(const Expr* expr);
  absl::StatusOr<ir::Atom> EmitLoop(const Expr* expr);

  // Bindings and regions (emit_expressions.cc).
  ir::Var* Bind(ir::Expr expr, const Type& type, Position position);
  ir::Atom BindTyped(ir::Expr expr, const Expr* source);  // of the source's inferred type
  ir::Atom Project(ir::Atom tuple, int index, const Type& type, Position position);
  ir::Atom TupleOf(std::vector<ir::Atom> fields, Position position);  // the atom itself when it is one
  ir::Var* NewParameter(ir::Region* region, absl::string_view name, const Type& type);
  absl::StatusOr<ir::Region*> EmitRegion(const std::function<void(ir::Region*)>& add_params,
                                         const std::function<absl::StatusOr<std::vector<ir::Atom>>()>& emit);

  // Matching (emit_match.cc).
  struct MatchEmission {
    const Expr* expr = nullptr;
    MatchTree tree;
    std::vector<ir::Atom> values;            // by occurrence
    std::vector<ir::Function*> shared_arms;  // by arm: where several leaves lead to it, its function
  };
  absl::StatusOr<ir::Atom> EmitMatch(const Expr* expr);
  absl::StatusOr<std::vector<ir::Atom>> EmitNode(MatchEmission& match, const MatchNode* node);
  absl::StatusOr<std::vector<ir::Atom>> EmitSwitch(MatchEmission& match, const MatchNode* node);
  absl::StatusOr<std::vector<ir::Atom>> EmitLeaf(MatchEmission& match, const MatchNode* node);
  absl::StatusOr<std::vector<ir::Atom>> EmitSharedArm(MatchEmission& match, int arm);

  RelayBuilder& BuilderAt(Position position);
  int32_t Location(Position position) { return elaboration_.Location(position); }
  absl::Status Error(Position position, absl::string_view message);

  Elaboration& elaboration_;
  const Inference& types_;
  ir::Module& module_;
  ir::Function* function_;
  ir::Region* region_;
  ir::InferenceScope scope_;
  RelayBuilder builder_;
  std::unordered_map<const Local*, Meaning> locals_;
};

}  // namespace baton::text
