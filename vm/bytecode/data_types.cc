#include "vm/bytecode/data_types.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "vm/core/status.h"

namespace baton {
namespace {

// With ReachableTypes::fields_left_, bounds the work for types whose fields have ever larger types: "type
// T[A] { C(T[(A, A)]) }".
constexpr size_t kMaxReachableTypes = 1024;

}  // namespace

DataTypes::DataTypes(const Executable& executable) {
  for (const TypeDefinition& definition : executable.type_definitions)
    definitions_.try_emplace(definition.name, &definition);
}

const TypeDefinition* DataTypes::Find(absl::string_view name) const {
  const auto found = definitions_.find(name);
  return found == definitions_.end() ? nullptr : found->second;
}

std::vector<Type> DataTypes::FieldTypes(const Type& type, int32_t tag) const {
  const TypeDefinition& definition = *Find(type.name());
  std::vector<Type> fields;
  for (const Type& field : definition.constructors[tag].fields)
    fields.push_back(SubstituteVariables(field, definition.params, type.args()));
  return fields;
}

std::string DataTypes::ObjectTypeText(const Type& type, int32_t tag) const {
  std::string text = type.ToString();
  if (!type.is_data()) return text;
  const TypeDefinition* definition = Find(type.name());
  if (definition == nullptr || static_cast<size_t>(tag) >= definition->constructors.size()) {
    return absl::StrCat(text, ".", tag);
  }
  return absl::StrCat(text, ".", definition->constructors[tag].name);
}

absl::Status ReachableTypes::Add(const Type& type) {
  BATON_RETURN_IF_ERROR(AddParts(type));
  while (!pending_.empty()) {
    const Type data = std::move(pending_.back());
    pending_.pop_back();
    const TypeDefinition& definition = *types_.Find(data.name());
    if (definition.is_extern) {
      return absl::InvalidArgumentError(absl::StrCat("it contains ", data.ToString(), ", which is opaque"));
    }
    for (size_t tag = 0; tag < definition.constructors.size(); ++tag) {
      for (const Type& field : types_.FieldTypes(data, static_cast<int32_t>(tag)))
        BATON_RETURN_IF_ERROR(AddParts(field));
    }
  }
  return absl::OkStatus();
}

absl::Status ReachableTypes::AddParts(const Type& type) {
  if (--fields_left_ < 0 || reached_.size() > kMaxReachableTypes || !IsWithinTypeLimits(type)) {
    return absl::InvalidArgumentError("its parts have types without end");
  }
  switch (type.kind()) {
    case Type::Kind::kTensor:
    case Type::Kind::kSequence:
      return absl::OkStatus();
    case Type::Kind::kTuple:
      for (const Type& field : type.fields()) BATON_RETURN_IF_ERROR(AddParts(field));
      return absl::OkStatus();
    case Type::Kind::kData:
      if (reached_.insert(type).second) pending_.push_back(type);
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError(absl::StrCat("it contains ", type.ToString(),
                                                     ", expected tensors, tuples, sequences and data only"));
  }
}

}  // namespace baton
