#include "compiler/text/declarations.h"

#include "absl/strings/str_cat.h"

namespace baton::text {
namespace {

template <typename Map>
const typename Map::mapped_type* Find(const Map& map, absl::string_view name) {
  const auto found = map.find(std::string(name));
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

const TypeDefinition* Declarations::FindType(absl::string_view name) const {
  const auto* found = Find(types_by_name_, name);
  return found == nullptr ? nullptr : *found;
}

const Constructor* Declarations::FindConstructor(absl::string_view name) const {
  return Find(constructors_, name);
}

const FunctionDefinition* Declarations::FindFunction(absl::string_view name) const {
  const auto* found = Find(functions_by_name_, name);
  return found == nullptr ? nullptr : *found;
}

void Declarations::Add(const SyntaxModule& module, Diagnostics& diagnostics) {
  const bool imported = !first_;
  first_ = false;
  for (const TypeDefinitionSyntax& type : module.types) AddType(type, imported, diagnostics);
  for (const FunctionDefinition& function : module.functions) AddFunction(function, imported, diagnostics);
}

void Declarations::CheckFields(const SyntaxModule& module, Diagnostics& diagnostics) const {
  for (const TypeDefinitionSyntax& type : module.types) {
    for (const ConstructorDefinition& constructor : type.definition.constructors) {
      for (const Type& field : constructor.fields) CheckType({field, type.position}, diagnostics);
    }
  }
}

void Declarations::AddType(const TypeDefinitionSyntax& type, bool imported, Diagnostics& diagnostics) {
  const TypeDefinition& definition = type.definition;
  if (!types_by_name_.emplace(definition.name, &definition).second) {
    if (!imported) {
      diagnostics.Error(type.position, absl::StrCat("type ", definition.name, " is defined twice"));
    }
    return;
  }
  types_.push_back(&definition);
  for (size_t i = 0; i < definition.constructors.size(); ++i) {
    const std::string& name = definition.constructors[i].name;
    const auto [found, added] = constructors_.emplace(name, Constructor{&definition, static_cast<int>(i)});
    if (added || imported) continue;
    diagnostics.Error(type.position,
                      absl::StrCat("constructor ", name, " is declared twice: in type ",
                                   found->second.definition->name, " and in type ", definition.name));
  }
}

void Declarations::AddFunction(const FunctionDefinition& function, bool imported, Diagnostics& diagnostics) {
  if (functions_by_name_.emplace(function.name, &function).second) {
    positions_[&function] = static_cast<int64_t>(functions_.size());
    functions_.push_back(&function);
  } else if (!imported) {
    diagnostics.Error(function.position, absl::StrCat("function @", function.name, " is defined twice"));
  }
}

void Declarations::CheckType(const TypeSyntax& syntax, Diagnostics& diagnostics) const {
  const Type& type = syntax.type;
  const auto check_all = [&](absl::Span<const Type> types) {
    for (const Type& part : types) CheckType({part, syntax.position}, diagnostics);
  };
  if (type.is_tuple()) check_all(type.fields());
  if (type.is_reference()) CheckType({type.content(), syntax.position}, diagnostics);
  if (type.is_function()) {
    check_all(type.params());
    CheckType({type.result(), syntax.position}, diagnostics);
  }
  if (!type.is_data()) return;
  check_all(type.args());
  const TypeDefinition* definition = FindType(type.name());
  if (definition == nullptr) {
    diagnostics.Error(syntax.position, absl::StrCat("there is no type ", type.name()));
  } else if (definition->params.size() != type.args().size()) {
    diagnostics.Error(syntax.position,
                      absl::StrCat("type ", type.ToString(), " has ", type.args().size(), " arguments, ",
                                   definition->name, " takes ", definition->params.size()));
  }
}

}  // namespace baton::text
