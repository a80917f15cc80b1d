// The types of bindings whose expressions have no regions, operator calls apart.
#include <utility>

#include "absl/strings/str_cat.h"
#include "compiler/ir/call_inference.h"
#include "compiler/ir/type_flow.h"
#include "compiler/ir/type_relations.h"
#include "vm/core/status.h"

namespace baton::ir {
namespace {

absl::Status WrongCount(absl::string_view who, size_t found, absl::string_view what, size_t expected) {
  return absl::InvalidArgumentError(absl::StrCat(who, ": ", found, " ", what, ", expected ", expected));
}

class BindingTyper {
 public:
  BindingTyper(Module& module, InferenceScope& scope, Binding& binding)
      : module_(module), scope_(scope), binding_(binding) {}

  absl::Status operator()(const OpCall& call);
  absl::Status operator()(const MakeTuple& tuple);
  absl::Status operator()(const Project& project);
  absl::Status operator()(const Call& call);
  absl::Status operator()(const MakeClosure& closure);
  absl::Status operator()(const CallClosure& call);
  absl::Status operator()(const MakeData& data);
  absl::Status operator()(const MakeReference& cell);
  absl::Status operator()(const ReadReference& read);
  absl::Status operator()(const WriteReference& write);
  absl::Status operator()(const SequenceOp& sequence) {
    BATON_ASSIGN_OR_RETURN(Type type, InferSequenceOp(module_, scope_, sequence));
    return SetType(std::move(type));
  }
  absl::Status operator()(const Fork& fork) {
    binding_.var->type = Type::Future(OpenExtents(fork.callee->result_type));
    return absl::OkStatus();
  }
  absl::Status operator()(const Await& await) {
    return SetType(InstantiateOpenExtents(module_, await.future.type().content()));
  }
  absl::Status operator()(const Raise&) { return SetType(Type::Never()); }
  absl::Status operator()(const If&) { return HasRegions(); }
  absl::Status operator()(const Loop&) { return HasRegions(); }
  absl::Status operator()(const Match&) { return HasRegions(); }

 private:
  static absl::Status HasRegions() {
    return absl::InternalError("an expression with regions has no type of its own");
  }
  absl::Status SetType(Type type) {
    binding_.var->type = std::move(type);
    NameUnknownElements(module_, binding_.var);
    return absl::OkStatus();
  }
  // Adds what could not be proved, and sets the type to what `declared` is here.
  absl::Status SetType(TypeFlow& flow, const Type& declared) {
    BATON_RETURN_IF_ERROR(flow.Finish());
    binding_.type_checks = flow.TakeTypeChecks();
    binding_.checks = flow.TakeChecks();
    return SetType(flow.Instantiate(declared));
  }

