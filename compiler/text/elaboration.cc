#include "compiler/text/elaboration.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/ir/type_relations.h"

namespace baton::text {
namespace {

// Recursion at ever larger types would never end.
constexpr size_t kMaxInstances = 10'000;

std::string KeyOf(absl::Span<const Type> types) {
  return absl::StrJoin(types, ";", [](std::string* out, const Type& type) { out->append(type.ToString()); });
}

}  // namespace

int32_t Elaboration::Location(Position position) {
  SourceLocation location;
  location.file = file_;
  location.line = position.line;
  location.column = position.column;
  return module_.AddLocation(std::move(location));
}

std::string Elaboration::UniqueName(absl::string_view hint) {
  int& count = name_counts_[std::string(hint)];
  std::string name;
  do {
    name = count == 0 ? std::string(hint) : absl::StrCat(hint, "_", count);
    ++count;
  } while (name != hint && name_counts_.count(name) > 0);
  if (name != hint) name_counts_[name] = 1;
  return name;
}

void Elaboration::Begin(const FunctionDefinition& definition) {
  file_ = definition.file;
  position_ = declarations_.PositionOf(definition);
}

void Elaboration::OrderFunctions() {
  module_.OrderFunctions([&](const ir::Function& function) { return positions_.at(&function); });
}

ir::Function* Elaboration::NewFunction(absl::string_view hint) {
  ir::Function* function = module_.NewFunction(UniqueName(hint));
  positions_[function] = position_;
  return function;
}

ir::Function* Elaboration::InstanceOf(const FunctionDefinition& definition, std::vector<Type> type_args) {
  // Types can double at each call.
  const bool fits = std::all_of(type_args.begin(), type_args.end(), IsWithinTypeLimits);
  if (!fits) {
    diagnostics_.Error(definition.position,
                       absl::StrCat("@", definition.name, " calls itself at ever larger types"));
    type_args.assign(type_args.size(), Type::Tuple({}));
  }
  ir::Function*& function = instances_by_key_[{&definition, KeyOf(type_args)}];
  if (function != nullptr) return function;
  if (instances_.size() == kMaxInstances) {
    diagnostics_.Error(definition.position,
                       absl::StrCat("@", definition.name, " is used at over ", kMaxInstances,
                                    " types: it may call itself at ever larger types"));
  }
  function = NewFunction(definition.name);
  positions_[function] = declarations_.PositionOf(definition);
  if (instances_.size() < kMaxInstances) instances_.push_back({&definition, std::move(type_args), function});
  return function;
}

const Elaboration::Instance* Elaboration::NextPending() {
  return next_pending_ < instances_.size() ? &instances_[next_pending_++] : nullptr;
}

ir::Function* Elaboration::ConstructorFunction(const Constructor& constructor, const Type& type) {
  ir::Function*& function = constructor_functions_[{constructor.of().name, type.ToString()}];
  if (function != nullptr) return function;
  function = NewFunction(constructor.of().name);
  ir::MakeData data{type.result(), constructor.index, {}};
  for (const Type& param : type.params()) {
    ir::Var* var = module_.NewVar("", ir::InstantiateOpenExtents(module_, param));
    function->body->params.push_back(var);
    data.fields.emplace_back(var);
  }
  ir::Var* value = module_.NewVar("", type.result());
  function->body->bindings.push_back({value, std::move(data), 0, {}});
  function->body->results = {value};
  function->result_type = type.result();
  return function;
}

Type WithNamedExtents(const Type& inferred, const Type& written) {
  if (inferred.is_tuple() && written.is_tuple() && inferred.fields().size() == written.fields().size()) {
    std::vector<Type> fields;
    for (size_t i = 0; i < inferred.fields().size(); ++i) {
      fields.push_back(WithNamedExtents(inferred.fields()[i], written.fields()[i]));
    }
    return Type::Tuple(std::move(fields));
  }
  if (!inferred.is_tensor() || !written.is_tensor()) return inferred;
  const Shape& shape = inferred.tensor().shape;
  const Shape& names = written.tensor().shape;
  if (!shape.has_rank() || !names.has_rank() || shape.rank() != names.rank()) return inferred;
  Dims dims;
  for (int i = 0; i < shape.rank(); ++i) dims.push_back(IsAnyDim(shape[i]) ? names[i] : shape[i]);
  return TensorType{inferred.tensor().dtype, Shape(std::move(dims))};
}

}  // namespace baton::text
