// Branches and loops.
#include "absl/strings/str_cat.h"
#include "compiler/lower/function_lowering.h"
#include "vm/core/status.h"
#include "vm/core/value.h"

namespace baton {

using ir::Atom;
using ir::Binding;
using ir::Region;
using ir::Var;

namespace {

// The kinds of a value that comes from several regions; none when it never comes.
std::vector<SlotKind> JoinedKinds(const Type& type) {
  if (type.kind() == Type::Kind::kNever) return {};
  return SlotKindsOf({&type, 1});
}

}  // namespace

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

absl::Status FunctionLowering::LowerArm(const Region* region, const Places& results, bool is_tail) {
  if (is_tail) return LowerTailRegion(region);
  return LowerRegion(region, [&] { return Assign(region->results, results); });
}

absl::Status FunctionLowering::LowerIf(const Binding& binding, const ir::If& branch, bool is_tail) {
  BATON_ASSIGN_OR_RETURN(VirtualRegister condition, Condition(branch.condition));
  const Places results = is_tail ? Places() : NewPlaces(JoinedKinds(binding.var->type));
  const CodeEmitter::OpenLabel to_else =
      code_.EmitOpenJump(Opcode::kJumpIfNot, {CodeEmitter::Number(condition)});
  code_.NewBlock();
  BATON_RETURN_IF_ERROR(LowerArm(branch.then_region, results, is_tail));
  const bool then_joins = !is_tail && !branch.then_region->diverges;
  CodeEmitter::OpenLabel to_end;
  code_.set_location(binding.location);
  if (then_joins) to_end = code_.EmitOpenJump(Opcode::kJump, {});
  code_.NewBlock();
  code_.Bind(to_else);
  BATON_RETURN_IF_ERROR(LowerArm(branch.else_region, results, is_tail));
  if (is_tail || (branch.then_region->diverges && branch.else_region->diverges)) return absl::OkStatus();
  code_.NewBlock();
  if (then_joins) code_.Bind(to_end);
  SetPlaces(binding.var, results);
  return absl::OkStatus();
}

// A chain of tests; the last region, when nothing else is left, needs none.
absl::Status FunctionLowering::LowerMatch(const Binding& binding, const ir::Match& match, bool is_tail) {
  const Type type = match.data.type();
  BATON_ASSIGN_OR_RETURN(const VirtualRegister object, Boxed(match.data));
  const Places results = is_tail ? Places() : NewPlaces(JoinedKinds(binding.var->type));
  if (match.arms.empty() && match.otherwise == nullptr) {
    const std::string message =
        absl::StrCat("match on a value of type ", type.ToString(), ", which has none");
    code_.Emit(Opcode::kRaise, {CodeEmitter::Number(code_.tables().Message(message))});
    return absl::OkStatus();
  }
  std::vector<CodeEmitter::OpenLabel> to_end;
  const size_t num_regions = match.arms.size() + (match.otherwise != nullptr ? 1 : 0);
  for (size_t i = 0; i < num_regions; ++i) {
    const bool is_last = i + 1 == num_regions;
    const bool is_arm = i < match.arms.size();
    const Region* region = is_arm ? match.arms[i].region : match.otherwise;
    CodeEmitter::OpenLabel to_next;
    if (!is_last) {
      to_next = code_.EmitOpenJump(Opcode::kJumpIfNotTag, {CodeEmitter::Number(object),
                                                           CodeEmitter::Number(match.arms[i].constructor)});
      code_.NewBlock();
    }
    if (is_arm) BATON_RETURN_IF_ERROR(LowerFields(type, match.arms[i], object));
    BATON_RETURN_IF_ERROR(LowerArm(region, results, is_tail));
    code_.set_location(binding.location);
    if (is_last) break;
    if (!is_tail && !region->diverges) to_end.push_back(code_.EmitOpenJump(Opcode::kJump, {}));
    code_.NewBlock();
    code_.Bind(to_next);
  }
  if (is_tail || binding.var->type.kind() == Type::Kind::kNever) return absl::OkStatus();
  code_.NewBlock();
  for (const CodeEmitter::OpenLabel& label : to_end) code_.Bind(label);
  SetPlaces(binding.var, results);
  return absl::OkStatus();
}

// Takes the fields out of the object when the arm needs one of them.
absl::Status FunctionLowering::LowerFields(const Type& type, const ir::MatchArm& arm,
                                           VirtualRegister object) {
  bool needed = false;
  for (const Var* param : arm.region->params) needed |= IsNeeded(param);
  if (!needed) return absl::OkStatus();
  Registers fields;
  std::vector<Places> places;
  for (const Type& field : code_.tables().Fields(type, arm.constructor)) {
    places.push_back(NewPlaces(SlotKindsOf({&field, 1})));
    const Registers slots = SlotsOf(places.back());
    fields.insert(fields.end(), slots.begin(), slots.end());
  }
  code_.Emit(Opcode::kGetFields,
             {CodeEmitter::Number(object), CodeEmitter::Number(code_.tables().Data(type, arm.constructor)),
              CodeEmitter::List(std::move(fields))});
  for (size_t i = 0; i < places.size(); ++i) SetPlaces(arm.region->params[i], std::move(places[i]));
  return absl::OkStatus();
}

absl::Status FunctionLowering::LowerLoop(const Binding& binding, const ir::Loop& loop) {
  std::vector<Places> carried;
  Places all;
  Kinds kinds;
  for (const Var* param : loop.body->params) {
    AppendSlotKinds(param->type, /*boxed=*/false, &kinds);
    carried.push_back(NewPlaces(SlotKindsOf({&param->type, 1})));
    all.insert(all.end(), carried.back().begin(), carried.back().end());
  }
  BATON_RETURN_IF_ERROR(Assign(loop.initial, all));
  const int header = code_.NewBlock();
  VirtualRegister go_on = 0;
  for (size_t i = 0; i < carried.size(); ++i) SetPlaces(loop.condition->params[i], carried[i]);
  BATON_RETURN_IF_ERROR(LowerRegion(loop.condition, [&]() -> absl::Status {
    BATON_ASSIGN_OR_RETURN(go_on, Condition(loop.condition->results[0]));
    return absl::OkStatus();
  }));
  if (loop.condition->diverges) return absl::OkStatus();
  code_.set_location(binding.location);
  const CodeEmitter::OpenLabel to_exit = code_.EmitOpenJump(Opcode::kJumpIfNot, {CodeEmitter::Number(go_on)});
  code_.NewBlock();
  for (size_t i = 0; i < carried.size(); ++i) SetPlaces(loop.body->params[i], carried[i]);
  BATON_RETURN_IF_ERROR(LowerRegion(loop.body, [&]() -> absl::Status {
    BATON_ASSIGN_OR_RETURN(Registers next, Passed(loop.body->results, kinds));
    MoveAll(SlotsOf(all), std::move(next));
    return absl::OkStatus();
  }));
  code_.set_location(binding.location);
  if (!loop.body->diverges) code_.EmitJump(header);
  code_.NewBlock();
  code_.Bind(to_exit);
  SetPlaces(binding.var, std::move(all));
  return absl::OkStatus();
}

}  // namespace baton