  Module& module_;
  InferenceScope& scope_;
  Binding& binding_;
};

absl::Status BindingTyper::operator()(const OpCall& call) {
  BATON_ASSIGN_OR_RETURN(CallResult result, InferOpCall(module_, scope_, call));
  const bool is_tuple = call.op->outputs.size() > 1 || call.op->variadic_outputs;
  binding_.var->type =
      is_tuple ? Type::Tuple({result.types.begin(), result.types.end()}) : Type(result.types[0]);
  binding_.var->elements = std::move(result.elements);
  binding_.checks = std::move(result.checks);
  return absl::OkStatus();
}

absl::Status BindingTyper::operator()(const MakeTuple& tuple) {
  std::vector<Type> fields;
  for (const Atom& field : tuple.fields) fields.push_back(scope_.TypeOf(field));
  return SetType(Type::Tuple(std::move(fields)));
}

absl::Status BindingTyper::operator()(const Project& project) {
  const Type type = scope_.TypeOf(project.tuple);
  if (!type.is_tuple() || project.index < 0 || project.index >= static_cast<int>(type.fields().size())) {
    return absl::InvalidArgumentError(
        absl::StrCat("projection .", project.index, " of a value of type ", type.ToString()));
  }
  return SetType(type.fields()[project.index]);
}

absl::Status BindingTyper::operator()(const Call& call) {
  const std::vector<Var*>& params = call.callee->body->params;
  const std::string who = absl::StrCat("@", call.callee->name);
  if (call.args.size() != params.size()) return WrongCount(who, call.args.size(), "arguments", params.size());
  TypeFlow flow(module_, scope_);
  for (size_t i = 0; i < params.size(); ++i) {
    const std::string what = absl::StrCat(who, ": argument %", params[i]->name);
    BATON_RETURN_IF_ERROR(flow.Add(scope_.TypeOf(call.args[i]), params[i]->type, what));
  }
  return SetType(flow, call.callee->result_type);
}

absl::Status BindingTyper::operator()(const MakeClosure& closure) {
  const std::vector<Var*>& params = closure.function->body->params;
  const std::string who = absl::StrCat("closure of @", closure.function->name);
  const size_t num_captured = closure.captured.size();
  if (num_captured > params.size()) return WrongCount(who, num_captured, "captured values", params.size());
  TypeFlow flow(module_, scope_);
  for (size_t i = 0; i < num_captured; ++i) {
    const std::string what = absl::StrCat(who, ": %", params[i]->name);
    BATON_RETURN_IF_ERROR(flow.Add(scope_.TypeOf(closure.captured[i]), params[i]->type, what));
  }
  std::vector<Type> rest;
  for (size_t i = num_captured; i < params.size(); ++i) rest.push_back(OpenExtents(params[i]->type));
  return SetType(flow, Type::Function(std::move(rest), OpenExtents(closure.function->result_type)));
}

absl::Status BindingTyper::operator()(const CallClosure& call) {
  const Type type = call.closure.type();
  if (!type.is_function()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a value of type ", type.ToString(), " is called, expected a function"));
  }
  const size_t num_params = type.params().size();
  const std::string who = absl::StrCat("closure %", call.closure.var()->name);
  if (call.args.size() != num_params) return WrongCount(who, call.args.size(), "arguments", num_params);
  TypeFlow flow(module_, scope_);
  BATON_RETURN_IF_ERROR(flow.Add(type, type, who));
  for (size_t i = 0; i < num_params; ++i) {
    const std::string what = absl::StrCat(who, ": argument ", i + 1);
    BATON_RETURN_IF_ERROR(flow.Add(scope_.TypeOf(call.args[i]), type.params()[i], what));
  }
  return SetType(flow, type.result());
}

absl::Status BindingTyper::operator()(const MakeData& data) {
  const TypeDefinition* definition = module_.FindTypeDefinition(data.type.name());
  const auto index = static_cast<size_t>(data.constructor);
  if (definition == nullptr || index >= definition->constructors.size()) {
    return absl::InternalError(
        absl::StrCat("type ", data.type.ToString(), " has no constructor ", data.constructor));
  }
  const std::string& who = definition->constructors[index].name;
  const std::vector<Type> types = FieldTypes(module_, data.type, data.constructor);
  if (data.fields.size() != types.size()) return WrongCount(who, data.fields.size(), "fields", types.size());
  TypeFlow flow(module_, scope_);
  for (size_t i = 0; i < types.size(); ++i) {
    const std::string what = absl::StrCat(who, ": field ", i + 1);
    BATON_RETURN_IF_ERROR(flow.Add(scope_.TypeOf(data.fields[i]), types[i], what));
  }
  return SetType(flow, data.type);
}

absl::Status BindingTyper::operator()(const MakeReference& cell) {
  TypeFlow flow(module_, scope_);
  BATON_RETURN_IF_ERROR(flow.Add(scope_.TypeOf(cell.content), cell.type.content(), "ref: the content"));
  return SetType(flow, cell.type);
}

absl::Status BindingTyper::operator()(const ReadReference& read) {
  const Type type = read.reference.type();
  if (!type.is_reference()) {
    return absl::InvalidArgumentError(
        absl::StrCat("ref_read: of a value of type ", type.ToString(), ", expected a reference"));
  }
  return SetType(InstantiateOpenExtents(module_, type.content()));
}

absl::Status BindingTyper::operator()(const WriteReference& write) {
  const Type type = write.reference.type();
  if (!type.is_reference()) {
    return absl::InvalidArgumentError(
        absl::StrCat("ref_write: to a value of type ", type.ToString(), ", expected a reference"));
  }
  TypeFlow flow(module_, scope_);
  BATON_RETURN_IF_ERROR(flow.Add(type, type, "ref_write: the reference"));
  BATON_RETURN_IF_ERROR(flow.Add(scope_.TypeOf(write.content), type.content(), "ref_write: the content"));
  return SetType(flow, Type::Tuple({}));
}

}  // namespace

absl::Status TypeBinding(Module& module, InferenceScope& scope, Binding& binding) {
  binding.type_checks.clear();
  binding.checks.clear();
  binding.var->elements.reset();
  return std::visit(BindingTyper(module, scope, binding), std::as_const(binding.expr));
}

absl::Status TypeArmParams(Module& module, const Type& type, const Match& match) {
  const TypeDefinition* definition = type.is_data() ? module.FindTypeDefinition(type.name()) : nullptr;
  if (definition == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("match: on a value of type ", type.ToString(), ", expected an algebraic data type"));
  }
  for (const MatchArm& arm : match.arms) {
    if (static_cast<size_t>(arm.constructor) >= definition->constructors.size()) {
      return absl::InternalError(
          absl::StrCat("type ", type.ToString(), " has no constructor ", arm.constructor));
    }
    const std::vector<Type> types = FieldTypes(module, type, arm.constructor);
    const std::vector<Var*>& params = arm.region->params;
    if (params.size() != types.size()) {
      const std::string& who = definition->constructors[arm.constructor].name;
      return WrongCount(absl::StrCat("match: ", who), params.size(), "variables", types.size());
    }
    for (size_t i = 0; i < types.size(); ++i) {
      params[i]->type = InstantiateOpenExtents(module, types[i]);
      params[i]->elements.reset();
      NameUnknownElements(module, params[i]);
    }
  }
  return absl::OkStatus();
}

}  // namespace baton::ir
