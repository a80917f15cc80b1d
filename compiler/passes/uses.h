// What a binding uses, with all that is inside it: values from outside, and symbols that code needs the value
// of. Internal to passes.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "compiler/ir/module.h"

namespace baton {

// Calls `visit` for every operand, and result of a region inside, that is a variable; also for those that the
// binding itself defines inside. Possibly repeatedly.
void VisitUsedVars(const ir::Binding& binding, const std::function<void(ir::Var*)>& visit);
// Calls `visit` for every symbol in the types, known elements and checks of what the binding computes.
void VisitUsedSymbols(const ir::Binding& binding, const std::function<void(absl::string_view)>& visit);
// Calls `visit` for every variable that is defined inside the binding, its own included.
void VisitDefinedVars(const ir::Binding& binding, const std::function<void(const ir::Var*)>& visit);

// Which variable gives code the value of a symbol: the first in evaluation order that has it bare.
class SymbolScope {
 public:
  using Mark = size_t;
  // Forgets what was defined after the mark.
  Mark mark() const { return undo_.size(); }
  void Restore(Mark mark);
  void Define(ir::Var* var);
  // Null when the symbol has no value here.
  ir::Var* Find(absl::string_view symbol) const;

 private:
  absl::flat_hash_map<std::string, ir::Var*> definers_;
  std::vector<std::string> undo_;
};

}  // namespace baton
