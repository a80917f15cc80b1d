// What the elaboration of one module shares: the module under construction, the functions asked for so far,
// each of them once for each list of type arguments. Internal to compiler/text.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/module.h"
#include "compiler/text/declarations.h"
#include "compiler/text/diagnostics.h"
#include "compiler/text/syntax.h"

namespace baton::text {

class Elaboration {
 public:
  Elaboration(ir::Module& module, const Declarations& declarations, Diagnostics& diagnostics)
      : module_(module), declarations_(declarations), diagnostics_(diagnostics) {}

  ir::Module& module() { return module_; }
  const Declarations& declarations() const { return declarations_; }
  Diagnostics& diagnostics() { return diagnostics_; }
  // What is emitted next belongs to this definition.
  void Begin(const FunctionDefinition& definition);
  // Puts the module's functions in the order of the definitions that they come from.
  void OrderFunctions();
  int32_t Location(Position position);

  // A definition for some type arguments. It is emitted when its turn comes (NextPending).
  struct Instance {
    const FunctionDefinition* definition = nullptr;
    std::vector<Type> type_args;
    ir::Function* function = nullptr;
  };
  ir::Function* InstanceOf(const FunctionDefinition& definition, std::vector<Type> type_args);
  // An instance that has not been emitted yet; null when all have.
  const Instance* NextPending();

  // A function of the module that has no body yet, with a name like `hint`.
  ir::Function* NewFunction(absl::string_view hint);
  // A function that applies a constructor, as a value of the given function type.
  ir::Function* ConstructorFunction(const Constructor& constructor, const Type& type);

 private:
  std::string UniqueName(absl::string_view hint);

  ir::Module& module_;
  const Declarations& declarations_;
  Diagnostics& diagnostics_;
  std::string file_;      // of the current definition
  int64_t position_ = 0;  // of the current definition among all
  std::map<const ir::Function*, int64_t> positions_;
  std::deque<Instance> instances_;
  size_t next_pending_ = 0;
  std::map<std::pair<const FunctionDefinition*, std::string>, ir::Function*> instances_by_key_;
  std::map<std::pair<std::string, std::string>, ir::Function*> constructor_functions_;
  std::map<std::string, int> name_counts_;
};

// The type of a parameter or result: as inferred, with the names that the user gave to open extents.
Type WithNamedExtents(const Type& inferred, const Type& written);

}  // namespace baton::text
