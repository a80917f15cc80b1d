#include "compiler/lower/function_lowering.h"

#include "vm/core/value.h"
#include "vm/core/device.h"
#include "vm/core/status.h"

namespace baton {

using ir::Atom;
using ir::Binding;
using ir::Region;
using ir::Var;

absl::Status FunctionLowering::Run(const ir::Function& function) {
  function_->name = function.name;
  code_.set_location(0);  // code before the first binding, or all of it, has no place in the model
  CollectNeededSymbols(function.body);
  for (const Var* param : function.body->params) {
    Place place;
    place.has_tensor = true;
    place.tensor = code_.NewRegister(SlotKind::kTensor);
    places_[param] = {place};
  }
  function_->num_parameters = static_cast<int32_t>(function.body->params.size());
  function_->result_kinds.assign(function.body->results.size(), SlotKind::kTensor);
  boxed_here_.emplace_back();
  for (const Var* param : function.body->params) DefineSymbols(param);
  std::vector<VirtualRegister> results;
  BATON_RETURN_IF_ERROR(LowerRegion(function.body, [&]() -> absl::Status {
    for (const Atom& result : function.body->results) {
      BATON_ASSIGN_OR_RETURN(VirtualRegister boxed, Boxed(result));
      results.push_back(boxed);
    }
    return absl::OkStatus();
  }));
  if (!function.body->diverges) code_.Emit(Opcode::kReturn, {CodeEmitter::List(results)});
  return absl::OkStatus();
}

// `finish` takes the results out before the region's arena closes; it does not run when the region diverges.
absl::Status FunctionLowering::LowerRegion(const Region* region,
                                           const std::function<absl::Status()>& finish) {
  code_.OpenScope();
  boxed_here_.emplace_back();
  const auto planned = plan_.regions.find(region);
  const bool has_arena = planned != plan_.regions.end();
  if (has_arena) {
    BATON_ASSIGN_OR_RETURN(VirtualRegister bytes, code_.Materialize(planned->second.num_bytes));
    const VirtualRegister aligned =
        code_.EmitDef(SlotKind::kI64, Opcode::kAlignDim,
                      {CodeEmitter::Number(bytes), CodeEmitter::Number(kTensorAlignment)});
    code_.Emit(Opcode::kEnterArena, {CodeEmitter::Number(aligned)});
    arenas_.push_back(&planned->second);
  }
  for (const Binding& binding : region->bindings) {
    code_.set_location(binding.location);
    BATON_RETURN_IF_ERROR(LowerBinding(binding));
  }
  if (!region->diverges) {
    BATON_RETURN_IF_ERROR(finish());
    if (has_arena) code_.Emit(Opcode::kLeaveArena, {});
  }
  if (has_arena) arenas_.pop_back();
  for (const auto& [var, index] : boxed_here_.back()) places_[var][index].has_tensor = false;
  boxed_here_.pop_back();
  code_.CloseScope();
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerBinding(const Binding& binding) {
  for (const ir::DimCheck& check : binding.checks) BATON_RETURN_IF_ERROR(code_.EmitCheck(check));
  if (const auto* call = std::get_if<ir::OpCall>(&binding.expr)) return LowerCall(binding, *call);
  if (const auto* branch = std::get_if<ir::If>(&binding.expr)) return LowerIf(binding, *branch);
  if (const auto* loop = std::get_if<ir::Loop>(&binding.expr)) return LowerLoop(binding, *loop);
  if (const auto* raise = std::get_if<ir::Raise>(&binding.expr)) {
    code_.Emit(Opcode::kRaise, {CodeEmitter::Number(code_.tables().Message(raise->message))});
    return absl::OkStatus();
  }
  if (const auto* tuple = std::get_if<ir::MakeTuple>(&binding.expr)) {
    Places places;
    for (const Atom& field : tuple->fields) {
      Place& place = places.emplace_back();
      if (IsScalarType(field.type())) {
        BATON_ASSIGN_OR_RETURN(VirtualRegister scalar, Scalar(field, 0));
        place.scalars = {scalar};
      } else {
        BATON_ASSIGN_OR_RETURN(place.tensor, Boxed(field));
        place.has_tensor = true;
      }
    }
    SetPlaces(binding.var, std::move(places));
    return absl::OkStatus();
  }
  const auto& project = std::get<ir::Project>(binding.expr);
  Place place = places_.at(project.tuple.var())[project.index];
  SetPlaces(binding.var, {std::move(place)});
  return absl::OkStatus();
}

FunctionLowering::Places FunctionLowering::NewPlaces(const Type& type) {
  Places places;
  auto append = [&](const Type& field) {
    Place& place = places.emplace_back();
    if (IsScalarType(field)) {
      place.scalars = {code_.NewRegister(*ScalarSlotKind(field.tensor().dtype))};
    } else {
      place.has_tensor = true;
      place.tensor = code_.NewRegister(SlotKind::kTensor);
    }
  };
  if (type.is_tuple()) {
    for (const Type& field : type.fields()) append(field);
  } else if (type.is_tensor()) {
    append(type);
  }
  return places;
}

absl::StatusOr<VirtualRegister> FunctionLowering::Passed(const Atom& atom) {
  if (IsScalarType(atom.type())) return Scalar(atom, 0);
  return Boxed(atom);
}

absl::Status FunctionLowering::AssignResults(const std::vector<Atom>& results, const Places& to) {
  for (size_t i = 0; i < results.size(); ++i) {
    if (!to[i].scalars.empty()) {
      BATON_ASSIGN_OR_RETURN(VirtualRegister scalar, Scalar(results[i], 0));
      code_.Move(to[i].scalars[0], scalar);
    } else {
      BATON_ASSIGN_OR_RETURN(VirtualRegister tensor, Boxed(results[i]));
      code_.Move(to[i].tensor, tensor);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<VirtualRegister> FunctionLowering::Condition(const Atom& atom) {
  if (atom.var() != nullptr && atom.var()->elements && atom.var()->elements->size() == 1 &&
      !atom.var()->unboxed) {
    const ir::Element& element = (*atom.var()->elements)[0];
    if (element.condition() != nullptr && code_.IsDefined(element.condition()->a) &&
        code_.IsDefined(element.condition()->b)) {
      return code_.Materialize(*element.condition());
    }
  }
  return Scalar(atom, 0);
}

absl::Status FunctionLowering::LowerIf(const Binding& binding, const ir::If& branch) {
  BATON_ASSIGN_OR_RETURN(VirtualRegister condition, Condition(branch.condition));
  const Places results = NewPlaces(binding.var->type);
  const CodeEmitter::OpenLabel to_else =
      code_.EmitOpenJump(Opcode::kJumpIfNot, {CodeEmitter::Number(condition)});
  code_.NewBlock();
  BATON_RETURN_IF_ERROR(
      LowerRegion(branch.then_region, [&] { return AssignResults(branch.then_region->results, results); }));
  CodeEmitter::OpenLabel to_end;
  code_.set_location(binding.location);
  if (!branch.then_region->diverges) to_end = code_.EmitOpenJump(Opcode::kJump, {});
  code_.NewBlock();
  code_.Bind(to_else);
  BATON_RETURN_IF_ERROR(
      LowerRegion(branch.else_region, [&] { return AssignResults(branch.else_region->results, results); }));
  if (branch.then_region->diverges && branch.else_region->diverges) return absl::OkStatus();
  code_.NewBlock();
  if (!branch.then_region->diverges) code_.Bind(to_end);
  SetPlaces(binding.var, results);
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerLoop(const Binding& binding, const ir::Loop& loop) {
  Places carried;
  for (const Var* param : loop.body->params) carried.push_back(NewPlaces(param->type)[0]);
  BATON_RETURN_IF_ERROR(AssignResults(loop.initial, carried));
  const int header = code_.NewBlock();
  VirtualRegister go_on = 0;
  for (size_t i = 0; i < carried.size(); ++i) SetPlaces(loop.condition->params[i], {carried[i]});
  BATON_RETURN_IF_ERROR(LowerRegion(loop.condition, [&]() -> absl::Status {
    BATON_ASSIGN_OR_RETURN(go_on, Condition(loop.condition->results[0]));
    return absl::OkStatus();
  }));
  if (loop.condition->diverges) return absl::OkStatus();
  code_.set_location(binding.location);
  const CodeEmitter::OpenLabel to_exit = code_.EmitOpenJump(Opcode::kJumpIfNot, {CodeEmitter::Number(go_on)});
  code_.NewBlock();
  for (size_t i = 0; i < carried.size(); ++i) SetPlaces(loop.body->params[i], {carried[i]});
  BATON_RETURN_IF_ERROR(LowerRegion(loop.body, [&]() -> absl::Status {
    // All next values are read before any carried register is written.
    std::vector<VirtualRegister> next;
    for (const Atom& result : loop.body->results) {
      BATON_ASSIGN_OR_RETURN(VirtualRegister value, Passed(result));
      next.push_back(value);
    }
    auto target = [&](size_t i) {
      return carried[i].scalars.empty() ? carried[i].tensor : carried[i].scalars[0];
    };
    for (size_t i = 0; i < next.size(); ++i) {
      for (size_t k = 0; k < carried.size(); ++k) {
        if (k == i || target(k) != next[i]) continue;
        const VirtualRegister copy = code_.NewRegister(function_->kinds[next[i]]);
        code_.Move(copy, next[i]);
        next[i] = copy;
        break;
      }
    }
    for (size_t i = 0; i < next.size(); ++i) code_.Move(target(i), next[i]);
    return absl::OkStatus();
  }));
  code_.set_location(binding.location);
  if (!loop.body->diverges) code_.EmitJump(header);
  code_.NewBlock();
  code_.Bind(to_exit);
  SetPlaces(binding.var, carried);
  return absl::OkStatus();
}

}  // namespace baton
