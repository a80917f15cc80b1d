// Matching: the decision tree becomes nested Match bindings; an arm that several leaves of the tree lead to
// becomes a function, so that no code is there twice.
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/type_relations.h"
#include "compiler/text/free_locals.h"
#include "compiler/text/function_emitter.h"
#include "vm/core/status.h"

namespace baton::text {

using ir::Atom;

// What costs nothing to have twice.
static bool IsTrivial(const Block& block) {
  const Expr::Kind kind = block.result->kind;
  return block.items.empty() && (kind == Expr::Kind::kConstant || kind == Expr::Kind::kLocal);
}

absl::StatusOr<Atom> FunctionEmitter::EmitMatch(const Expr* expr) {
  MatchEmission match;
  match.expr = expr;
  BATON_ASSIGN_OR_RETURN(Atom data, EmitExpr(expr->operands[0]));
  absl::StatusOr<MatchTree> tree =
      CompileMatch(elaboration_.declarations(), types_.TypeOf(expr->operands[0]), expr->arms);
  if (!tree.ok()) return Error(expr->position, tree.status().message());
  match.tree = *std::move(tree);
  match.values.resize(match.tree.occurrences.size());
  match.values[0] = data;
  match.shared_arms.resize(expr->arms.size(), nullptr);
  BATON_ASSIGN_OR_RETURN(std::vector<Atom> results, EmitNode(match, match.tree.root));
  return TupleOf(std::move(results), expr->position);
}

absl::StatusOr<std::vector<Atom>> FunctionEmitter::EmitNode(MatchEmission& match, const MatchNode* node) {
  switch (node->kind) {
    case MatchNode::Kind::kLeaf:
      return EmitLeaf(match, node);
    case MatchNode::Kind::kSwitch:
      return EmitSwitch(match, node);
    case MatchNode::Kind::kSplit: {
      const Atom tuple = match.values[node->occurrence];
      for (size_t i = 0; i < node->fields.size(); ++i) {
        if (!match.tree.occurrences[node->fields[i]].used) continue;
        match.values[node->fields[i]] =
            Project(tuple, static_cast<int>(i), tuple.type().fields()[i], match.expr->position);
      }
      return EmitNode(match, node->next);
    }
    case MatchNode::Kind::kFail:
      break;
  }
  return std::vector<Atom>{
      Bind(ir::Raise{"match?: no arm takes the value"}, Type::Never(), match.expr->position)};
}

absl::StatusOr<std::vector<Atom>> FunctionEmitter::EmitSwitch(MatchEmission& match, const MatchNode* node) {
  ir::Match result;
  result.data = match.values[node->occurrence];
  for (const MatchNode::Case& branch : node->cases) {
    const auto add_params = [&](ir::Region* region) {
      for (const int field : branch.fields) {
        const Type type = ir::InstantiateOpenExtents(module_, match.tree.occurrences[field].type);
        match.values[field] = NewParameter(region, "", type);
      }
    };
    BATON_ASSIGN_OR_RETURN(ir::Region * region,
                           EmitRegion(add_params, [&] { return EmitNode(match, branch.next); }));
    result.arms.push_back({branch.constructor, region});
  }
  if (node->otherwise != nullptr) {
    BATON_ASSIGN_OR_RETURN(result.otherwise,
                           EmitRegion(nullptr, [&] { return EmitNode(match, node->otherwise); }));
  }
  return std::vector<Atom>{BindTyped(std::move(result), match.expr)};
}

absl::StatusOr<std::vector<Atom>> FunctionEmitter::EmitLeaf(MatchEmission& match, const MatchNode* node) {
  for (const auto& [local, occurrence] : node->variables) {
    const Atom value = match.values[occurrence];
    if (value.var() != nullptr && value.var()->name.empty()) value.var()->name = local->name;
    locals_[local] = {value, nullptr, {}};
  }
  const Block* body = match.expr->arms[node->arm].body;
  if (match.tree.leaves_of_arm[node->arm] > 1 && !IsTrivial(*body)) return EmitSharedArm(match, node->arm);
  return EmitResults(body);
}

absl::StatusOr<std::vector<Atom>> FunctionEmitter::EmitSharedArm(MatchEmission& match, int arm) {
  const Block* body = match.expr->arms[arm].body;
  BATON_ASSIGN_OR_RETURN(Captures captures, Capture(FreeLocals(*body), /*constants=*/true));
  ir::Function*& function = match.shared_arms[arm];
  if (function == nullptr) {
    BATON_ASSIGN_OR_RETURN(function, Lift(absl::StrCat(function_->name, "_arm"), captures, /*self=*/nullptr,
                                          [&](FunctionEmitter& inner) -> absl::Status {
                                            inner.function_->result_type = types_.TypeOf(match.expr);
                                            BATON_ASSIGN_OR_RETURN(inner.region_->results,
                                                                   inner.EmitResults(body));
                                            return absl::OkStatus();
                                          }));
  }
  ir::Call call{function, {}};
  for (const auto& [local, value] : captures.values) call.args.push_back(value);
  return std::vector<Atom>{BindTyped(std::move(call), match.expr)};
}

}  // namespace baton::text
