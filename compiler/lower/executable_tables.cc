#include "compiler/lower/executable_tables.h"

#include "vm/core/value.h"

namespace baton {
namespace {

// Constants above this size make call sites share a bound kernel.
constexpr int64_t kLargeConstantBytes = 4096;

// What lies directly inside a type that is not a tensor.
std::vector<Type> Parts(const Type& type) {
  if (type.is_tuple()) return {type.fields().begin(), type.fields().end()};
  if (type.is_data()) return {type.args().begin(), type.args().end()};
  if (type.is_reference()) return {type.content()};
  if (!type.is_function()) return {};
  std::vector<Type> parts = {type.params().begin(), type.params().end()};
  parts.push_back(type.result());
  return parts;
}

}  // namespace

ExecutableTables::ExecutableTables(const ir::Module& module, Executable* executable)
    : module_(module), executable_(executable) {
  for (const ir::Function& function : module.functions()) {
    functions_.emplace(&function, static_cast<int>(functions_.size()));
  }
}

int ExecutableTables::Constant(const ir::Constant* constant) {
  auto [it, added] = constants_.emplace(constant, static_cast<int>(executable_->constants.size()));
  if (added) executable_->constants.push_back(constant->value);
  return it->second;
}

int ExecutableTables::Message(absl::string_view message) {
  auto [it, added] = messages_.emplace(std::string(message), static_cast<int>(executable_->messages.size()));
  if (added) executable_->messages.emplace_back(message);
  return it->second;
}

int ExecutableTables::AllocationType(AllocType type) {
  auto [it, added] =
      types_.emplace(std::pair(type.dtype, type.dims), static_cast<int>(executable_->types.size()));
  if (added) executable_->types.push_back(std::move(type));
  return it->second;
}

int ExecutableTables::Location(int32_t module_location) {
  auto [it, added] = locations_.emplace(module_location, static_cast<int>(executable_->locations.size()));
  if (added) executable_->locations.push_back(module_.location(module_location));
  return it->second;
}

int ExecutableTables::Kernel(KernelReference kernel) {
  std::vector<KernelReference>& kernels = executable_->kernels;
  int64_t constant_bytes = 0;
  for (int32_t input : kernel.inputs) {
    if (input >= 0) constant_bytes += executable_->constants[input]->num_bytes();
  }
  if (constant_bytes >= kLargeConstantBytes) {
    for (size_t i = 0; i < kernels.size(); ++i) {
      if (kernels[i] == kernel) return static_cast<int>(i);
    }
  }
  kernels.push_back(std::move(kernel));
  return static_cast<int>(kernels.size() - 1);
}

int ExecutableTables::SignatureIndex(const Signature& signature) {
  const auto [it, added] = signatures_.emplace(std::pair(signature.params, signature.results),
                                               static_cast<int>(executable_->signatures.size()));
  if (added) executable_->signatures.push_back(signature);
  return it->second;
}

int ExecutableTables::Data(const Type& type, int constructor) {
  ObjectType object{type, constructor, {}};
  for (const Type& field : Fields(type, constructor)) AppendSlotKinds(field, false, &object.fields);
  return Object(std::move(object));
}

int ExecutableTables::Reference(const Type& type) {
  ObjectType object{type, 0, {}};
  AppendSlotKinds(type.content(), /*boxed=*/false, &object.fields);
  return Object(std::move(object));
}

int ExecutableTables::Object(ObjectType object) {
  const auto [it, added] = objects_.emplace(std::pair(object.type.ToString(), object.tag),
                                            static_cast<int>(executable_->object_types.size()));
  if (!added) return it->second;
  DefineTypes(object.type);
  executable_->object_types.push_back(std::move(object));
  return it->second;
}

void ExecutableTables::DefineTypes(const Type& type) {
  std::vector<Type> pending = {type};
  while (!pending.empty()) {
    const Type next = pending.back();
    pending.pop_back();
    for (Type& part : Parts(next)) pending.push_back(std::move(part));
    if (!next.is_data()) continue;
    const int index = static_cast<int>(executable_->type_definitions.size());
    if (!definitions_.emplace(next.name(), index).second) continue;
    const TypeDefinition& definition = *module_.FindTypeDefinition(next.name());
    executable_->type_definitions.push_back(definition);
    for (const ConstructorDefinition& constructor : definition.constructors) {
      pending.insert(pending.end(), constructor.fields.begin(), constructor.fields.end());
    }
  }
}

}  // namespace baton
