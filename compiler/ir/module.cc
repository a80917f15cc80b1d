#include "compiler/ir/module.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "compiler/ir/type_relations.h"

namespace baton::ir {

Type Atom::type() const {
  if (var_ != nullptr) return var_->type;
  if (constant_ != nullptr) return constant_->value.type();
  return Type();
}

Var* Module::NewVar(absl::string_view name, Type type) {
  ReserveSymbols(type);
  Var& var = vars_.emplace_back();
  var.id = static_cast<int32_t>(vars_.size() - 1);
  var.name = std::string(name);
  var.type = std::move(type);
  return &var;
}

const Constant* Module::NewConstant(Tensor value) {
  constants_.push_back({static_cast<int32_t>(constants_.size()), std::move(value)});
  return &constants_.back();
}

void Module::ReserveSymbols(const Type& type) {
  VisitTensors(type, [this](const TensorType& tensor) {
    if (!tensor.shape.has_rank()) return;
    for (const Dim& dim : tensor.shape.dims()) {
      dim.VisitSymbols([this](absl::string_view symbol) { symbols_.emplace(symbol); });
    }
  });
}

Region* Module::NewRegion() {
  return &regions_.emplace_back();
}

Function* Module::NewFunction(absl::string_view name) {
  Function& function = all_functions_.emplace_back();
  functions_.push_back(&function);
  function.name = std::string(name);
  function.body = NewRegion();
  return &function;
}

void Module::OrderFunctions(const std::function<int64_t(const Function&)>& key) {
  std::stable_sort(functions_.begin(), functions_.end(),
                   [&](const Function* a, const Function* b) { return key(*a) < key(*b); });
}

void Module::RemoveFunctions(const std::function<bool(const Function&)>& is_unused) {
  functions_.erase(std::remove_if(functions_.begin(), functions_.end(),
                                  [&](const Function* function) { return is_unused(*function); }),
                   functions_.end());
}

void Module::AddTypeDefinition(TypeDefinition definition) {
  const TypeDefinition& added = type_definitions_.emplace_back(std::move(definition));
  definitions_by_name_.emplace(added.name, &added);
}

const TypeDefinition* Module::FindTypeDefinition(absl::string_view name) const {
  const auto found = definitions_by_name_.find(name);
  return found == definitions_by_name_.end() ? nullptr : found->second;
}

void Module::VisitTypes(const std::function<void(const Type&)>& visit) const {
  for (const Var& var : vars_) visit(var.type);
  for (const Function* function : functions_) visit(function->result_type);
}

int32_t Module::AddLocation(SourceLocation location) {
  if (!(locations_.back() == location)) locations_.push_back(std::move(location));
  return static_cast<int32_t>(locations_.size() - 1);
}

Dim Module::FreshSymbol(absl::string_view hint, bool non_negative) {
  int& count = symbol_counts_[std::string(hint)];
  std::string name;
  do {
    name = count == 0 ? std::string(hint) : absl::StrCat(hint, "_", count);
    ++count;
  } while (!symbols_.insert(name).second);
  return Dim::Symbol(name, non_negative);
}

std::vector<Type> FieldTypes(const Module& module, const Type& type, int constructor) {
  const TypeDefinition& definition = *module.FindTypeDefinition(type.name());
  std::vector<Type> types;
  for (const Type& field : definition.constructors[constructor].fields) {
    types.push_back(OpenExtents(SubstituteVariables(field, definition.params, type.args())));
  }
  return types;
}

void VisitBareSymbols(const Var& var, const std::function<void(absl::string_view)>& visit) {
  auto visit_dim = [&](const Dim& dim) {
    if (!dim.symbol().empty()) visit(dim.symbol());
  };
  VisitTensors(var.type, [&](const TensorType& tensor) {
    if (!tensor.shape.has_rank()) return;
    for (const Dim& dim : tensor.shape.dims()) visit_dim(dim);
  });
  if (!var.elements) return;
  for (const Element& element : *var.elements) {
    if (element.dim() != nullptr) visit_dim(*element.dim());
  }
}

std::vector<Atom*> Operands(Expr* expr) {
  std::vector<Atom*> operands;
  auto append = [&](std::vector<Atom>& atoms) {
    for (Atom& atom : atoms) operands.push_back(&atom);
  };
  if (auto* call = std::get_if<OpCall>(expr)) append(call->args);
  if (auto* tuple = std::get_if<MakeTuple>(expr)) append(tuple->fields);
  if (auto* project = std::get_if<Project>(expr)) operands.push_back(&project->tuple);
  if (auto* branch = std::get_if<If>(expr)) operands.push_back(&branch->condition);
  if (auto* loop = std::get_if<Loop>(expr)) append(loop->initial);
  if (auto* call = std::get_if<Call>(expr)) append(call->args);
  if (auto* closure = std::get_if<MakeClosure>(expr)) append(closure->captured);
  if (auto* call = std::get_if<CallClosure>(expr)) {
    operands.push_back(&call->closure);
    append(call->args);
  }
  if (auto* data = std::get_if<MakeData>(expr)) append(data->fields);
  if (auto* match = std::get_if<Match>(expr)) operands.push_back(&match->data);
  if (auto* cell = std::get_if<MakeReference>(expr)) operands.push_back(&cell->content);
  if (auto* read = std::get_if<ReadReference>(expr)) operands.push_back(&read->reference);
  if (auto* write = std::get_if<WriteReference>(expr)) {
    operands.push_back(&write->reference);
    operands.push_back(&write->content);
  }
  if (auto* sequence = std::get_if<SequenceOp>(expr)) append(sequence->args);
  if (auto* fork = std::get_if<Fork>(expr)) append(fork->args);
  if (auto* await = std::get_if<Await>(expr)) operands.push_back(&await->future);
  return operands;
}

std::vector<Region*> Regions(const Expr& expr) {
  if (const auto* branch = std::get_if<If>(&expr)) return {branch->then_region, branch->else_region};
  if (const auto* loop = std::get_if<Loop>(&expr)) return {loop->condition, loop->body};
  if (const auto* match = std::get_if<Match>(&expr)) {
    std::vector<Region*> regions;
    for (const MatchArm& arm : match->arms) regions.push_back(arm.region);
    if (match->otherwise != nullptr) regions.push_back(match->otherwise);
    return regions;
  }
  return {};
}

bool RegionsFit(const Loop& loop) {
  const size_t count = loop.initial.size();
  const Region& condition = *loop.condition;
  const Region& body = *loop.body;
  return condition.params.size() == count && body.params.size() == count &&
         (condition.diverges || condition.results.size() == 1) &&
         (body.diverges || body.results.size() == count);
}

}  // namespace baton::ir
