// Functions, regions and straight code.
#include "compiler/lower/function_lowering.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/ir/type_relations.h"
#include "compiler/lower/tail_position.h"
#include "vm/core/device.h"
#include "vm/core/status.h"
#include "vm/core/value.h"

namespace baton {

using ir::Atom;
using ir::Binding;
using ir::Region;
using ir::Var;

absl::Status FunctionLowering::Run() {
  function_->name = source_.name;
  code_.set_location(0);  // code before the first binding, or all of it, has no place in the model
  CollectNeeds();
  const Region* body = source_.body;
  if (!source_.is_entry) {
    AppendSlotKinds(source_.result_type, /*boxed=*/false, &function_->result_kinds);
  } else if (!body->diverges) {
    for (const Atom& result : body->results) AppendSlotKinds(result.type(), true, &function_->result_kinds);
  }
  LowerParameters();
  boxed_here_.emplace_back();
  for (const Var* param : body->params) DefineSymbols(param);
  if (is_closure_target_) BATON_RETURN_IF_ERROR(CheckParameterExtents());
  return LowerTailRegion(body);
}

void FunctionLowering::LowerParameters() {
  for (const Var* param : source_.body->params) {
    Kinds kinds;
    AppendSlotKinds(param->type, /*boxed=*/source_.is_entry, &kinds);
    places_[param] = NewPlaces(kinds);
  }
  function_->num_parameters = static_cast<int32_t>(function_->kinds.size());
}

// Equal symbols are equal extents; an extent in terms of others has their value.
absl::Status FunctionLowering::CheckParameterExtents() {
  std::set<std::string, std::less<>> defining;
  for (const Var* param : source_.body->params) {
    for (const Leaf& leaf : LeavesOf(const_cast<Var*>(param))) {
      if (!leaf.type.is_tensor() || !leaf.type.tensor().shape.has_rank()) continue;
      const Shape& shape = leaf.type.tensor().shape;
      for (int axis = 0; axis < shape.rank(); ++axis) {
        const Dim& dim = shape[axis];
        if (dim.is_constant()) continue;
        if (!dim.symbol().empty() && defining.emplace(dim.symbol()).second) continue;
        BATON_ASSIGN_OR_RETURN(const VirtualRegister tensor, Boxed(leaf));
        const VirtualRegister found = code_.EmitDef(SlotKind::kI64, Opcode::kGetDim,
                                                    {CodeEmitter::Number(tensor), CodeEmitter::Number(axis)});
        BATON_ASSIGN_OR_RETURN(const VirtualRegister expected, code_.Materialize(dim));
        const std::string what = absl::StrCat("@", source_.name, ": argument %", param->name, " (",
                                              leaf.type.ToString(), "): extent ", axis);
        code_.Emit(Opcode::kCheckEqual, {CodeEmitter::Number(found), CodeEmitter::Number(expected),
                                         CodeEmitter::Number(code_.tables().Message(what))});
      }
    }
  }
  return absl::OkStatus();
}

// True when the region has an arena, which is open then.
absl::StatusOr<bool> FunctionLowering::OpenRegion(const Region* region) {
  code_.OpenScope();
  boxed_here_.emplace_back();
  const auto planned = plan_.regions.find(region);
  if (planned == plan_.regions.end()) return false;
  // For the error of a size beyond 64 bits: the place where its tensors begin.
  code_.set_location(region->bindings.front().location);
  BATON_ASSIGN_OR_RETURN(VirtualRegister bytes, code_.Materialize(planned->second.num_bytes));
  const VirtualRegister aligned = code_.EmitDef(
      SlotKind::kI64, Opcode::kAlignDim, {CodeEmitter::Number(bytes), CodeEmitter::Number(kTensorAlignment)});
  code_.Emit(Opcode::kEnterArena, {CodeEmitter::Number(aligned)});
  arenas_.push_back(&planned->second);
  return true;
}

void FunctionLowering::CloseRegion(bool has_arena) {
  if (has_arena) arenas_.pop_back();
  for (const auto& [var, index] : boxed_here_.back()) places_[var][index].has_reference = false;
  boxed_here_.pop_back();
  code_.CloseScope();
}

// `finish` takes the results out before the region's arena closes; it does not run when the region diverges.
absl::Status FunctionLowering::LowerRegion(const Region* region,
                                           const std::function<absl::Status()>& finish) {
  BATON_ASSIGN_OR_RETURN(const bool has_arena, OpenRegion(region));
  for (const Binding& binding : region->bindings) {
    BATON_RETURN_IF_ERROR(LowerBinding(binding));
  }
  if (!region->diverges) {
    BATON_RETURN_IF_ERROR(finish());
    if (has_arena) code_.Emit(Opcode::kLeaveArena, {});
  }
  CloseRegion(has_arena);
  return absl::OkStatus();
}

// A region whose value is the function's: control leaves the function at its end.
absl::Status FunctionLowering::LowerTailRegion(const Region* region) {
  BATON_ASSIGN_OR_RETURN(const bool has_arena, OpenRegion(region));
  std::optional<size_t> tail = TailBinding(*region);
  if (tail && !IsTailCall(region->bindings[*tail])) tail.reset();
  const size_t num_plain = tail.value_or(region->bindings.size());
  for (size_t i = 0; i < num_plain; ++i) {
    BATON_RETURN_IF_ERROR(LowerBinding(region->bindings[i]));
  }
  if (tail) {
    code_.set_location(region->bindings[*tail].location);
    BATON_RETURN_IF_ERROR(LowerTail(region->bindings[*tail]));
  } else if (!region->diverges) {
    BATON_RETURN_IF_ERROR(LowerReturn(region->results));
  }
  CloseRegion(has_arena);
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerReturn(const std::vector<Atom>& results) {
  std::vector<const Atom*> operands;
  for (const Atom& result : results) operands.push_back(&result);
  BATON_RETURN_IF_ERROR(LowerTypeChecks(source_.result_type_checks, operands));
  for (const ir::DimCheck& check : source_.result_checks) BATON_RETURN_IF_ERROR(code_.EmitCheck(check));
  BATON_ASSIGN_OR_RETURN(Registers values, Passed(results, function_->result_kinds));
  LeaveArenas();
  code_.Emit(Opcode::kReturn, {CodeEmitter::List(std::move(values))});
  return absl::OkStatus();
}

// All arenas of this call; the regions they belong to end here on this path.
void FunctionLowering::LeaveArenas() {
  for (size_t i = 0; i < arenas_.size(); ++i) code_.Emit(Opcode::kLeaveArena, {});
}

absl::Status FunctionLowering::LowerChecks(const Binding& binding) {
  if (!binding.type_checks.empty()) {
    const std::vector<Atom*> operands = ir::Operands(const_cast<ir::Expr*>(&binding.expr));
    BATON_RETURN_IF_ERROR(LowerTypeChecks(binding.type_checks, {operands.begin(), operands.end()}));
  }
  for (const ir::DimCheck& check : binding.checks) BATON_RETURN_IF_ERROR(code_.EmitCheck(check));
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerTypeChecks(const std::vector<ir::TypeCheck>& checks,
                                               const std::vector<const Atom*>& operands) {
  for (const ir::TypeCheck& check : checks) {
    BATON_ASSIGN_OR_RETURN(VirtualRegister tensor, Boxed(LeavesOf(*operands[check.operand])[check.index]));
    AllocType type{check.type.dtype, {}};
    for (const Dim& dim : check.type.shape.dims()) {
      type.dims.push_back(dim.is_constant() ? dim.value() : kDynamicExtent);
    }
    code_.Emit(Opcode::kCheckType, {CodeEmitter::Number(tensor),
                                    CodeEmitter::Number(code_.tables().AllocationType(std::move(type))),
                                    CodeEmitter::Number(code_.tables().Message(check.what))});
    Place place;
    place.has_reference = true;
    place.reference = tensor;
    DefineExtents(check.type, place);
  }
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerBinding(const Binding& binding) {
  code_.set_location(binding.location);
  const absl::Status status = LowerExpression(binding);
  const std::string place = status.ok() ? "" : code_.tables().Place(binding.location);
  const bool placed = place.empty() || absl::StrContains(status.message(), "; at ");
  return placed ? status : Annotate(status, absl::StrCat("at ", place));
}

absl::Status FunctionLowering::LowerExpression(const Binding& binding) {
  BATON_RETURN_IF_ERROR(LowerChecks(binding));
  const ir::Expr& expr = binding.expr;
  if (const auto* call = std::get_if<ir::OpCall>(&expr)) return LowerCall(binding, *call);
  if (const auto* branch = std::get_if<ir::If>(&expr)) return LowerIf(binding, *branch, false);
  if (const auto* match = std::get_if<ir::Match>(&expr)) return LowerMatch(binding, *match, false);
  if (const auto* loop = std::get_if<ir::Loop>(&expr)) return LowerLoop(binding, *loop);
  if (const auto* call = std::get_if<ir::Call>(&expr)) return LowerFunctionCall(binding, *call);
  if (const auto* fork = std::get_if<ir::Fork>(&expr)) return LowerFork(binding, *fork);
  if (const auto* await = std::get_if<ir::Await>(&expr)) return LowerAwait(binding, *await);
  if (const auto* call = std::get_if<ir::CallClosure>(&expr)) return LowerClosureCall(binding, *call, false);
  if (const auto* closure = std::get_if<ir::MakeClosure>(&expr)) return LowerClosure(binding, *closure);
  if (const auto* data = std::get_if<ir::MakeData>(&expr)) return LowerData(binding, *data);
  if (const auto* cell = std::get_if<ir::MakeReference>(&expr)) return LowerReference(binding, *cell);
  if (const auto* read = std::get_if<ir::ReadReference>(&expr)) return LowerRead(binding, *read);
  if (const auto* write = std::get_if<ir::WriteReference>(&expr)) return LowerWrite(binding, *write);
  if (const auto* sequence = std::get_if<ir::SequenceOp>(&expr)) return LowerSequence(binding, *sequence);
  if (const auto* raise = std::get_if<ir::Raise>(&expr)) {
    code_.Emit(Opcode::kRaise, {CodeEmitter::Number(code_.tables().Message(raise->message))});
    return absl::OkStatus();
  }
  if (const auto* tuple = std::get_if<ir::MakeTuple>(&expr)) return LowerTuple(binding, *tuple);
  return LowerProject(binding, std::get<ir::Project>(expr));
}

absl::Status FunctionLowering::LowerTuple(const Binding& binding, const ir::MakeTuple& tuple) {
  Places places;
  for (const Atom& field : tuple.fields) {
    for (const Leaf& leaf : LeavesOf(field)) {
      Place& place = places.emplace_back();
      if (IsScalarType(leaf.type)) {
        BATON_ASSIGN_OR_RETURN(VirtualRegister scalar, Scalar(leaf, 0));
        place.scalars = {scalar};
      } else {
        BATON_ASSIGN_OR_RETURN(place.reference, Boxed(leaf));
        place.has_reference = true;
      }
    }
  }
  SetPlaces(binding.var, std::move(places));
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerProject(const Binding& binding, const ir::Project& project) {
  const Places& all = places_.at(project.tuple.var());
  const absl::Span<const Type> fields = project.tuple.type().fields();
  const auto begin = all.begin() + static_cast<ptrdiff_t>(SlotKindsOf(fields.first(project.index)).size());
  const auto count = static_cast<ptrdiff_t>(SlotKindsOf(fields.subspan(project.index, 1)).size());
  SetPlaces(binding.var, Places(begin, begin + count));
  return absl::OkStatus();
}

}  // namespace baton
