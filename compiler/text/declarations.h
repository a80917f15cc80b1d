// What a module declares, by name: types, constructors, functions; with the checks that concern declarations
// alone. Internal to compiler/text.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "compiler/text/diagnostics.h"
#include "compiler/text/syntax.h"

namespace baton::text {

struct Constructor {
  const TypeDefinition* definition = nullptr;
  int index = 0;
  const ConstructorDefinition& of() const { return definition->constructors[index]; }
};

class Declarations {
 public:
  // Declares everything in `module`, whose errors go to `diagnostics`. A name that a module declared earlier
  // has stays what it is, so the user's file comes first and the modules that it imports after it.
  void Add(const SyntaxModule& module, Diagnostics& diagnostics);

  // Checks the field types of the types in `module`; once everything is added, as they may name imported
  // types.
  void CheckFields(const SyntaxModule& module, Diagnostics& diagnostics) const;

  // Null when there is none.
  const TypeDefinition* FindType(absl::string_view name) const;
  const Constructor* FindConstructor(absl::string_view name) const;
  const FunctionDefinition* FindFunction(absl::string_view name) const;
  const std::vector<const FunctionDefinition*>& functions() const { return functions_; }
  // The place of a function among functions().
  int64_t PositionOf(const FunctionDefinition& function) const { return positions_.at(&function); }
  // Of all modules, in the order of declaration.
  const std::vector<const TypeDefinition*>& types() const { return types_; }

  // Reports every name in `type` that is no declared type, and data with a wrong number of arguments.
  void CheckType(const TypeSyntax& type, Diagnostics& diagnostics) const;

 private:
  void AddType(const TypeDefinitionSyntax& type, bool imported, Diagnostics& diagnostics);
  void AddFunction(const FunctionDefinition& function, bool imported, Diagnostics& diagnostics);

  std::unordered_map<std::string, const TypeDefinition*> types_by_name_;
  std::unordered_map<std::string, Constructor> constructors_;
  std::unordered_map<std::string, const FunctionDefinition*> functions_by_name_;
  std::vector<const TypeDefinition*> types_;
  std::vector<const FunctionDefinition*> functions_;
  std::unordered_map<const FunctionDefinition*, int64_t> positions_;
  bool first_ = true;
};

}  // namespace baton::text
