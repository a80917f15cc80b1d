// The tables of an executable under construction, without duplicates. Internal to lowering.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "compiler/ir/module.h"
#include "vm/bytecode/executable.h"

namespace baton {

// Each function gives the index of an entry, which it adds when there is none.
class ExecutableTables {
 public:
  ExecutableTables(const ir::Module& module, Executable* executable);

  int Constant(const ir::Constant* constant);
  int Message(absl::string_view message);
  int AllocationType(AllocType type);
  int Location(int32_t module_location);
  // For messages; empty when the place is not known.
  std::string Place(int32_t module_location) const { return module_.location(module_location).ToString(); }
  // Call sites share a kernel only when it holds large constants, which may be prepacked.
  int Kernel(KernelReference kernel);
  int FunctionIndex(const ir::Function* function) const { return functions_.at(function); }
  int SignatureIndex(const Signature& signature);
  // Values of a constructor of `type`; cells of `type`.
  int Data(const Type& type, int constructor);
  int Reference(const Type& type);

  // Adds the definitions that `type` names, and those that these name, to the executable.
  void DefineTypes(const Type& type);
  // The types of the fields of a constructor of `type`.
  std::vector<Type> Fields(const Type& type, int constructor) const {
    return ir::FieldTypes(module_, type, constructor);
  }

 private:
  int Object(ObjectType object);

  const ir::Module& module_;
  Executable* executable_;
  std::map<const ir::Constant*, int> constants_;
  std::map<std::string, int, std::less<>> messages_;
  std::map<std::pair<DType, std::vector<int64_t>>, int> types_;
  std::map<int32_t, int> locations_;
  std::map<const ir::Function*, int> functions_;
  std::map<std::pair<std::vector<SlotKind>, std::vector<SlotKind>>, int> signatures_;
  std::map<std::pair<std::string, int>, int> objects_;  // by type as text, and tag
  std::map<std::string, int, std::less<>> definitions_;
};

}  // namespace baton
