#include "compiler/passes/hazards.h"

#include <algorithm>
#include <vector>

#include "compiler/ir/type_relations.h"
#include "compiler/passes/call_graph.h"
#include "compiler/passes/rewrite.h"

namespace baton {
namespace {

using ir::Atom;
using ir::Binding;
using ir::Function;

bool IsRanked(const Type& type) {
  bool ranked = true;
  ir::VisitTensors(type, [&](const TensorType& tensor) { ranked &= tensor.shape.has_rank(); });
  return ranked;
}

// Arithmetic on integers, division apart, takes any values.
bool TakesAnyIntegers(const OpDef& op) {
  switch (op.scalar) {
    case ScalarForm::kNone:
    case ScalarForm::kDivide:
    case ScalarForm::kModulo:
    case ScalarForm::kFloorDivide:
    case ScalarForm::kFloorModulo:
      return op.is_view;
    default:
      return true;
  }
}

// What inference has proved of extents cannot fail. What is left are the values of integers, which may be
// indices, divisors and counts, and operands that decide shapes; an operand of unknown rank is checked when
// the kernel runs.
bool MayFail(const Binding& binding, const ir::OpCall& call) {
  if (!IsRanked(binding.var->type)) return true;
  for (size_t i = 0; i < call.args.size(); ++i) {
    const Atom& arg = call.args[i];
    if (arg.empty()) continue;
    if (!IsRanked(arg.type())) return true;
    const bool decides = call.op->input(static_cast<int>(i)).decides_shape;
    if (decides && arg.constant() != nullptr) continue;
    if (decides || (IsInteger(arg.type().tensor().dtype) && !TakesAnyIntegers(*call.op))) return true;
  }
  return false;
}

bool TouchesReference(const ir::Expr& expr) {
  return std::holds_alternative<ir::MakeReference>(expr) || std::holds_alternative<ir::ReadReference>(expr) ||
         std::holds_alternative<ir::WriteReference>(expr);
}

bool SequenceMayFail(const ir::SequenceOp& sequence) {
  using Operation = ir::SequenceOperation;
  return sequence.operation != Operation::kMake && sequence.operation != Operation::kLength &&
         sequence.operation != Operation::kAppend;
}

}  // namespace

Hazards::Hazards(const ir::Module& module) {
  const CallGraph calls(module);
  for (const Function& function : module.functions()) {
    VisitBindings(function.body, [&](const Binding& binding) {
      if (TouchesReference(binding.expr)) closure_call_ = Hazard::kEffect;
    });
  }
  // Of their own first; then callers take on what their callees have, until nothing changes.
  std::unordered_map<const Function*, std::vector<const Function*>> callers;
  std::vector<const Function*> pending;
  for (const Function* function : calls.CalleesFirst()) {
    functions_[function] = Hazard::kNone;
    for (const Function* callee : calls.Callees(function)) callers[callee].push_back(function);
  }
  for (const Function* function : calls.CalleesFirst()) {
    Hazard own = OfBody(*function->body);
    const bool checks = !function->result_checks.empty() || !function->result_type_checks.empty();
    if (checks || calls.Recursive().count(function) > 0) own = std::max(own, Hazard::kMayFail);
    functions_[function] = own;
    pending.push_back(function);
  }
  while (!pending.empty()) {
    const Function* function = pending.back();
    pending.pop_back();
    for (const Function* caller : callers[function]) {
      if (functions_[caller] >= functions_[function]) continue;
      functions_[caller] = functions_[function];
      pending.push_back(caller);
    }
  }
}

Hazard Hazards::OfBody(const ir::Region& body) const {
  Hazard worst = body.diverges ? Hazard::kMayFail : Hazard::kNone;
  VisitBindings(&body, [&](const Binding& binding) { worst = std::max(worst, OfExpr(binding)); });
  return worst;
}

Hazard Hazards::Of(const Binding& binding) const {
  if (binding.var->type.kind() == Type::Kind::kNever) return Hazard::kEffect;
  Hazard worst = OfExpr(binding);
  for (const ir::Region* region : ir::Regions(binding.expr)) worst = std::max(worst, OfBody(*region));
  return worst;
}

Hazard Hazards::OfExpr(const Binding& binding) const {
  const ir::Expr& expr = binding.expr;
  const Hazard checked = binding.has_checks() ? Hazard::kMayFail : Hazard::kNone;
  if (TouchesReference(expr)) return Hazard::kEffect;
  if (const auto* call = std::get_if<ir::OpCall>(&expr)) {
    if (!call->op->pure) return Hazard::kEffect;
    return MayFail(binding, *call) ? Hazard::kMayFail : checked;
  }
  if (const auto* call = std::get_if<ir::Call>(&expr)) return std::max(checked, functions_.at(call->callee));
  if (std::holds_alternative<ir::CallClosure>(expr)) return closure_call_;
  const auto* sequence = std::get_if<ir::SequenceOp>(&expr);
  if (sequence != nullptr && SequenceMayFail(*sequence)) return Hazard::kMayFail;
  const bool may_not_end = std::holds_alternative<ir::Loop>(expr) || std::holds_alternative<ir::Raise>(expr);
  return may_not_end ? Hazard::kMayFail : checked;
}

}  // namespace baton
