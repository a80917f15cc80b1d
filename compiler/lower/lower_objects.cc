// Calls of functions and closures, forked calls, and what lies in objects: data, closures, reference cells.
#include <numeric>

#include "compiler/lower/function_lowering.h"
#include "vm/core/status.h"
#include "vm/core/value.h"

namespace baton {

using ir::Atom;
using ir::Binding;
using ir::Var;

namespace {

std::vector<SlotKind> ParameterKinds(const ir::Function& function, size_t count) {
  std::vector<SlotKind> kinds;
  for (size_t i = 0; i < count; ++i) AppendSlotKinds(function.body->params[i]->type, false, &kinds);
  return kinds;
}

}  // namespace

std::vector<SlotKind> SlotKindsOf(absl::Span<const Type> types) {
  std::vector<SlotKind> kinds;
  for (const Type& type : types) AppendSlotKinds(type, /*boxed=*/false, &kinds);
  return kinds;
}

// The value of `binding` is the function's; may control leave the function with it? Results that must still
// be checked or boxed, those of entry points, cannot come from the callee.
bool FunctionLowering::IsTailCall(const Binding& binding) const {
  if (source_.is_entry || !source_.result_checks.empty() || !source_.result_type_checks.empty()) return false;
  if (std::holds_alternative<ir::If>(binding.expr) || std::holds_alternative<ir::Match>(binding.expr)) {
    return binding.var->type.kind() != Type::Kind::kNever;
  }
  Type result;
  if (const auto* call = std::get_if<ir::Call>(&binding.expr)) {
    result = call->callee->result_type;
  } else if (const auto* closure_call = std::get_if<ir::CallClosure>(&binding.expr)) {
    result = closure_call->closure.type().result();
  } else {
    return false;
  }
  return SlotKindsOf({&result, 1}) == function_->result_kinds;
}

absl::Status FunctionLowering::LowerTail(const Binding& binding) {
  BATON_RETURN_IF_ERROR(LowerChecks(binding));
  if (const auto* branch = std::get_if<ir::If>(&binding.expr)) return LowerIf(binding, *branch, true);
  if (const auto* match = std::get_if<ir::Match>(&binding.expr)) return LowerMatch(binding, *match, true);
  if (const auto* call = std::get_if<ir::Call>(&binding.expr)) return LowerTailCall(*call);
  return LowerClosureCall(binding, std::get<ir::CallClosure>(binding.expr), true);
}

// A call of the function itself is a jump to its top with other arguments.
absl::Status FunctionLowering::LowerTailCall(const ir::Call& call) {
  const Kinds kinds = ParameterKinds(*call.callee, call.args.size());
  BATON_ASSIGN_OR_RETURN(Registers args, Passed(call.args, kinds));
  LeaveArenas();
  if (call.callee == &source_) {
    Registers params(args.size());
    std::iota(params.begin(), params.end(), 0);
    MoveAll(params, std::move(args));
    code_.EmitJump(0);
    return absl::OkStatus();
  }
  code_.Emit(Opcode::kTailCall, {CodeEmitter::Number(code_.tables().FunctionIndex(call.callee)),
                                 CodeEmitter::List(std::move(args))});
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerFunctionCall(const Binding& binding, const ir::Call& call) {
  const Kinds kinds = ParameterKinds(*call.callee, call.args.size());
  BATON_ASSIGN_OR_RETURN(Registers args, Passed(call.args, kinds));
  Places results = NewPlaces(SlotKindsOf({&call.callee->result_type, 1}));
  code_.Emit(Opcode::kCall, {CodeEmitter::Number(code_.tables().FunctionIndex(call.callee)),
                             CodeEmitter::List(std::move(args)), CodeEmitter::List(SlotsOf(results))});
  SetPlaces(binding.var, std::move(results));
  return absl::OkStatus();
}

// `work` is an estimate, so it may wrap where an extent must not.
absl::Status FunctionLowering::LowerFork(const Binding& binding, const ir::Fork& fork) {
  const Kinds kinds = ParameterKinds(*fork.callee, fork.args.size());
  BATON_ASSIGN_OR_RETURN(const VirtualRegister work, code_.MaterializeWrapping(fork.work));
  BATON_ASSIGN_OR_RETURN(Registers args, Passed(fork.args, kinds));
  Place place;
  place.has_reference = true;
  place.reference = code_.EmitDef(SlotKind::kFuture, Opcode::kFork,
                                  {CodeEmitter::Number(code_.tables().FunctionIndex(fork.callee)),
                                   CodeEmitter::Number(work), CodeEmitter::List(std::move(args))});
  places_[binding.var] = {place};
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerAwait(const Binding& binding, const ir::Await& await) {
  Places results = NewPlaces(SlotKindsOf({&await.callee->result_type, 1}));
  const VirtualRegister future = places_.at(await.future.var())[0].reference;
  code_.Emit(Opcode::kAwait,
             {CodeEmitter::Number(future), CodeEmitter::Number(code_.tables().FunctionIndex(await.callee)),
              CodeEmitter::List(SlotsOf(results))});
  SetPlaces(binding.var, std::move(results));
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerClosureCall(const Binding& binding, const ir::CallClosure& call,
                                                bool is_tail) {
  const Type type = call.closure.type();
  Signature signature{SlotKindsOf(type.params()), SlotKindsOf({&type.result(), 1})};
  BATON_ASSIGN_OR_RETURN(const VirtualRegister closure, Boxed(call.closure));
  BATON_ASSIGN_OR_RETURN(Registers args, Passed(call.args, signature.params));
  Places results = is_tail ? Places() : NewPlaces(signature.results);
  std::vector<LowOperand> operands = {CodeEmitter::Number(closure),
                                      CodeEmitter::Number(code_.tables().SignatureIndex(signature)),
                                      CodeEmitter::List(std::move(args))};
  if (is_tail) {
    LeaveArenas();
    code_.Emit(Opcode::kTailCallClosure, std::move(operands));
    return absl::OkStatus();
  }
  operands.push_back(CodeEmitter::List(SlotsOf(results)));
  code_.Emit(Opcode::kCallClosure, std::move(operands));
  SetPlaces(binding.var, std::move(results));
  return absl::OkStatus();
}

void FunctionLowering::SetObject(const Binding& binding, Opcode opcode, int64_t table_index,
                                 Registers fields) {
  Place place;
  place.has_reference = true;
  place.reference = code_.EmitDef(SlotKind::kObject, opcode,
                                  {CodeEmitter::Number(table_index), CodeEmitter::List(std::move(fields))});
  SetPlaces(binding.var, {std::move(place)});
}

absl::Status FunctionLowering::LowerClosure(const Binding& binding, const ir::MakeClosure& closure) {
  const Kinds kinds = ParameterKinds(*closure.function, closure.captured.size());
  BATON_ASSIGN_OR_RETURN(Registers captured, Passed(closure.captured, kinds));
  SetObject(binding, Opcode::kMakeClosure, code_.tables().FunctionIndex(closure.function),
            std::move(captured));
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerData(const Binding& binding, const ir::MakeData& data) {
  const Kinds kinds = SlotKindsOf(code_.tables().Fields(data.type, data.constructor));
  BATON_ASSIGN_OR_RETURN(Registers fields, Passed(data.fields, kinds));
  SetObject(binding, Opcode::kMakeObject, code_.tables().Data(data.type, data.constructor),
            std::move(fields));
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerReference(const Binding& binding, const ir::MakeReference& cell) {
  const Kinds kinds = SlotKindsOf({&cell.type.content(), 1});
  BATON_ASSIGN_OR_RETURN(Registers content, Passed({&cell.content, 1}, kinds));
  SetObject(binding, Opcode::kMakeObject, code_.tables().Reference(cell.type), std::move(content));
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerRead(const Binding& binding, const ir::ReadReference& read) {
  const Type type = read.reference.type();
  BATON_ASSIGN_OR_RETURN(const VirtualRegister cell, Boxed(read.reference));
  Places content = NewPlaces(SlotKindsOf({&type.content(), 1}));
  code_.Emit(Opcode::kGetFields,
             {CodeEmitter::Number(cell), CodeEmitter::Number(code_.tables().Reference(type)),
              CodeEmitter::List(SlotsOf(content))});
  SetPlaces(binding.var, std::move(content));
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerWrite(const Binding& binding, const ir::WriteReference& write) {
  const Type type = write.reference.type();
  BATON_ASSIGN_OR_RETURN(const VirtualRegister cell, Boxed(write.reference));
  const Kinds kinds = SlotKindsOf({&type.content(), 1});
  BATON_ASSIGN_OR_RETURN(Registers content, Passed({&write.content, 1}, kinds));
  code_.Emit(Opcode::kSetFields,
             {CodeEmitter::Number(cell), CodeEmitter::Number(code_.tables().Reference(type)),
              CodeEmitter::List(std::move(content))});
  SetPlaces(binding.var, {});
  return absl::OkStatus();
}

}  // namespace baton
